"""Which format a zip archive is in: a document, or files packed together."""

from palate.document.archive import open_archive, read_member
from palate.document.reader import DocumentReader
from palate.errors import BadSource
from palate.source.formats import ARCHIVE_FORMATS, FOREIGN_ARCHIVES, OPENDOCUMENT_TYPES, Format

OPENDOCUMENT = "application/vnd.oasis.opendocument."
MAX_TYPE_BYTES = 1000


def archive_format(document: DocumentReader) -> Format:
    """Returns the format. Raises BadSource for a broken archive, and for a document that is not read.

    >>> import io, zipfile
    >>> packed = io.BytesIO()
    >>> with zipfile.ZipFile(packed, "w") as archive:
    ...     archive.writestr("word/document.xml", "")
    >>> archive_format(DocumentReader.from_bytes("a", packed.getvalue()))
    'docx'
    """
    with open_archive(document) as archive:
        names = set(archive.namelist())
        stated = read_member(document, archive, "mimetype", MAX_TYPE_BYTES).decode("latin-1").strip()
    if stated in OPENDOCUMENT_TYPES:
        return OPENDOCUMENT_TYPES[stated]
    if stated.startswith(OPENDOCUMENT):
        raise BadSource(f"{document.name} is an OpenDocument {stated.rpartition('.')[2]}; save it as PDF")
    for name, description in FOREIGN_ARCHIVES.items():
        if name in names:
            raise BadSource(f"{document.name} is {description}")
    return next((format for name, format in ARCHIVE_FORMATS.items() if name in names), "zip")
