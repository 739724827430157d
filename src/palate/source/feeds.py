"""RSS, Atom, RDF and CDF feeds -> texts, one per entry."""

import io
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from time import struct_time
from typing import Any
from urllib.parse import urljoin

from palate.document.charset import decode
from palate.document.reader import DocumentReader
from palate.errors import BadSource
from palate.source.feed_entry import Entry, Feed, entry_texts, feed_name
from palate.source.feed_markup import mended
from palate.source.feed_media import media_fields
from palate.source.items import Items
from palate.source.markup import one_line, plain_text, readable
from palate.source.sniffing import PAGE_ROOTS, root_of
from palate.source.xml_entities import refuse_entity_bombs
from palate.table.cells import clean_text, web_address
from palate.table.dates import read_date

# What feedparser 6.0.14 lets through from its handlers of places, picture sizes and tags when those are
# malformed, and the elements (not their text) without which it reads on.
PARSER_ERRORS = (KeyError, IndexError, TypeError, ValueError, AttributeError)
FAILING_ELEMENTS = re.compile(
    r"</?(?:(?:geo|georss|gml|psc|media|itunes):[^<>]*|(?:width|height|keywords)\b[^<>]*)>", re.IGNORECASE
)
TEXT_TYPES = ("text/", "application/xhtml")
HTML_TYPES = {"text/html", "application/xhtml+xml"}
# feeds that escape their HTML twice: all of it, or paragraphs within a table, as Reddit does
ESCAPED_AGAIN = re.compile(r"</(?:p|div|a|span|em|strong|b|i|li|h[1-6])>", re.IGNORECASE)
ESCAPED_PARAGRAPHS = re.compile(r"<(p|div)\b[^<>]*>.*</\1>", re.IGNORECASE | re.DOTALL)
STUB_SHARE = 0.5  # a content of less than this share of the summary is no article but a picture's caption
DATES = ("published", "updated", "created")


def read_feed(document: DocumentReader) -> Items:
    """Reads entry by entry, with HTML turned to plain text and links made absolute.

    An entry without title and text is Skipped.

    As feedparser does, it reads on through broken markup; in addition it mends wrong and missing encodings,
    characters and entities that XML does not know. Raises BadSource for what is no feed, and for entities
    that expand like a bomb.

    >>> item = b"<item><title>Cats</title><link>http://a.org/1</link></item>"
    >>> feed = b"<rss><channel><title>Pets</title>" + item + b"</channel></rss>"
    >>> document = DocumentReader.from_bytes("feed.xml", feed)
    >>> [(text.title, text.source, text.id) for text in read_feed(document)]
    [('Cats', 'Pets', 'http://a.org/1')]
    """
    feed, entries = parse_feed(document)
    yield from entry_texts(entries, feed, document.name)


def parse_feed(document: DocumentReader) -> tuple[Feed, list[Entry]]:
    """Returns what a feed says of itself and all its entries, those without words too.

    Raises as read_feed does.
    """
    markup = decode(document.read(), document.content_type)
    refuse_entity_bombs(markup, document.name)
    parsed = _parsed(mended(markup), document.name)
    if not parsed.get("version") and not parsed.entries:
        raise _not_a_feed(document.name, markup)
    is_atom = str(parsed.get("version")).startswith("atom")
    feed = _feed(_plain_dict(parsed.feed), document, is_atom=is_atom)
    # Atom says which text is HTML; others leave it to the reader
    return feed, [_entry(_plain_dict(entry), feed, literal=is_atom) for entry in parsed.entries]


def _plain_dict(parsed: Mapping[str, Any]) -> dict[str, Any]:
    """Returns feedparser's dict as a plain one, also inside: its own is slow, and answers "updated" with
    "published", and warns of it.
    """
    return {
        key: dict(value)
        if isinstance(value, dict)
        else [dict(each) if isinstance(each, dict) else each for each in value]
        if isinstance(value, list)
        else value
        for key, value in dict(parsed).items()
    }


def _parsed(markup: str, name: str) -> Any:
    import feedparser

    def parse(source: str) -> Any:
        return feedparser.parse(
            io.BytesIO(source.encode("utf-8", "replace")),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            resolve_relative_uris=False,  # only links inside of HTML, of which nothing is left here
            sanitize_html=False,
        )

    try:
        return parse(markup)
    except PARSER_ERRORS:
        try:
            return parse(FAILING_ELEMENTS.sub("", markup))
        except PARSER_ERRORS as error:
            raise BadSource(
                f"{name} is too broken to be read as a feed ({type(error).__name__}); mend it"
            ) from error


