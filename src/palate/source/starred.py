"""Articles as feed readers export them (Google Reader's JSON: Inoreader, FreshRSS, Feedly) -> texts."""

import json
from typing import Any

from palate.document.reader import DocumentReader
from palate.errors import BadSource
from palate.source.columns import RowReader
from palate.source.items import Columns, Items
from palate.source.markup import one_line, plain_text
from palate.table.cells import cell_text

COLUMNS = Columns(title="title", text="text")
STARRED = ("state/com.google/starred", "state/com.google/like", "tag/global.saved")


def read_starred(document: DocumentReader) -> Items:
    """Reads article by article, with HTML turned to plain text; extra tells which ones were starred.

    >>> item = b'{"title": "Cats", "canonical": [{"href": "https://a.org/"}], "summary": {"content": "Hi"}}'
    >>> starred = b'{"id": "user/1/state/com.google/starred", "items": [' + item + b"]}"
    >>> (text,) = read_starred(DocumentReader.from_bytes("starred.json", starred))
    >>> text.title, text.body, text.url, text.extra
    ('Cats', 'Hi', 'https://a.org/', {'starred': True})
    """
    try:
        stream = json.loads(document.text(), strict=False)
    except (ValueError, RecursionError) as error:
        raise BadSource(f"{document.name} is no JSON ({error}); export the articles again") from error
    rows = RowReader(document.name, COLUMNS, document.locator, has_markup=False)
    all_starred = cell_text(stream.get("id")).endswith(STARRED)
    for number, item in enumerate(stream["items"], start=1):
        row = _row(item, all_starred) if isinstance(item, dict) else {}
        yield rows.text(row, f"{document.name}, item {number}")


def _row(item: dict[str, Any], all_starred: bool) -> dict[str, Any]:
    labels = item.get("categories")
    labels = [cell_text(label) for label in labels] if isinstance(labels, list) else []
    tags = [label.rpartition("/label/")[2] for label in labels if "/label/" in label]
    feed = item.get("origin")
    starred = all_starred or any(label.endswith(STARRED) for label in labels)
    return {
        "title": one_line(cell_text(item.get("title"))),
        "text": plain_text(_inner(item, "content", "content") or _inner(item, "summary", "content")),
        "url": _inner(item, "canonical", "href") or _inner(item, "alternate", "href"),
        "published": item.get("published") or item.get("crawled"),
        "author": item.get("author"),
        "site": cell_text(feed.get("title")) if isinstance(feed, dict) else "",
        "tags": tags or None,
        "starred": starred or None,
    }


def _inner(item: dict[str, Any], name: str, key: str) -> str:
    """The value of a key in the object of this name, or in the first of a list of them."""
    value = item.get(name)
    value = value[0] if isinstance(value, list) and value else value
    return cell_text(value.get(key)) if isinstance(value, dict) else cell_text(value)
