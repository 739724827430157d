"""Bytes that can be read again and again: unpacked, capped, and as lines or one string of UTF-8."""

import codecs
import io
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from palate.errors import BadSource, PalateError

CHUNK = 1 << 18  # bytes read at a time
HEAD = 1 << 16  # bytes looked at to tell the format
MAX_LINE = 16 << 20  # bytes of one line, and of one plain text
MAX_WHOLE = 256 << 20  # bytes of a document that must be read as a whole (feeds, references, JSON arrays)
MAX_UNPACKED = 2 << 30  # bytes that a compressed document may unpack to
MAX_RATIO = 200  # unpacked bytes per packed byte, once RATIO_FROM bytes are unpacked
RATIO_FROM = 64 << 20

GZIP, ZLIB, DEFLATE = 31, 15, -15  # zlib's wbits

# bytes that no text holds, save a stray one
CONTROLS = bytes([*range(9), *range(14, 27), *range(28, 32), 127])

# how a document in another Unicode form begins: byte order marks, then "<?" without one (XML 1.0, appendix F)
MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    b"<\0\0\0": "utf-32-le",
    b"\0\0\0<": "utf-32-be",
    b"<\0?\0": "utf-16-le",
    b"\0<\0?": "utf-16-be",
    b"\x4c\x6f\xa7\x94": "cp037",
}


@dataclass(frozen=True)
class Document:
    """A named document. start gives its raw bytes from the first one on, each time it is called.

    path: where it lies, if it is a file. url: where it was fetched from, if it was.
    content_type: what the server called it.
    """

    name: str
    start: Callable[[], BinaryIO]
    path: Path | None = None
    url: str = ""
    content_type: str = ""
    max_unpacked: int = MAX_UNPACKED
    max_ratio: int = MAX_RATIO
    ratio_from: int = RATIO_FROM

    @classmethod
    def of(
        cls,
        name: str,
        data: bytes,
        *,
        url: str = "",
        content_type: str = "",
        max_unpacked: int = MAX_UNPACKED,
    ) -> "Document":
        """A document that is in memory.

        >>> [line for _, line in Document.of("poem.txt", b"one\\ntwo").lines()]
        ['one\\n', 'two']
        """
        return cls(
            name, lambda: io.BytesIO(data), url=url, content_type=content_type, max_unpacked=max_unpacked
        )

    def open(self) -> BinaryIO:
        """The bytes, unpacked where they are gzip, zlib or deflate. Raises BadSource at the first byte over a
        cap.
        """
        try:
            raw = self.start()
            wbits = packing(raw.read(HEAD))
            raw.seek(0)
        except OSError as error:
            raise BadSource(
                f"{self.name} cannot be read: {error.strerror or error}; check its permissions"
            ) from error
        if not wbits:
            return raw
        unpacked = unpack(
            _chunks(raw),
            wbits,
            self.name,
            max_bytes=self.max_unpacked,
            max_ratio=self.max_ratio,
            ratio_from=self.ratio_from,
        )
        return io.BufferedReader(_Stream(unpacked, raw), CHUNK)

    def head(self) -> bytes:
        """The first HEAD bytes, unpacked."""
        with self.open() as stream:
            return stream.read(HEAD)

    def read(self, max_bytes: int = MAX_WHOLE) -> bytes:
        """All bytes, unpacked."""
        with self.open() as stream:
            too_large = stream.seekable() and stream.seek(0, io.SEEK_END) > max_bytes
            if stream.seekable():
                stream.seek(0)
            data = b"" if too_large else stream.read(max_bytes + 1)
        if too_large or len(data) > max_bytes:
            raise BadSource(
                f"{self.name} is larger than {size(max_bytes)}, the most that is read as a whole; split it"
            )
        return data

    def text(self, max_bytes: int = MAX_WHOLE) -> str:
        """All of it as one string, with lines ending in a line feed. Accepts UTF-8, and UTF-16 and UTF-32
        with a mark.
        """
        data = self.read(max_bytes)
        encoding = marked_encoding(data)
        if encoding:
            data = b"".join(_recode([data], encoding, self.name))
        mark = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
        try:
            text = data[mark:].decode()
        except UnicodeDecodeError as error:
            at = error.start + mark
            raise _not_utf8(self.name, data.count(b"\n", 0, at) + 1, at, data[at]) from error
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def lines(self, max_line: int = MAX_LINE) -> Iterator[tuple[int, str]]:
        """Line by line with its number from 1 and its line feed; memory stays below max_line.

        Raises BadSource for a longer line, and for bytes that are not UTF-8 (a byte order mark is dropped;
        UTF-16 and UTF-32 with a mark are read as well)."""
        with self.open() as opened:
            encoding = marked_encoding(opened.read(4))
        with self.open() as opened:
            stream: BinaryIO = opened
            if encoding:
                stream = io.BufferedReader(
                    _Stream(_recode(_chunks(opened), encoding, self.name), opened), CHUNK
                )
            offset = number = 0
            while line := stream.readline(max_line + 1):
                number += 1
                if len(line) > max_line:
                    raise BadSource(
                        f"{self.name}, line {number} is longer than {size(max_line)}; expected one text per line: "
                        "break it into lines or split it"
                    )
                try:
                    text = line.decode()
                except UnicodeDecodeError as error:
                    raise _not_utf8(self.name, number, offset + error.start, line[error.start]) from error
                offset += len(line)
                yield number, text.removeprefix("\ufeff") if number == 1 else text


