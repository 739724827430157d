"""JSON Feed 1.0 and 1.1 -> texts, one per item."""

import json
from typing import Any
from urllib.parse import urljoin

from palate.document.reader import DocumentReader
from palate.errors import BadSource
from palate.source.feed_entry import Entry, Feed, entry_texts, feed_name
from palate.source.feed_media import enclosures, seconds
from palate.source.items import Items
from palate.source.markup import one_line, plain_text
from palate.table.cells import cell_text, clean_text, web_address
from palate.table.dates import read_date

VERSION = "jsonfeed.org/version/"


def read_jsonfeed(document: DocumentReader) -> Items:
    """Reads item by item, with HTML turned to plain text. An item without title and text is Skipped.

    >>> items = b'[{"id": 1, "content_html": "<p>Cats"}]'
    >>> feed = b'{"version": "https://jsonfeed.org/version/1", "title": "Pets", "items": ' + items + b"}"
    >>> document = DocumentReader.from_bytes("feed.json", feed)
    >>> [(text.id, text.body, text.source) for text in read_jsonfeed(document)]
    [('b9733535bae0e1d1', 'Cats', 'Pets')]
    """
    try:
        whole = json.loads(document.text(), strict=False)
    except (ValueError, RecursionError) as error:
        raise BadSource(f"{document.name} is no JSON ({error}); expected a JSON Feed") from error
    items = whole.get("items") if isinstance(whole, dict) else None
    if not isinstance(items, list):
        raise BadSource(
            f"{document.name} is no JSON Feed: it has no list of items; see https://jsonfeed.org/version/1.1"
        )
    feed = _feed(whole, document)
    entries = [_entry(item, feed) if isinstance(item, dict) else Entry() for item in items]
    yield from entry_texts(entries, feed, document.name)


def is_jsonfeed(document: DocumentReader) -> bool:
    """Tells a JSON Feed by its structure, wherever in it the version stands. Of JSON Lines it reads the first
    line only.

    >>> feed = b'{"items": [], "version": "https://jsonfeed.org/version/1.1"}'
    >>> is_jsonfeed(DocumentReader.from_bytes("feed.json", feed))
    True
    >>> is_jsonfeed(DocumentReader.from_bytes("a.json", b'{"text": "see jsonfeed.org/version/1"}'))
    False
    """
    first = next((line for _, line in document.lines() if line.strip()), "")
    value = _parsed(first)
    if value is None and VERSION in (text := document.text()).replace("\\/", "/"):
        value = _parsed(text)
    return isinstance(value, dict) and VERSION in str(value.get("version")) and "items" in value


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _feed(whole: dict[str, Any], document: DocumentReader) -> Feed:
    title, home = one_line(cell_text(whole.get("title"))), web_address(cell_text(whole.get("home_page_url")))
    own = cell_text(whole.get("feed_url"))
    return Feed(
        title or document.url or document.name,
        feed_name(urljoin(document.url or home, own), "", home, title) or document.locator,
        home=home,
        base=document.url or home,
        language=cell_text(whole.get("language")),
        authors=_authors(whole),
    )


def _entry(item: dict[str, Any], feed: Feed) -> Entry:
    html, summary = cell_text(item.get("content_html")), cell_text(item.get("summary"))
    published, updated = cell_text(item.get("date_published")), cell_text(item.get("date_modified"))
    tags = item.get("tags")
    external = feed.absolute(cell_text(item.get("external_url")))
    guid = cell_text(item.get("id"))
    return Entry(
        title=one_line(cell_text(item.get("title"))),
        body=plain_text(html) or cell_text(item.get("content_text")) or summary,
        link=cell_text(item.get("url")) or external or web_address(guid),
        guid=guid,
        published=published or updated,
        published_date=read_date(published),
        updated_date=read_date(updated),
        language=cell_text(item.get("language")),
        authors=_authors(item),
        tags=[clean_text(str(tag)) for tag in tags if tag] if isinstance(tags, list) else (),
        more={**_media(item, feed), "external_url": external},
    )


def _media(item: dict[str, Any], feed: Feed) -> dict[str, Any]:
    listed = item.get("attachments")
    attachments = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    durations = (seconds(cell_text(one.get("duration_in_seconds"))) for one in attachments)
    return {
        "enclosures": enclosures(((one.get("url"), one.get("mime_type")) for one in attachments), feed),
        "duration_s": next(filter(None, durations), 0),
        "image": feed.absolute(cell_text(item.get("image"))),
    }


def _authors(holder: dict[str, Any]) -> list[str]:
    authors = holder.get("authors") or [holder.get("author")]
    if not isinstance(authors, list):
        return []
    named = (one_line(cell_text(author.get("name"))) for author in authors if isinstance(author, dict))
    return list(filter(None, named))
