import gzip
import zlib
from collections.abc import Callable

import brotli
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from palate.errors import FetchRefused
from palate.source import Fetcher
from palate.source.content_coding import unpacked
from web_server import Server, answer

PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
}
FEED = "<rss><channel><item><title>Käse</title></item></channel></rss>".encode()


def read(body: bytes, announced: str, max_bytes: int = 1 << 20) -> bytes:
    chunks = [body[at : at + 100] for at in range(0, len(body), 100)]
    return b"".join(unpacked(chunks, announced, "a", max_bytes))


@given(st.binary(max_size=2000), st.sampled_from(sorted(PACKERS)))
def test_what_was_packed_comes_back(body: bytes, coding: str) -> None:
    assert read(PACKERS[coding](body), coding.upper()) == body


@pytest.mark.parametrize(
    "announced", ["UTF-8", "none", "identity", "binary", "8bit", "compress", *sorted(PACKERS), "gzip, br"]
)
@pytest.mark.parametrize("body", [b"", FEED, FEED.decode().encode("latin-1"), b'{"items": []}', b"words"])
def test_plain_text_is_read_whatever_is_announced(announced: str, body: bytes) -> None:
    assert read(body, announced) == body


def test_codings_are_undone_from_the_last_to_the_first() -> None:
    assert read(brotli.compress(gzip.compress(FEED)), "gzip, br") == FEED
    with pytest.raises(FetchRefused, match=r"^a is packed 9 times over; expected at most 4$"):
        read(FEED, ",".join(["gzip"] * 9))


def test_zstd_frames_that_are_joined_and_not_announced_are_read() -> None:
    assert read(zstd.compress(FEED) + zstd.compress(FEED), "") == FEED * 2


@pytest.mark.parametrize("coding", sorted(PACKERS))
def test_a_body_that_was_cut_off_or_broken_is_refused(coding: str) -> None:
    packed = PACKERS[coding](bytes(range(256)) * 40)
    with pytest.raises(FetchRefused, match=r"^a (ends in the middle of its compressed data|is broken)"):
        read(packed[: len(packed) // 2], coding)
    with pytest.raises(FetchRefused, match=r"^a (is broken|ends in the middle)"):
        read(packed[:20] + b"\xff\0" * 200 + packed[40:], coding)


@pytest.mark.parametrize("coding", sorted(PACKERS))
def test_a_bomb_is_refused_at_the_cap(server: Server, coding: str) -> None:
    packed = PACKERS[coding](bytes(64 << 20))
    server.answers["/"] = answer(packed, Content_Encoding=coding)
    with pytest.raises(FetchRefused, match=r"(is larger|unpacks to more) than 1 MiB, the most that is"):
        Fetcher(allow_private_network=True, max_bytes=1 << 20).fetch(server.url)


@pytest.mark.parametrize("coding", ["br", "zstd"])
def test_one_step_never_gives_more_than_a_chunk(coding: str) -> None:
    """A bomb costs memory for one step only, however much one packed byte stands for."""
    from palate.document.unpacking import CHUNK_BYTES

    packed = PACKERS[coding](bytes(8 << 20))
    sizes = [len(chunk) for chunk in unpacked([packed], coding, "a", 1 << 30)]
    assert sum(sizes) == 8 << 20
    assert max(sizes) <= 2 * CHUNK_BYTES
