"""OpenDocument texts (ODT) -> texts, one per file."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from palate.document.archive import open_archive
from palate.document.reader import DocumentReader
from palate.source.items import Items
from palate.source.office import office_text
from palate.source.xml_parts import xml_part

TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
PARAGRAPHS = {f"{TEXT}p", f"{TEXT}h"}
BLANKS = {f"{TEXT}s": " ", f"{TEXT}tab": "\t", f"{TEXT}line-break": "\n"}
UNREAD = {f"{TEXT}tracked-changes", f"{TEXT}note-citation", f"{OFFICE}annotation"}
MAX_DEPTH = 200


def read_odt(document: DocumentReader) -> Items:
    """Reads the file as one text, as it stands after all tracked changes, without comments.

    Raises BadSource for one that is broken.
    """
    with open_archive(document) as archive:
        content, meta = (xml_part(document, archive, name) for name in ("content.xml", "meta.xml"))
    yield office_text(document, "".join(_pieces(content)), meta)


def _pieces(element: Element, depth: int = 0) -> Iterator[str]:
    if element.tag in UNREAD or depth > MAX_DEPTH:
        return
    yield BLANKS.get(element.tag, "")
    yield element.text or ""
    for inner in element:
        yield from _pieces(inner, depth + 1)
        yield inner.tail or ""
    if element.tag in PARAGRAPHS:
        yield "\n\n"
