"""What Word and OpenDocument files have in common: title, author and language of a written document."""

from xml.etree.ElementTree import Element

from palate.document.reader import DocumentReader
from palate.source.file_origin import file_origin
from palate.source.items import Skipped
from palate.source.stated_title import title_of, without_title
from palate.source.xml_parts import words_of
from palate.text import Text

FIRST_PAGE_CHARACTERS = 5000


def office_text(document: DocumentReader, body: str, meta: Element) -> Text | Skipped:
    """Returns the document as a text. The title is the one it states, or its first line.

    meta: what the document says of itself, in Dublin Core.
    """
    body = body.strip()
    if not body:
        return Skipped(document.name, "document has no text")
    stated, authors = " ".join(words_of(meta, "title")[:1]), words_of(meta, "creator")[:1]
    title = title_of(stated, body[:FIRST_PAGE_CHARACTERS], "")
    return Text.of(
        without_title(body, title),
        title=title,
        source=document.name,
        language=next(iter(words_of(meta, "language")), ""),
        extra={"authors": authors} if authors else {},
        origin=file_origin(document),
    )
