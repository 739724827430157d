"""Bookmarks as browsers, Pinboard, Delicious and Pocket export them, in HTML -> texts, one per bookmark."""

from palate.document.charset import decode
from palate.document.reader import DocumentReader
from palate.source.bookmarks import Bookmark, bookmark_texts, tags_in, time_in
from palate.source.items import Items
from palate.table.cells import clean_text

HEADINGS = ("h1", "h2", "h3")


def read_bookmarks(document: DocumentReader) -> Items:
    """Reads Netscape's format for bookmarks, and Pocket's lists of links.

    >>> html = b'<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><p><DT><H3>Pets</H3><DL><p>'
    >>> html += b'<DT><A HREF="https://example.org/" ADD_DATE="1583280000" TAGS="cats">Cats</A><DD>Sleep.'
    >>> (text,) = read_bookmarks(DocumentReader.from_bytes("bookmarks.html", html))
    >>> text.title, text.body, text.published.date().isoformat(), text.extra
    ('Cats', 'Sleep.', '2020-03-04', {'tags': ['cats'], 'folder': 'Pets'})
    """
    from lxml import etree

    target = _BookmarkTarget()
    parser = etree.HTMLParser(target=target, huge_tree=True)
    etree.fromstring(f"<html>{clean_text(decode(document.read(), document.content_type))}", parser)
    yield from bookmark_texts(document, target.bookmarks)


class _BookmarkTarget:
    """Takes what lxml tells of each tag. H3 names the folder that DL opens and /DL closes; DD describes the
    bookmark or folder before it.
    """

    def __init__(self) -> None:
        self.bookmarks: list[Bookmark] = []
        self._folders: list[str] = []  # those that are open
        self._named = ""  # the folder that the next DL opens
        self._described: Bookmark | None = None
        self._reading = ""  # the element whose words are collected
        self._words: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in ("dl", "dt", "dd", "ul", "li", "a", *HEADINGS):
            self._finish()
        if tag == "dl":
            self._folders.append(self._named)
            self._named = ""
        elif tag == "a" and attributes.get("href"):
            added_at = time_in(attributes.get("add_date") or attributes.get("time_added"))
            folder = " / ".join(filter(None, self._folders))
            to_read = {"to_read": True} if attributes.get("toread") == "1" else {}
            extra = {**tags_in(attributes.get("tags")), **to_read}
            bookmark = Bookmark(attributes["href"], added_at=added_at, folder=folder, extra=extra)
            self.bookmarks.append(bookmark)
            self._described, self._reading = bookmark, "a"
        elif tag in HEADINGS:
            self._described, self._reading = None, tag
        elif tag == "dd":
            self._reading = "dd"

    def data(self, words: str) -> None:
        if self._reading:
            self._words.append(words)

    def end(self, tag: str) -> None:
        if tag in ("dl", "dd", "a", *HEADINGS):
            self._finish()
        if tag == "dl" and self._folders:
            self._folders.pop()

    def close(self) -> None:
        self._finish()

    def _finish(self) -> None:
        """Puts the words of the element that has ended where they belong."""
        words, reading = "".join(self._words).strip(), self._reading
        self._words, self._reading = [], ""
        if reading == "a":
            self.bookmarks[-1].title = words
        elif reading == "dd" and self._described:
            self._described.description, self._described = words, None
        elif reading == "h3":
            self._named = " ".join(words.split())
        elif reading == "h1":  # the name of the whole file, or of one of Pocket's lists
            self._folders = [] if words.lower().startswith("bookmarks") else [words]
