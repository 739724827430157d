"""What an entry of a feed brings along beside its words: sound, pictures, comments."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from palate.source.feed_entry import Feed

CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2})(?:\.\d+)?")


def media_fields(entry: Mapping[str, Any], feed: Feed) -> dict[str, Any]:
    """Returns, for the extra of a text: enclosures, duration_s, image and comments, where there are any.

    entry: as feedparser gives it.
    """
    links = [link for link in entry.get("links", ()) if link.get("rel") == "enclosure"]
    images = [*entry.get("media_thumbnail", ()), {"url": (entry.get("image") or {}).get("href")}]
    return {
        "enclosures": enclosures(((link.get("href"), link.get("type")) for link in links), feed),
        "duration_s": seconds(str(entry.get("itunes_duration") or "")),
        "image": next((url for image in images if (url := feed.absolute(image.get("url") or ""))), ""),
        "comments": feed.absolute(str(entry.get("comments") or "")),
    }


def enclosures(found: Iterable[tuple[Any, Any]], feed: Feed) -> list[dict[str, str]]:
    """Returns the files of an entry from pairs of address and type: {"url": …, "type": …}."""
    absolute = ((feed.absolute(str(url or "")), str(type or "")) for url, type in found)
    return [{"url": url, "type": type} for url, type in absolute if url]


def seconds(duration: str) -> int:
    """Returns a duration in seconds from "3723", "62:03" or "1:02:03"; 0 where it is none of these.

    >>> seconds("1:02:03"), seconds("62:03"), seconds("3723"), seconds("long")
    (3723, 3723, 3723, 0)
    """
    duration = duration.strip()
    if match := CLOCK.fullmatch(duration):
        hours, minutes, rest = (int(part or 0) for part in match.groups())
        return hours * 3600 + minutes * 60 + rest
    return int(float(duration)) if re.fullmatch(r"\d{1,7}(\.\d+)?", duration) else 0
