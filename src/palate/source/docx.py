"""Word documents (DOCX) -> texts, one per file."""

import io
from xml.parsers.expat import ExpatError

from palate.document.archive import ARCHIVE_ERRORS, open_archive
from palate.document.reader import DocumentReader
from palate.errors import BadSource, MissingExtra
from palate.source.items import Items
from palate.source.markup import plain_text
from palate.source.office import office_text
from palate.source.xml_parts import xml_part


def read_docx(document: DocumentReader) -> Items:
    """Reads the file as one text, as it stands after all tracked changes, without pictures.

    Raises BadSource for one that is broken, MissingExtra without [documents].
    """
    try:
        from mammoth import convert_to_html
    except ImportError:
        raise MissingExtra(f"the Word document {document.name}", "documents") from None
    with open_archive(document) as archive:
        meta = xml_part(document, archive, "docProps/core.xml")
    try:
        html: str = convert_to_html(io.BytesIO(document.read()), convert_image=_no_picture).value
    except (*ARCHIVE_ERRORS, ExpatError, KeyError) as error:
        raise BadSource(f"{document.name} is a broken Word document ({error}); save it again") from error
    yield office_text(document, plain_text(html), meta)


def _no_picture(_: object) -> list[object]:
    return []
