"""Zip archives, and the documents that are archives inside (EPUB, DOCX, ODT): their members, under caps."""

import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from palate.document.reader import DocumentReader
from palate.document.spooling import spooled
from palate.document.unpacking import MAX_RATIO, MAX_UNPACKED_BYTES, MIN_RATIO_BYTES, size
from palate.errors import BadSource
from palate.results import Skipped

ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
MAX_MEMBERS = 100_000
IS_ENCRYPTED = 0x1  # a bit of a member's flags
# what zipfile and its unpackers raise for broken archives, encrypted members and rare packings
ARCHIVE_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
)


@dataclass(frozen=True)
class MemberReader(DocumentReader):
    """A member of an archive as a document. inside: the locator of the archive, and its name there."""

    inside: str = ""

    @property
    def locator(self) -> str:
        return self.inside


@contextmanager
def open_archive(document: DocumentReader) -> Iterator[zipfile.ZipFile]:
    """Opens a zip archive. Raises BadSource where it is broken, or unpacks to more than a document may."""
    with document.open() as opened:
        stream: BinaryIO = opened if opened.seekable() else io.BytesIO(document.read())
        try:
            archive = zipfile.ZipFile(stream)
        except ARCHIVE_ERRORS as error:
            raise BadSource(f"{document.name} is a broken zip archive ({error}); get it again") from error
        with archive:
            _check(document, archive.infolist())
            yield archive


def member_names(document: DocumentReader) -> list[str]:
    """Returns the names of the members; none for what is no archive or a broken one.

    >>> packed = io.BytesIO()
    >>> with zipfile.ZipFile(packed, "w") as archive:
    ...     archive.writestr("a.txt", "Cats")
    >>> member_names(DocumentReader.from_bytes("a.zip", packed.getvalue()))
    ['a.txt']
    """
    try:
        with open_archive(document) as archive:
            return archive.namelist()
    except BadSource:
        return []


def members(document: DocumentReader, archive: zipfile.ZipFile) -> Iterator[DocumentReader | Skipped]:
    """Yields the files of an archive as documents, by name, unpacked one at a time; hidden ones and those of
    macOS are left out. One that is encrypted or broken is Skipped.
    """
    for info in sorted(archive.infolist(), key=lambda info: info.filename):
        parts = [part for part in re.split(r"[/\\]", info.filename) if part not in ("", ".", "..")]
        if info.is_dir() or any(part.startswith((".", "__MACOSX")) for part in parts):
            continue
        name = f"{document.name}/{'/'.join(parts)}"
        try:
            with archive.open(info) as stream:
                opener = spooled(stream)
        except ARCHIVE_ERRORS as error:
            yield Skipped(name, _problem(info, error))
        else:
            yield MemberReader(name, opener, inside=f"{document.locator}/{'/'.join(parts)}")


def read_member(document: DocumentReader, archive: zipfile.ZipFile, name: str, max_bytes: int) -> bytes:
    """Returns the bytes of a member; b"" where there is none of this name.

    Raises BadSource over max_bytes, and for one that is encrypted or broken.
    """
    if name not in archive.NameToInfo:
        return b""
    info = archive.getinfo(name)
    if info.file_size > max_bytes:
        raise BadSource(f"{document.name} holds {name} of more than {size(max_bytes)}, the most that is read")
    try:
        return archive.read(info)
    except ARCHIVE_ERRORS as error:
        raise BadSource(f"{document.name}, {name} {_problem(info, error)}") from error


def _check(document: DocumentReader, infos: Sequence[zipfile.ZipInfo]) -> None:
    unpacked, packed = sum(info.file_size for info in infos), sum(info.compress_size for info in infos)
    if len(infos) > MAX_MEMBERS or unpacked > MAX_UNPACKED_BYTES:
        raise BadSource(
            f"{document.name} unpacks to {len(infos)} files of {size(unpacked)}; the most that is taken is "
            f"{MAX_MEMBERS} of {size(MAX_UNPACKED_BYTES)}: unpack it, and add the folder"
        )
    if unpacked > MIN_RATIO_BYTES and unpacked > MAX_RATIO * packed:
        raise BadSource(
            f"{document.name} unpacks to more than {MAX_RATIO} times its size, as a zip bomb does and texts "
            "do not; if it is meant so, unpack it first"
        )


def _problem(info: zipfile.ZipInfo, error: Exception) -> str:
    if info.flag_bits & IS_ENCRYPTED:
        return "is encrypted; unpack the archive with its password"
    return f"is broken in its archive ({error}); get the archive again"
