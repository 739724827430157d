"""A web page -> one text: its article, without menus and adverts."""

from palate.errors import BadSource, MissingExtra
from palate.source.charset import decode
from palate.source.columns import Rows
from palate.source.facts import Columns, Items
from palate.source.opening import MAX_LINE, Document


def read_page(document: Document) -> Items:
    """One text. Raises BadSource where no article can be found on the page, MissingExtra without [pages].

    >>> html = b"<title>Cats</title><body><nav>Menu</nav><article><p>" + b"Cats sleep all day. " * 20 + b"</p></article>"
    >>> [(text.title, text.body[:19]) for text in read_page(Document.of("cats.html", html))]
    [('Cats', 'Cats sleep all day.')]
    """
    try:
        from trafilatura import bare_extraction
    except ImportError:
        raise MissingExtra(f"the web page {document.name}", "pages") from None
    html = decode(document.read(MAX_LINE), document.content_type)
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
    yield Rows(document.name, Columns(title="title", text="text")).text(row, document.name)
