"""OPML lists of feeds -> the addresses in them."""

import re
from typing import NamedTuple

from palate.address import shown_address
from palate.document.charset import decode
from palate.document.reader import DocumentReader
from palate.errors import BadSource


class ListedFeed(NamedTuple):
    title: str
    url: str


def read_opml(document: DocumentReader) -> list[ListedFeed]:
    """Returns the feeds of the list in its order, each address once. Raises BadSource where there are none.

    >>> opml = b'<opml><body><outline text="Pets" xmlUrl="https://a.org/feed?x=1&y=2"/></body></opml>'
    >>> read_opml(DocumentReader.from_bytes("feeds.opml", opml))
    [ListedFeed(title='Pets', url='https://a.org/feed?x=1&y=2')]
    """
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    source = decode(document.read(), document.content_type).strip()
    try:
        try:
            root = fromstring(source)
        except ParseError:  # most often a bare & in an address
            root = fromstring(re.sub(r"&(?!#?\w+;)", "&amp;", source))
    except ParseError as error:
        raise BadSource(
            f"{document.name} is no XML that can be read ({error}); expected an OPML list of feeds"
        ) from error
    except DefusedXmlException as error:
        raise BadSource(
            f"{document.name} declares XML entities, as XML bombs do; expected a plain OPML list of feeds"
        ) from error
    feeds: dict[str, ListedFeed] = {}
    for outline in root.iter():
        attributes = {key.lower(): value.strip() for key, value in outline.attrib.items()}
        if url := attributes.get("xmlurl"):
            title = attributes.get("title") or attributes.get("text") or shown_address(url)
            feeds.setdefault(url, ListedFeed(title, url))
    if not feeds:
        raise BadSource(f'{document.name} lists no feeds; expected <outline xmlUrl="https://…"/> in it')
    return list(feeds.values())