def marked_encoding(head: bytes) -> str:
    """The Python name of the encoding that the first bytes give away, or "" (then it is UTF-8 or not to be
    told so).

    >>> marked_encoding("\ufeffa".encode("utf-16-le")), marked_encoding(b"<?xml")
    ('utf-16', '')
    """
    return next((encoding for mark, encoding in MARKS.items() if head.startswith(mark)), "")


def packing(head: bytes) -> int:
    """zlib's wbits for bytes that begin so, or 0 where they are not compressed.

    >>> packing(zlib.compress(b"<rss/>")) == ZLIB, packing(b"x^2 + y^2") == 0
    (True, True)
    """
    if head.startswith(b"\x1f\x8b"):
        return GZIP
    if head[:2] in (b"x\x01", b"x^", b"x\x9c", b"x\xda") and _inflated(head, ZLIB):
        return ZLIB
    # raw deflate has no mark: take it where the bytes are no text and give a markup document
    is_text = bool(marked_encoding(head)) or head == head.translate(None, CONTROLS)
    return 0 if is_text or not _inflated(head, DEFLATE).lstrip().startswith(b"<") else DEFLATE


def unpack(
    chunks: Iterable[bytes],
    wbits: int,
    name: str,
    *,
    max_bytes: int = MAX_UNPACKED,
    max_ratio: int = MAX_RATIO,
    ratio_from: int = RATIO_FROM,
    refusal: type[PalateError] = BadSource,
) -> Iterator[bytes]:
    """The chunks unpacked, never more than CHUNK bytes at a time. Raises refusal at the first byte over a
    cap.

    >>> b"".join(unpack([zlib.compress(b"many words")], ZLIB, "a.gz"))
    b'many words'
    """
    engine = zlib.decompressobj(wbits)
    packed = unpacked = 0
    for chunk in chunks:
        packed += len(chunk)
        while chunk:
            # gzip files may be joined end to end; zeros and other bytes behind the last are ignored, as gzip
            # does
            if engine.eof:
                engine, chunk = zlib.decompressobj(wbits), chunk.lstrip(b"\0")
                if wbits != GZIP or not chunk.startswith(b"\x1f"):
                    return
            try:
                data = engine.decompress(chunk, CHUNK)
            except zlib.error as error:
                raise refusal(
                    f"{name} is broken after {packed - len(chunk)} packed bytes: {error}; get it again"
                ) from error
            chunk = engine.unconsumed_tail or engine.unused_data
            unpacked += len(data)
            if unpacked > max_bytes:
                raise refusal(
                    f"{name} unpacks to more than {size(max_bytes)}, the most that is taken; split it"
                )
            if unpacked > ratio_from and unpacked > max_ratio * packed:
                raise refusal(
                    f"{name} unpacks to more than {max_ratio} times its size, as a zip bomb does and text does not; "
                    "if it is meant so, unpack it first"
                )
            yield data
    if not engine.eof:
        raise refusal(f"{name} ends in the middle of its compressed data, so it was cut off; get it again")


class _Stream(io.RawIOBase):
    """Chunks as a stream; closing it closes what they come from."""

    def __init__(self, chunks: Iterator[bytes], origin: BinaryIO) -> None:
        self._chunks, self._origin, self._rest = chunks, origin, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = memoryview(chunk)
        n = min(len(buffer), len(self._rest))
        buffer[:n] = self._rest[:n]
        self._rest = self._rest[n:]
        return n

    def close(self) -> None:
        self._origin.close()
        super().close()


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


def _recode(chunks: Iterable[bytes], encoding: str, name: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in chunks:
            yield decoder.decode(chunk).encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError as error:
        raise BadSource(
            f"{name} begins as {encoding.upper()} but does not go on so ({error}); save it as UTF-8"
        ) from error


def _inflated(head: bytes, wbits: int) -> bytes:
    try:
        return zlib.decompressobj(wbits).decompress(head, 256)
    except zlib.error:
        return b""


def _not_utf8(name: str, line: int, offset: int, byte: int) -> BadSource:
    return BadSource(
        f"{name}, line {line}: byte {offset} (0x{byte:02x}) is not UTF-8, the encoding expected; "
        f"turn the file into it, for example with: iconv -f latin1 -t utf-8 {name} > utf8-{name.rpartition('/')[2]}"
    )


def size(n: int) -> str:
    """A number of bytes for people.

    >>> size(20 << 20)
    '20 MiB'
    """
    return f"{n >> 30} GiB" if n >= 1 << 30 else f"{n >> 20} MiB" if n >= 1 << 20 else f"{n} bytes"
