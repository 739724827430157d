"""JSON Feed 1.0 and 1.1 -> texts, one per item."""

import json
from typing import Any

from palate.document.reader import DocumentReader
from palate.errors import BadSource
from palate.source.columns import RowReader
from palate.source.items import Columns, Items
from palate.source.markup import one_line, plain_text
from palate.table.cells import cell_text

COLUMNS = Columns(title="title", text="text")
EXTRA_FIELDS = ("image", "external_url", "tags")


def read_jsonfeed(document: DocumentReader) -> Items:
    """Reads item by item, with HTML turned to plain text.

    >>> items = b'[{"id": 1, "content_html": "<p>Cats"}]'
    >>> feed = b'{"version": "https://jsonfeed.org/version/1", "title": "Pets", "items": ' + items + b"}"
    >>> document = DocumentReader.from_bytes("feed.json", feed)
    >>> [(text.id, text.body, text.source) for text in read_jsonfeed(document)]
    [('b9733535bae0e1d1', 'Cats', 'Pets')]
    """
    try:
        feed = json.loads(document.text(), strict=False)
    except (ValueError, RecursionError) as error:
        raise BadSource(f"{document.name} is no JSON ({error}); expected a JSON Feed") from error
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        raise BadSource(
            f"{document.name} is no JSON Feed: it has no list of items; see https://jsonfeed.org/version/1.1"
        )
    rows = RowReader(
        one_line(cell_text(feed.get("title"))) or document.url or document.name,
        COLUMNS,
        document.place,
        has_markup=False,
    )
    for number, item in enumerate(items, start=1):
        row = _row(item, feed) if isinstance(item, dict) else {}
        yield rows.text(row, f"{document.name}, entry {number}")


def _row(item: dict[str, Any], feed: dict[str, Any]) -> dict[str, Any]:
    html, summary = cell_text(item.get("content_html")), cell_text(item.get("summary"))
    authors = item.get("authors") or [item.get("author")]
    row = {name: item.get(name) for name in EXTRA_FIELDS}
    guid = cell_text(item.get("id"))
    # a URI names one item in the world; a bare number only one of this feed
    row["id" if ":" in guid else "guid"] = guid
    row["title"] = one_line(cell_text(item.get("title")))
    row["text"] = plain_text(html) or cell_text(item.get("content_text")) or summary
    row["url"] = item.get("url") or item.get("external_url")
    row["date_published"] = item.get("date_published") or item.get("date_modified")
    row["language"] = item.get("language") or feed.get("language")
    if isinstance(authors, list):
        row["author"] = ", ".join(
            cell_text(author.get("name")) for author in authors if isinstance(author, dict)
        )
    return row
