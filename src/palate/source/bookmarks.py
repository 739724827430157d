"""Bookmark: one saved link, and its way to a text."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from palate.document.reader import DocumentReader
from palate.errors import BadSource
from palate.source.items import Items, Skipped
from palate.table.cells import web_address
from palate.text import Text

# columns of lists of saved links, folded: there a row with an address alone is a text, whatever it is called
LINK_LIST_COLUMNS = {"timeadded", "savedat", "saveddate", "folder", "isarchived", "toread", "inqueue"}
MS_FROM, US_FROM = 1e11, 1e14  # a time above it counts milliseconds, microseconds


@dataclass
class Bookmark:
    """One bookmark as it was found. added_at: (milli-, micro-) seconds since 1970; 0 where not known."""

    url: str
    title: str = ""
    description: str = ""
    added_at: float = 0
    folder: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


def bookmark_texts(document: DocumentReader, bookmarks: Sequence[Bookmark]) -> Items:
    """Yields a text per bookmark; one without a title is called by its address.

    One of no web page (javascript:, place:) is Skipped. Raises BadSource where there is no bookmark.
    """
    if not bookmarks:
        raise BadSource(f"{document.name} holds no bookmark; export the bookmarks again")
    for number, bookmark in enumerate(bookmarks, start=1):
        url = web_address(bookmark.url)
        if not url:
            scheme = bookmark.url.partition(":")[0][:20]
            yield Skipped(f"{document.name}, bookmark {number}", f"a {scheme}: address is no web page")
            continue
        title = " ".join(bookmark.title.split())
        yield Text.of(
            bookmark.description.strip(),
            title=readable_address(url) if not title or web_address(title) else title,
            source=document.name,
            url=url,
            published=_moment(bookmark.added_at),
            extra={**bookmark.extra, **({"folder": bookmark.folder} if bookmark.folder else {})},
        )


def readable_address(url: str) -> str:
    """Returns what a link without a title is called: its address without scheme, www, query and fragment.

    >>> readable_address("https://www.example.org/caf%C3%A9/on-cats/?utm_source=x#top")
    'example.org/café/on-cats'
    >>> readable_address("https://example.org/?p=17")
    'example.org/?p=17'
    """
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2].removeprefix("www.")
    path = unquote(parts.path).rstrip("/")
    return f"{host}{path}" if path or not parts.query else f"{host}/?{parts.query}"


def tags_in(value: str | None) -> dict[str, Any]:
    """Returns the tags of a list with commas as extra holds them; nothing where there is none.

    >>> tags_in("cats, sleep,"), tags_in(None)
    ({'tags': ['cats', 'sleep']}, {})
    """
    tags = [tag.strip() for tag in (value or "").split(",") if tag.strip()]
    return {"tags": tags} if tags else {}


def time_in(value: Any) -> float:
    """Returns a number that may be written as text; 0 where it is none."""
    try:
        return float(value or 0)
    except (TypeError, ValueError):
        return 0


def _moment(added_at: float) -> datetime | None:
    seconds = added_at / (1e6 if added_at >= US_FROM else 1e3 if added_at >= MS_FROM else 1)
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None
