"""An entry of a feed, whatever its format -> a Text: its id, where it came from, what else it says."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urljoin

from palate.address import shown_address
from palate.identity import ids_in
from palate.source.items import Skipped
from palate.table.cells import clean_text, is_missing, web_address
from palate.text import TRACKING_PREFIXES, Text, canonical_url, content_hash, origin_of

# URI schemes whose names are unique in the world; "2024-01-05 08:00" and "post:7" are not
WORLD_NAMES = re.compile(r"(?:tag|urn|doi|oai|info|at|yt|pubmed|pmid|arxiv):\S+", re.IGNORECASE)


@dataclass(frozen=True)
class Feed:
    """What a feed says of itself. name: what names it in the world, the same on two days whatever file it
    comes in. home: the address of its site. base: what relative links stand against.
    """

    title: str
    name: str
    home: str = ""
    base: str = ""
    language: str = ""
    authors: Sequence[str] = ()

    def absolute(self, link: str) -> str:
        """Returns a web address as it may be stored, "" for what is none even together with base."""
        if not (link := link.strip()):
            return ""
        try:
            joined = urljoin(self.base, link)
        except ValueError:
            return ""
        return web_address(f"https:{joined}" if joined.startswith("//") else joined)


@dataclass(frozen=True)
class Entry:
    """One entry, its title and body as plain text.

    link: as the feed wrote it. published and updated: as written, *_date: what they mean. identifiers: other
    names it has, among which a DOI may be. more: further fields for extra."""

    title: str = ""
    body: str = ""
    link: str = ""
    guid: str = ""
    published: str = ""
    published_date: datetime | None = None
    updated_date: datetime | None = None
    language: str = ""
    authors: Sequence[str] = ()
    tags: Sequence[str] = ()
    identifiers: Sequence[str] = ()
    more: Mapping[str, Any] = field(default_factory=dict)


class Named(NamedTuple):
    """An entry by its names: id in its feed ("" for none) and in the world ("" where only its words tell it
    from others), address and guid as they may be stored.
    """

    entry: Entry
    in_feed: str
    in_world: str
    url: str
    guid: str


def feed_name(self_link: str, id: str, home: str, title: str) -> str:
    """Returns the name of a feed in the world, by the first it has: its own address, its id, its site and
    title; "" where it has none.

    >>> feed_name("", "", "https://example.org/", "Pets")
    'https://example.org Pets'
    """
    if web_address(self_link):
        return canonical_url(shown_address(self_link))
    if ":" in id:
        return shown_address(id)
    return f"{canonical_url(shown_address(home))} {title}" if home else ""


def entry_texts(entries: Sequence[Entry], feed: Feed, document: str) -> Iterable[Text | Skipped]:
    """Yields the text of each entry; one without title and body is Skipped. document: its name."""
    for number, named in enumerate(_named(list(map(_without_placeholders, entries)), feed), start=1):
        if named.entry.title or named.entry.body:
            yield _text(named, feed)
        else:
            yield Skipped(f"{document}, entry {number}", "entry has neither title nor text")


def _without_placeholders(entry: Entry) -> Entry:
    """Takes "N/A" and the like for no title, and for no body."""
    if not is_missing(entry.title) and not is_missing(entry.body):
        return entry
    title, body = ("" if is_missing(part) else part for part in (entry.title, entry.body))
    return replace(entry, title=title, body=body)


def _named(entries: Sequence[Entry], feed: Feed) -> Iterable[Named]:
    """Names each entry by its guid, else by its link. What entries with other words share, and the address
    of the site, name none; in the world the first of them has the name.
    """
    home, given = canonical_url(feed.home) or None, set[str]()
    urls = [feed.absolute(entry.link) for entry in entries]
    guids = [shown_address(clean_text(entry.guid).strip()) for entry in entries]
    holders: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for entry, url, guid in zip(entries, urls, guids, strict=True):
        holders.setdefault(("guid", guid), set()).add((url, entry.title or entry.body))
        holders.setdefault(("url", url), set()).add((guid, entry.title or entry.body))
    for entry, url, guid in zip(entries, urls, guids, strict=True):
        url_id = _address_id(url)
        guid_id = url_id if guid == url else _world_name(guid)
        by_guid = guid and guid_id != home and len(holders["guid", guid]) == 1
        by_url = url and url_id != home and len(holders["url", url]) == 1
        in_world = (guid_id if by_guid else "") or url_id
        if in_world in given or in_world == home:
            in_world = ""
        given.add(in_world)
        yield Named(entry, guid if by_guid else url if by_url else "", in_world, url, guid)


def _world_name(guid: str) -> str:
    if web_address(guid):
        return _address_id(guid)
    return guid if WORLD_NAMES.fullmatch(guid) else ""


def _address_id(url: str) -> str:
    """Returns the canonical address, with its fragment, since a page may hold several entries."""
    if not url:
        return ""
    _, _, fragment = url.strip().partition("#")
    tracks = fragment.lower().startswith(TRACKING_PREFIXES)
    return canonical_url(url) + (f"#{fragment}" if fragment and not tracks else "")


def _text(named: Named, feed: Feed) -> Text:
    entry = named.entry
    body = entry.body if entry.body != entry.title else ""
    return Text.of(
        body,
        title=entry.title,
        id=named.in_world or content_hash(entry.title, body)[:16],
        source=feed.title,
        url=named.url,
        language=clean_text(entry.language or feed.language),
        published=entry.published_date or entry.updated_date,
        extra={name: value for name, value in _extra(named, feed).items() if value},
        origin=origin_of(feed.name, named.in_feed) if named.in_feed else "",
    )


def _extra(named: Named, feed: Feed) -> dict[str, Any]:
    entry, _, _, url, guid = named
    authors = list(dict.fromkeys(entry.authors or feed.authors))
    updated = entry.updated_date if entry.published_date else None
    return {
        "author": "; ".join(authors),
        "authors": authors if len(authors) > 1 else None,
        "tags": list(dict.fromkeys(entry.tags)),
        "guid": guid if guid != url else "",
        "link": "" if url else shown_address(clean_text(entry.link)),
        "published": clean_text(entry.published) if not entry.published_date else "",
        "updated": updated.isoformat() if updated and updated != entry.published_date else "",
        **_world_ids(filter(None, dict.fromkeys([*entry.identifiers, guid, url]))),
        **entry.more,
    }


def _world_ids(names: Iterable[str]) -> dict[str, str]:
    """Returns the DOI, the PubMed number and the arXiv id among names of an entry, by their registry."""
    found: dict[str, str] = {}
    for name in names:
        for known in ids_in(name):
            registry, _, value = known.partition(":")
            found.setdefault(registry, value)
    return found
