"""Bytes that can be read again and again: unpacked, capped, and as lines or one string of UTF-8."""

import codecs
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from palate.document.charset import marked_encoding
from palate.document.unpacking import (
    CHUNK_BYTES,
    MAX_RATIO,
    MAX_UNPACKED_BYTES,
    MIN_RATIO_BYTES,
    packing,
    size,
    unpack,
)
from palate.errors import BadSource

N_FIRST_BYTES = 1 << 16  # looked at to tell the format
MAX_LINE_BYTES = 16 << 20  # of one line, and of one plain text
MAX_WHOLE_BYTES = 256 << 20  # of a document that must be read as a whole (feeds, references, JSON arrays)


@dataclass(frozen=True)
class DocumentReader:
    """Reads one named document, as often as it is asked: its bytes, its lines, or all of it as a string.

    open_raw: gives the raw bytes from the first one on, each time it is called. path: where it lies, if it is
    a file. url: where it was fetched from, if it was. content_type: what the server called it.
    """

    name: str
    open_raw: Callable[[], BinaryIO]
    path: Path | None = None
    url: str = ""
    content_type: str = ""
    max_unpacked_bytes: int = MAX_UNPACKED_BYTES
    max_ratio: int = MAX_RATIO
    min_ratio_bytes: int = MIN_RATIO_BYTES

    @classmethod
    def from_bytes(
        cls,
        name: str,
        data: bytes,
        *,
        url: str = "",
        content_type: str = "",
        max_unpacked_bytes: int = MAX_UNPACKED_BYTES,
    ) -> "DocumentReader":
        """Returns the reader of a document that is in memory.

        >>> [line for _, line in DocumentReader.from_bytes("poem.txt", b"one\\ntwo").lines()]
        ['one\\n', 'two']
        """
        return cls(
            name,
            lambda: io.BytesIO(data),
            url=url,
            content_type=content_type,
            max_unpacked_bytes=max_unpacked_bytes,
        )

    @property
    def place(self) -> str:
        """What tells this document from all others: its address, its path from the root, or its name."""
        return self.url or (str(self.path.resolve()) if self.path else self.name)

    def open(self) -> BinaryIO:
        """Opens the bytes, unpacked where they are gzip, zlib or deflate.

        Raises BadSource at the first byte over a cap.
        """
        try:
            raw = self.open_raw()
            wbits = packing(raw.read(N_FIRST_BYTES))
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
            max_bytes=self.max_unpacked_bytes,
            max_ratio=self.max_ratio,
            min_ratio_bytes=self.min_ratio_bytes,
        )
        return io.BufferedReader(_Stream(unpacked, raw), CHUNK_BYTES)

    def first_bytes(self) -> bytes:
        """Returns the first N_FIRST_BYTES, unpacked."""
        with self.open() as stream:
            return stream.read(N_FIRST_BYTES)

    def read(self, max_bytes: int = MAX_WHOLE_BYTES) -> bytes:
        """Returns all bytes, unpacked."""
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

    def text(self, max_bytes: int = MAX_WHOLE_BYTES) -> str:
        """Returns all of it as one string, with lines ending in a line feed.

        Accepts UTF-8, and UTF-16 and UTF-32 with a byte order mark.
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

    def lines(self, max_line: int = MAX_LINE_BYTES) -> Iterator[tuple[int, str]]:
        """Yields each line with its number from 1 and its line feed; memory stays below max_line.

        Raises BadSource for a longer line, and for bytes that are not UTF-8 (a byte order mark is dropped;
        UTF-16 and UTF-32 with a mark are read as well)."""
        with self.open() as opened:
            encoding = marked_encoding(opened.read(4))
        with self.open() as opened:
            stream: BinaryIO = opened
            if encoding:
                stream = io.BufferedReader(
                    _Stream(_recode(_chunks(opened), encoding, self.name), opened), CHUNK_BYTES
                )
            offset = number = 0
            while line := stream.readline(max_line + 1):
                number += 1
                if len(line) > max_line:
                    raise BadSource(
                        f"{self.name}, line {number} is longer than {size(max_line)}; "
                        "expected one text per line: break it into lines or split it"
                    )
                try:
                    text = line.decode()
                except UnicodeDecodeError as error:
                    raise _not_utf8(self.name, number, offset + error.start, line[error.start]) from error
                offset += len(line)
                yield number, text.removeprefix("\ufeff") if number == 1 else text


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
    while chunk := stream.read(CHUNK_BYTES):
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


def _not_utf8(name: str, line: int, offset: int, byte: int) -> BadSource:
    return BadSource(
        f"{name}, line {line}: byte {offset} (0x{byte:02x}) is not UTF-8, the encoding expected; "
        "turn the file into it, for example with: "
        f"iconv -f latin1 -t utf-8 {name} > utf8-{name.rpartition('/')[2]}"
    )
