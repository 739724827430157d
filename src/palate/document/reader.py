"""Bytes that can be read again and again: unpacked, capped, and as lines or one string, in any encoding."""

import codecs
import io
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

from palate.document.encoding import Survey, decode_with_strays, sniff_encoding, survey
from palate.document.unpacking import (
    CHUNK_BYTES,
    MAX_RATIO,
    MAX_UNPACKED_BYTES,
    MIN_RATIO_BYTES,
    packing,
    size,
    unpack,
)
from palate.errors import BadSource, ReadNotice

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
    _noted: set[str] = field(default_factory=set, compare=False, repr=False)

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
    def locator(self) -> str:
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

    def note(self, sentence: str) -> None:
        """Warns once of a document that is read, but not as it states: a ReadNotice."""
        if sentence not in self._noted:
            self._noted.add(sentence)
            warnings.warn(f"{self.name} {sentence}", ReadNotice, stacklevel=2)

    @cached_property
    def encoding(self) -> str:
        """Its encoding: by mark or zeros, else UTF-8 where its first bytes are, else a guess over all of
        it.
        """
        first_bytes = self.first_bytes()
        encoding = sniff_encoding(first_bytes)
        if encoding == "utf-8" and not _begins_as_utf8(first_bytes):
            return self._survey.encoding
        return encoding

    @property
    def _is_wide(self) -> bool:
        """Whether its bytes must be recoded before they can be cut into lines."""
        return self.encoding.startswith(("utf-16", "utf-32", "cp037"))

    @cached_property
    def _survey(self) -> Survey:
        with self.open() as stream:
            return survey(iter(lambda: stream.readline(MAX_LINE_BYTES), b""))

    def text(self, max_bytes: int = MAX_WHOLE_BYTES) -> str:
        """Returns all of it as one string, with lines ending in a line feed. See lines for the encoding."""
        data = self.read(max_bytes)
        if self._is_wide:
            text = b"".join(_recode([data], self.encoding, self.name)).decode()
        else:
            text = self._decoded(data, 1)
        return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")

    def lines(self, max_line: int = MAX_LINE_BYTES) -> Iterator[tuple[int, str]]:
        """Yields each line with its number from 1 and its end; memory stays below max_line.

        UTF-8, UTF-16 and UTF-32 are read with and without a byte order mark, which is dropped. Of other bytes
        the encoding is guessed, which costs one more reading, and a ReadNotice tells it. A line may end with
        CR alone if no line ends otherwise. Raises BadSource for a longer line."""
        with self.open() as opened:
            stream: BinaryIO = opened
            if self._is_wide or self._ends_lines_with_cr:
                chunks = _chunks(opened)
                if self._is_wide:
                    chunks = _recode(chunks, self.encoding, self.name)
                if self._ends_lines_with_cr:
                    chunks = (chunk.replace(b"\r", b"\n") for chunk in chunks)
                stream = io.BufferedReader(_Stream(chunks, opened), CHUNK_BYTES)
            number = 0
            while line := stream.readline(max_line + 1):
                number += 1
                if len(line) > max_line:
                    raise BadSource(
                        f"{self.name}, line {number} is longer than {size(max_line)}; "
                        "expected one text per line: break it into lines or split it"
                    )
                text = line.decode() if line.isascii() else self._decoded(line, number)
                yield number, text if number > 1 else text.removeprefix("\ufeff")

    @cached_property
    def _ends_lines_with_cr(self) -> bool:
        head = self.first_bytes().decode(self.encoding, "ignore")
        return "\r" in head and "\n" not in head

    def _decoded(self, data: bytes, first_line: int) -> str:
        """The bytes as a string; where they are not UTF-8, as the survey of the document tells."""
        encoding = "utf-8" if self._is_wide else self.encoding  # what is wide is recoded
        if encoding == "utf-8":
            try:
                return data.decode()
            except UnicodeDecodeError as error:
                encoding = self._survey.encoding
                line = first_line + data.count(b"\n", 0, error.start)
        if encoding != "utf-8":
            self.note(f"is not UTF-8 and is read as {encoding}; if its letters look wrong, save it as UTF-8")
            return data.decode(encoding, "replace")
        self.note(
            f"is UTF-8 save for {_counted(self._survey.n_strays)}, first on line {line}, "
            "read as cp1252; if letters look wrong, save it as UTF-8"
        )
        return decode_with_strays(data)


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


def _begins_as_utf8(first_bytes: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()  # a character may be cut at the end
    try:
        decoder.decode(first_bytes)
    except UnicodeDecodeError:
        return False
    return True


def _counted(n_bytes: int) -> str:
    return "one byte" if n_bytes == 1 else f"{n_bytes} bytes"
