"""Bookmarks as Firefox and Chrome keep them, in JSON -> texts, one per bookmark."""

import json
from collections.abc import Iterator
from typing import Any

from palate.document.reader import DocumentReader
from palate.errors import BadSource
from palate.source.bookmarks import Bookmark, bookmark_texts, tags_in, time_in
from palate.source.items import Items
from palate.table.cells import clean_text

WEBKIT_EPOCH_S = 11_644_473_600  # Chrome counts microseconds from 1601
ROOTS = (
    "",
    "root",
    "menu",
    "toolbar",
    "unfiled",
    "mobile",
)  # Firefox's names for what is no folder to people


def read_bookmarks_json(document: DocumentReader) -> Items:
    """Reads a bookmark backup of Firefox, and the file Bookmarks of Chrome and its kin.

    >>> page = b'{"name": "Cats", "url": "https://example.org/", "date_added": "13227753600000000"}'
    >>> chrome = b'{"roots": {"bookmark_bar": {"name": "Bar", "children": [' + page + b"]}}}"
    >>> (text,) = read_bookmarks_json(DocumentReader.from_bytes("Bookmarks", chrome))
    >>> text.title, text.published.date().isoformat(), text.extra["folder"]
    ('Cats', '2020-03-04', 'Bar')
    """
    try:
        root = json.loads(document.text(), strict=False)
    except (ValueError, RecursionError) as error:
        raise BadSource(f"{document.name} is no JSON ({error}); export the bookmarks again") from error
    yield from bookmark_texts(document, list(_bookmarks(root)))


def _bookmarks(root: Any) -> Iterator[Bookmark]:
    """Yields the bookmarks below a node, in order."""
    waiting: list[tuple[Any, str]] = [(root, "")]
    while waiting:
        node, folder = waiting.pop()
        if not isinstance(node, dict):
            continue
        name = clean_text(str(node.get("title") or node.get("name") or ""))
        url = node.get("uri") or node.get("url")
        if isinstance(url, str):
            tags = tags_in(clean_text(str(node.get("tags") or "")))
            yield Bookmark(clean_text(url), name, "", _added_at(node), folder, tags)
            continue
        inner = folder if name.lower() in ROOTS else f"{folder} / {name}".removeprefix(" / ")
        children, roots = node.get("children"), node.get("roots")
        found = children if isinstance(children, list) else []
        found = [*found, *roots.values()] if isinstance(roots, dict) else found
        waiting += [(child, inner) for child in reversed(found)]


def _added_at(node: dict[str, Any]) -> float:
    since_1601 = time_in(node.get("date_added"))
    return since_1601 / 1e6 - WEBKIT_EPOCH_S if since_1601 else time_in(node.get("dateAdded"))
