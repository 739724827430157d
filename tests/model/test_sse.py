from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.model.sse import EventReader


def events(*pieces: bytes) -> list[str]:
    reader = EventReader()
    return [data for piece in pieces for data in reader.feed(piece)]


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (b"data: a\n\ndata:b\n\n", ["a", "b"]),
        (b"data:  two spaces\n\n", [" two spaces"]),
        (b"data: a\r\n\r\ndata: b\r\rdata: c\n\n", ["a", "b", "c"]),
        (b"data: one\ndata: two\ndata\n\n", ["one\ntwo\n"]),
        (b": comment\n\nevent: x\nid: 1\nretry: 5\ndata: a\n: more\ndatabase: no\n\n", ["a"]),
        (b"\n\n\n", []),
        (b"data:\n\n", [""]),
        (b"\xef\xbb\xbfdata: after a mark\n\n", ["after a mark"]),
        (b"data: [DONE]\n\n", ["[DONE]"]),
        (b"data: whole\n\ndata: cut off\n", ["whole"]),
        ("data: a\u2028b\x85c\x0bd\n\n".encode(), ["a\u2028b\x85c\x0bd"]),
    ],
)
def test_an_event_is_its_data_lines(stream: bytes, expected: list[str]) -> None:
    assert events(stream) == expected


def test_bytes_that_are_no_utf8_are_an_error() -> None:
    with pytest.raises(UnicodeDecodeError):
        events(b"data: \xff\n\n")


lines = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=8)


@given(
    sent=st.lists(st.lists(lines, min_size=1, max_size=3), max_size=4),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    cuts=st.lists(st.integers(0, 200)),
)
def test_where_a_stream_is_split_makes_no_difference(
    sent: list[list[str]], end: str, cuts: list[int]
) -> None:
    """Also in the middle of a character, and between CR and LF."""
    written = [line for data in sent for line in (": comment", *(f"data: {part}" for part in data), "")]
    stream = "".join(line + end for line in written).encode()
    borders = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    pieces = [stream[start:stop] for start, stop in pairwise(borders)]
    assert events(*pieces) == ["\n".join(data) for data in sent]


@given(st.lists(st.sampled_from([b"data", b":", b" ", b"x", b"\r", b"\n"])).map(b"".join), st.integers(1, 5))
def test_any_bytes_read_alike_whole_and_in_pieces(stream: bytes, size: int) -> None:
    pieces = [stream[start : start + size] for start in range(0, len(stream), size)]
    assert events(*pieces) == events(stream)
