"""A web page -> one text: its article, without menus and adverts."""

from dataclasses import replace

from palate.document.charset import decode
from palate.document.reader import MAX_LINE_BYTES, DocumentReader
from palate.errors import BadSource, MissingExtra
from palate.source.columns import RowReader
from palate.source.file_origin import file_origin
from palate.source.items import Columns, Items
from palate.text import Text


def read_page(document: DocumentReader) -> Items:
    """Reads the article as one text.

    Raises BadSource where no article can be found on the page, MissingExtra without [pages].

    >>> article = b"<article><p>" + b"Cats sleep all day. " * 20 + b"</p></article>"
    >>> html = b"<title>Cats</title><body><nav>Menu</nav>" + article
    >>> [(text.title, text.body[:19]) for text in read_page(DocumentReader.from_bytes("cats.html", html))]
    [('Cats', 'Cats sleep all day.')]
    """
    try:
        from trafilatura import bare_extraction
    except ImportError:
        raise MissingExtra(f"the web page {document.name}", "pages") from None
    html = decode(document.read(MAX_LINE_BYTES), document.content_type)
    page = bare_extraction(html, url=document.url or None, with_metadata=True, include_comments=False)
    if page is None or isinstance(page, dict) or not page.text:
        raise BadSource(
            f"{document.name} shows no article; expected a page with one, or the address of a feed"
        )
    row = {
        "title": page.title,
        "text": page.text,
        "url": document.url,
        "published": page.date,
        "language": page.language,
        "author": page.author,
        "site": page.sitename,
    }
    rows = RowReader(document.name, Columns(title="title", text="text"), document.locator, has_markup=False)
    item = rows.text(row, document.name)
    yield replace(item, origin=file_origin(document)) if isinstance(item, Text) else item
