"""RSS, Atom and RDF feeds -> texts, one per entry."""

import io
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from time import struct_time
from typing import Any
from urllib.parse import urljoin

from palate.document.charset import decode
from palate.document.reader import DocumentReader
from palate.errors import BadSource
from palate.source.items import Items, Skipped
from palate.source.markup import one_line, plain_text, readable
from palate.source.sniffing import PAGE_ROOTS, root_of
from palate.source.xml_entities import refuse_entity_bombs
from palate.table.cells import clean_text, web_address
from palate.table.dates import read_date
from palate.text import Text, canonical_url

CHARACTER_REFERENCE = re.compile(r"&#([0-9]+|[xX][0-9a-fA-F]+);?")
# What feedparser 6.0.14 lets through from its handlers of places, picture sizes and tags when those are
# malformed, and the elements (not their text) without which it reads on.
PARSER_ERRORS = (KeyError, IndexError, TypeError, ValueError, AttributeError)
FAILING_ELEMENTS = re.compile(
    r"</?(?:(?:geo|georss|gml|psc|media|itunes):[^<>]*|(?:width|height|keywords)\b[^<>]*)>", re.IGNORECASE
)
TEXT_TYPES = ("text/", "application/xhtml")
HTML_TYPES = {"text/html", "application/xhtml+xml"}
# feeds that escape their HTML twice
ESCAPED_AGAIN = re.compile(r"</(?:p|div|a|span|em|strong|b|i|li|h[1-6])>", re.IGNORECASE)


def read_feed(document: DocumentReader) -> Items:
    """Reads entry by entry, with HTML turned to plain text and links made absolute.

    An entry without title and text is Skipped.

    As feedparser does, it reads on through broken markup; in addition it mends wrong and missing encodings.
    Raises BadSource for what is no feed, and for entities that expand like a bomb.

    >>> item = b"<item><title>Cats</title><link>http://a.org/1</link></item>"
    >>> feed = b"<rss><channel><title>Pets</title>" + item + b"</channel></rss>"
    >>> document = DocumentReader.from_bytes("feed.xml", feed)
    >>> [(text.title, text.source, text.id) for text in read_feed(document)]
    [('Cats', 'Pets', 'http://a.org/1')]
    """
    markup = decode(document.read(), document.content_type)
    refuse_entity_bombs(markup, document.name)
    markup = CHARACTER_REFERENCE.sub(_valid_reference, markup)
    try:
        parsed = _parsed(markup, document.url)
    except PARSER_ERRORS:
        try:
            parsed = _parsed(FAILING_ELEMENTS.sub("", markup), document.url)
        except PARSER_ERRORS as error:
            raise BadSource(
                f"{document.name} is too broken to be read as a feed ({type(error).__name__}); mend it"
            ) from error
    feed = dict(parsed.feed)  # feedparser's own dict answers "updated" with "published", and warns of it
    if not parsed.get("version") and not parsed.entries:
        raise _not_a_feed(document.name, markup)
    title = one_line(feed.get("title") or "") or document.url or document.name
    base = web_address(feed.get("link") or "") or document.url
    seen: set[str] = set()
    for number, entry in enumerate(parsed.entries, start=1):
        yield _text(
            dict(entry),
            title,
            base,
            str(feed.get("language") or ""),
            f"{document.name}, entry {number}",
            seen,
        )


def _parsed(markup: str, url: str) -> Any:
    import feedparser

    return feedparser.parse(
        io.BytesIO(markup.encode("utf-8", "replace")),
        response_headers={"content-type": "application/xml; charset=utf-8", "content-location": url},
        resolve_relative_uris=False,  # only links inside of HTML, of which nothing is left here
        sanitize_html=False,
    )


def _valid_reference(match: re.Match[str]) -> str:
    """Returns the character reference, or U+FFFD for one that names no character.

    feedparser fails on such a one.
    """
    digits = match[1].lower()
    code = 0 if len(digits) > 10 else int(digits[1:], 16) if digits[0] == "x" else int(digits)
    return match[0] if 0 < code < 0xD800 or 0xDFFF < code < 0x110000 else "\ufffd"


def _text(
    entry: dict[str, Any], feed_title: str, base: str, language: str, where: str, seen: set[str]
) -> Text | Skipped:
    title = one_line(entry.get("title") or "")
    bodies = [_body(part) for part in _parts(entry)]
    body = max(bodies, key=len, default="")
    if not title and not body:
        return Skipped(where, "entry has neither title nor text")
    link = str(entry.get("link") or "")
    url = web_address(_absolute(base, link))
    guid = clean_text(str(entry.get("id") or "")).strip()
    date_text = next((value for key in ("published", "updated", "created") if (value := entry.get(key))), "")
    parsed_dates = (entry.get(f"{key}_parsed") for key in ("published", "updated", "created"))
    published = read_date(date_text) or next(
        (_from_parsed(moment) for moment in parsed_dates if moment), None
    )
    extra = {
        "author": one_line(entry.get("author") or ""),
        "tags": [one_line(tag["term"]) for tag in entry.get("tags", ()) if tag.get("term")],
        "guid": guid if guid != url else "",
        "link": "" if url else clean_text(link),
        "published": clean_text(str(date_text)) if not published else "",
    }
    text = Text.of(
        body if body != title else "",
        title=title,
        id=_global_id(guid),
        source=feed_title,
        url=url,
        language=clean_text(_language(entry) or language),
        published=published,
        extra={key: value for key, value in extra.items() if value},
    )
    if text.id in seen:  # feeds whose entries all link to the front page
        text = replace(text, id=text.content_hash[:16])
    seen.add(text.id)
    return text


def _parts(entry: dict[str, Any]) -> list[Mapping[str, Any]]:
    """Returns what may be the body: the contents that are text, and the summary."""
    parts = [
        part for part in entry.get("content", ()) if str(part.get("type") or "text/").startswith(TEXT_TYPES)
    ]
    return [*parts, entry.get("summary_detail") or {"value": entry.get("summary"), "type": "text/html"}]


def _global_id(guid: str) -> str:
    """Returns the guid if it is a URI, which names one entry in the world; a bare number names one in this
    feed only.
    """
    if web_address(guid):
        return canonical_url(guid)
    return guid if ":" in guid else ""


def _absolute(base: str, link: str) -> str:
    try:
        return urljoin(base, link)
    except ValueError:
        return link


def _body(part: Mapping[str, Any]) -> str:
    body = readable(part.get("value") or "", html=part.get("type") in HTML_TYPES)
    return plain_text(body) if ESCAPED_AGAIN.search(body) else body


def _language(entry: dict[str, Any]) -> str:
    for part in (*_parts(entry), entry.get("title_detail") or {}):
        if part.get("language"):
            return str(part["language"])
    return ""


def _from_parsed(moment: struct_time) -> datetime | None:
    year, month, day, hour, minute, second = moment[:6]
    return read_date(f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")


def _not_a_feed(name: str, markup: str) -> BadSource:
    root = root_of(markup)
    if not markup.strip():
        return BadSource(f"{name} is empty; expected an RSS, Atom or RDF feed")
    if root in PAGE_ROOTS:
        return BadSource(
            f"{name} is a web page; expected an RSS, Atom or RDF feed: give the feed's own address"
        )
    root_text = f"its first element is <{root}>" if root else "it has no XML element"
    return BadSource(f"{name} is no feed: {root_text}; expected RSS, Atom, RDF or OPML")
