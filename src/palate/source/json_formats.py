"""Which format a JSON object is in, told by what its first object holds, however large it is."""

import json
from typing import Any

from palate.document.reader import N_FIRST_BYTES, DocumentReader
from palate.source.formats import Format

MAX_OBJECT_BYTES = 64 << 20  # of a first object that is looked into; a larger one is taken for a row
N_ITEMS_TRIED = 20
DECODER = json.JSONDecoder(strict=False)
CHROME_ROOTS = {"bookmark_bar", "other", "synced"}
READER_ITEM = {"canonical", "alternate", "crawlTimeMsec", "timestampUsec"}  # keys of Google Reader's items


def json_format(document: DocumentReader, start: str) -> Format | None:
    """Returns the format; None for what begins as JSON and is none. start: the first characters.

    >>> feed = b'{"items": [], "title": "Cats", "version": "https://jsonfeed.org/version/1.1"}'
    >>> json_format(DocumentReader.from_bytes("a", feed), feed.decode())
    'jsonfeed'
    >>> json_format(DocumentReader.from_bytes("a", b"{cats} sleep"), "{cats} sleep") is None
    True
    """
    start = start.lstrip()
    if start.startswith("["):
        return "table" if _is_array(start) else None
    first = _first_object(start)
    if first is None and len(document.first_bytes()) == N_FIRST_BYTES:
        with document.open() as stream:
            data = stream.read(MAX_OBJECT_BYTES)
        first = _first_object(data.decode(document.encoding, "replace").removeprefix("\ufeff").lstrip())
    if first is None:
        return "table" if start[1:].lstrip().startswith('"') else None
    return _of_object(first)


def _is_array(text: str) -> bool:
    try:
        _, end = DECODER.raw_decode(text)
    except (ValueError, RecursionError):  # it goes on behind the first characters, or is broken
        return text[1:].lstrip().startswith(("{", "[", '"'))
    return not text[end:].strip()


def _first_object(text: str) -> dict[str, Any] | None:
    try:
        value, _ = DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _of_object(value: dict[str, Any]) -> Format:
    items, roots = value.get("items"), value.get("roots")
    if "jsonfeed.org/version/" in str(value.get("version", ""))[:200]:
        return "jsonfeed"
    if isinstance(items, list):
        tried = (item for item in items[:N_ITEMS_TRIED] if isinstance(item, dict))
        if str(value.get("id", "")).startswith("user/") or any(READER_ITEM & item.keys() for item in tried):
            return "starred"
    if isinstance(roots, dict) and CHROME_ROOTS & roots.keys():
        return "bookmarks-json"
    return "bookmarks-json" if value.get("type") == "text/x-moz-place-container" else "table"
