import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.document.reader import DocumentReader
from palate.errors import BadSource, ReadNotice


def raw_deflate(data: bytes) -> bytes:
    engine = zlib.compressobj(wbits=-15)
    return engine.compress(data) + engine.flush()


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\ufeff\0")), min_size=1))
def test_lines_come_back_packed_or_not(lines: list[str]) -> None:
    data = "\n".join(lines).encode()
    for form in (data, gzip.compress(data), b"\xef\xbb\xbf" + data):
        read = [line.rstrip("\n") for _, line in DocumentReader.from_bytes("a", form).lines()]
        assert read == "\n".join(lines).removesuffix("\n").split("\n") or not data


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_unicode_with_a_mark_is_read(encoding: str) -> None:
    document = DocumentReader.from_bytes("a", "naïve\r\ncafé".encode(encoding))
    assert document.text() == "naïve\ncafé"
    assert [line for _, line in document.lines()] == ["naïve\r\n", "café"]


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, raw_deflate])
def test_packed_documents_are_unpacked_by_their_bytes(pack: "type[bytes]") -> None:
    assert DocumentReader.from_bytes("a", pack(b"<rss>words</rss>")).read() == b"<rss>words</rss>"


def test_gzip_files_joined_end_to_end_are_one() -> None:
    assert (
        DocumentReader.from_bytes("a", gzip.compress(b"one ") + gzip.compress(b"two") + b"\0\0").read()
        == b"one two"
    )


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("words", ["name,age\nTom,3\n", "名前,本文\n猫,犬です\n", "Имя,Возраст\nКот,3\n"])
def test_unicode_without_a_mark_is_told_by_its_zeros(encoding: str, words: str) -> None:
    document = DocumentReader.from_bytes("a", words.encode(encoding))
    assert document.text() == words
    assert "".join(line for _, line in document.lines()) == words


@pytest.mark.parametrize("before", [b"", b"plain words\n" * 10_000])
def test_windows_1252_is_read_and_said_once(before: bytes) -> None:
    document = DocumentReader.from_bytes("a.csv", before + b"Caf\xe9 \x93quoted\x94\n")
    with pytest.warns(ReadNotice) as notices:
        *_, (_, last), text = *document.lines(), document.text()
    assert text.endswith("Café “quoted”\n")
    assert last == "Café “quoted”\n"
    assert [str(notice.message) for notice in notices] == [
        "a.csv is not UTF-8 and is read as cp1252; if its letters look wrong, save it as UTF-8"
    ]


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("cp1251", "Кошки спят весь день, а собаки лают ночью.\nЗимой идёт снег.\n"),
        ("gb18030", "猫整天都在睡觉,狗在夜里叫。\n冬天下雪,夏天下雨。\n"),
        ("cp932", "猫は一日中寝ている。犬は夜に吠える。\n冬は雪が降る。\n"),
    ],
)
def test_other_encodings_are_guessed_and_said(encoding: str, words: str) -> None:
    with pytest.warns(ReadNotice, match=f"^a is not UTF-8 and is read as {encoding}; "):
        assert DocumentReader.from_bytes("a", words.encode(encoding)).text() == words


def test_a_stray_byte_leaves_the_rest_of_a_utf8_file_as_it_is() -> None:
    data = "naïve café, Škoda\n".encode() * 9 + b"caf\xe9\n" + "Łódź\n".encode()
    document = DocumentReader.from_bytes("a.csv", data)
    with pytest.warns(
        ReadNotice, match=r"^a\.csv is UTF-8 save for one byte, first on line 10, read as cp1252; "
    ):
        lines, text = [line for _, line in document.lines()], document.text()
    assert text == "".join(lines)
    assert lines[0] == lines[8] == "naïve café, Škoda\n"
    assert lines[9:] == ["café\n", "Łódź\n"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_lines_may_end_with_cr_alone(encoding: str) -> None:
    document = DocumentReader.from_bytes("a", "one\rtwo\rthree".encode(encoding))
    assert list(document.lines()) == [(1, "one\n"), (2, "two\n"), (3, "three")]


def test_a_few_nul_bytes_do_not_make_it_utf16() -> None:
    assert DocumentReader.from_bytes("a", b"a\0b,c\0d\n" * 20).text() == "a\0b,c\0d\n" * 20


def test_a_character_may_be_cut_where_the_first_bytes_end() -> None:
    words = "x" * ((1 << 16) - 1) + "é" * 9
    assert DocumentReader.from_bytes("a", words.encode()).text() == words


def test_a_bomb_is_refused_by_size_while_it_unpacks() -> None:
    bomb = gzip.compress(bytes(1 << 20))
    with pytest.raises(BadSource, match=r"^a\.gz unpacks to more than 65536 bytes, the most that is taken"):
        DocumentReader("a.gz", lambda: io.BytesIO(bomb), max_unpacked_bytes=1 << 16).read()


def test_a_bomb_is_refused_by_ratio_while_it_unpacks() -> None:
    bomb = gzip.compress(bytes(1 << 20))
    with pytest.raises(BadSource, match=r"unpacks to more than 200 times its size, as a zip bomb does"):
        DocumentReader("a.gz", lambda: io.BytesIO(bomb), min_ratio_bytes=1 << 16).read()


def test_packed_data_that_is_cut_off_or_broken_is_refused() -> None:
    packed = gzip.compress(b"many different words, 0123456789" * 9)
    with pytest.raises(BadSource, match=r"ends in the middle of its compressed data"):
        DocumentReader.from_bytes("a.gz", packed[:-9]).read()
    with pytest.raises(BadSource, match=r"^a\.gz is broken after \d+ packed bytes"):
        DocumentReader.from_bytes("a.gz", packed[:15] + b"\xff\xff\xff\xff" + packed[19:]).read()


class Endless(io.RawIOBase):
    """A line of n bytes without an end in sight; counts what was taken of it."""

    def __init__(self, n: int) -> None:
        self.n, self.taken = n, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return offset

    def read(self, n: int = -1) -> bytes:
        self.taken += n
        return b"x" * n

    def readline(self, n: int | None = -1) -> bytes:
        return self.read(n or -1)


def test_a_line_of_a_gibibyte_is_refused_without_being_read() -> None:
    opened: list[Endless] = []

    def start() -> BinaryIO:
        opened.append(Endless(1 << 30))
        return opened[-1]  # type: ignore[return-value]

    with pytest.raises(
        BadSource, match=r"^a\.jsonl, line 1 is longer than 1 MiB; expected one text per line"
    ):
        list(DocumentReader("a.jsonl", start).lines(max_line=1 << 20))
    assert sum(stream.taken for stream in opened) < 4 << 20


def test_a_document_too_large_to_be_read_whole_is_refused() -> None:
    with pytest.raises(BadSource, match=r"larger than 10 bytes, the most that is read as a whole"):
        DocumentReader.from_bytes("a", bytes(11)).read(max_bytes=10)


def test_a_file_that_may_not_be_opened_is_refused_with_the_reason() -> None:
    def start() -> BinaryIO:
        raise PermissionError(13, "Permission denied")

    with pytest.raises(BadSource, match=r"^a\.csv cannot be read: Permission denied; check its permissions$"):
        DocumentReader("a.csv", start).open()


def test_a_document_can_be_read_again_and_left_half_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress(b"one\ntwo\n"))
    document = DocumentReader("a", lambda: path.open("rb"), path=path)
    half: Iterator[tuple[int, str]] = document.lines()
    assert next(half) == (1, "one\n")
    del half
    assert [number for number, _ in document.lines()] == [1, 2]