def _feed(feed: dict[str, Any], document: DocumentReader, *, is_atom: bool) -> Feed:
    title = one_line(feed.get("title") or "")
    home = _joined(document.url, str(feed.get("link") or ""))
    own = next((link.get("href") for link in feed.get("links", ()) if link.get("rel") == "self"), "")
    own_link = _joined(document.url or home, str(own or ""))
    return Feed(
        title or document.url or document.name,
        feed_name(own_link, str(feed.get("id") or ""), home, title) or document.locator,
        home=home,
        base=document.url or home,
        language=str(feed.get("language") or ""),
        authors=_authors(feed) if is_atom else (),
    )


def _joined(base: str, link: str) -> str:
    try:
        return web_address(urljoin(base, link)) if link else ""
    except ValueError:
        return ""


def _entry(entry: dict[str, Any], feed: Feed, *, literal: bool) -> Entry:
    dates = {key: _date(entry, key) for key in DATES}
    title = {**(entry.get("title_detail") or {}), "value": entry.get("title")}
    return Entry(
        title=" ".join(_plain(title, literal=literal).split()),
        body=_body(entry, literal=literal),
        link=_link(entry),
        guid=str(entry.get("id") or ""),
        published=next((str(value) for key in DATES if (value := entry.get(key))), ""),
        published_date=dates["published"] or (dates["created"] if not dates["updated"] else None),
        updated_date=dates["updated"],
        language=_language(entry),
        authors=_authors(entry),
        tags=[one_line(tag["term"]) for tag in entry.get("tags", ()) if tag.get("term")],
        identifiers=[str(entry.get(key) or "") for key in ("prism_doi", "arxiv_doi", "dc_identifier")],
        more=media_fields(entry, feed),
    )


def _date(entry: dict[str, Any], key: str) -> datetime | None:
    written, parsed = str(entry.get(key) or ""), entry.get(f"{key}_parsed")
    if not written:
        return None
    # feedparser takes 03-04-05 for 2003
    guessed = _from_parsed(parsed) if parsed and re.search(r"\d{4}", written) else None
    return read_date(written) or guessed


def _from_parsed(moment: struct_time) -> datetime | None:
    year, month, day, hour, minute, second = moment[:6]
    return read_date(f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")


def _link(entry: dict[str, Any]) -> str:
    """Returns the address of the entry: the one before a counting service, else the first alternate that is
    HTML, else the first alternate, else a guid that is an address.
    """
    for key in ("feedburner_origlink", "pheedo_origlink"):
        if web_address(str(entry.get(key) or "")):
            return str(entry[key])
    alternates = [
        link for link in entry.get("links", ()) if link.get("rel") == "alternate" and link.get("href")
    ]
    pages = [link for link in alternates if link.get("type", "text/html") in HTML_TYPES]
    if pages or alternates:
        return str((pages or alternates)[0]["href"])
    link, guid = str(entry.get("link") or ""), str(entry.get("id") or "")
    return web_address(link) if link == guid else link


def _body(entry: dict[str, Any], *, literal: bool) -> str:
    """Returns the article in full: the longest content that is HTML; where it has none, or a stub only, the
    longest of all there is.
    """
    contents = [
        part for part in entry.get("content", ()) if str(part.get("type") or "text/").startswith(TEXT_TYPES)
    ]
    summary = entry.get("summary_detail") or {"value": entry.get("summary"), "type": "text/html"}
    if summary.get("value") in [part.get("value") for part in contents]:
        summary = {}
    others = [summary, entry.get("subtitle_detail") or {}]
    bodies = [(_plain(part, literal=literal), part.get("type") in HTML_TYPES) for part in contents]
    longest = max([body for body, _ in bodies] + [_plain(part, literal=literal) for part in others], key=len)
    article = max((body for body, is_html in bodies if is_html or literal), key=len, default="")
    return article if len(article) >= STUB_SHARE * len(longest) else longest


def _plain(part: Mapping[str, Any], *, literal: bool) -> str:
    value = str(part.get("value") or "")
    if not value:
        return ""
    if literal and part.get("type") == "text/plain":
        return clean_text(value).strip()
    body = readable(value, html=part.get("type") in HTML_TYPES)
    again = ESCAPED_PARAGRAPHS if "<" in value else ESCAPED_AGAIN
    return plain_text(body) if "</" in body and again.search(body) else body


def _language(entry: dict[str, Any]) -> str:
    parts = [*entry.get("content", ()), entry.get("summary_detail") or {}, entry.get("title_detail") or {}]
    return next(
        (str(part["language"]) for part in parts if part.get("language")), str(entry.get("language") or "")
    )


def _authors(holder: dict[str, Any]) -> list[str]:
    names = [author.get("name") or author.get("email") or "" for author in holder.get("authors", ())]
    return list(filter(None, _split_names(names or [holder.get("author") or ""])))


def _split_names(names: list[str]) -> Iterator[str]:
    for several in names:
        yield from (one_line(name) for name in one_line(several).split(";"))


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
