"""The same entries as RSS, Atom and JSON Feed are the same texts."""

import json
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from hypothesis import given
from hypothesis import strategies as st

from palate.document.reader import DocumentReader
from palate.source.feeds import read_feed
from palate.source.jsonfeed import read_jsonfeed
from palate.table.cells import is_missing
from palate.text import Text

WORDS = st.text(st.sampled_from("abc äé漢字かな <>&'\"]-;#/"), min_size=1, max_size=30).map(
    lambda text: " ".join(text.split())
)
SELF, HOME = "https://s.example/feed", "https://s.example/"
ATOM, DC = "http://www.w3.org/2005/Atom", "http://purl.org/dc/elements/1.1/"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
WORDS = WORDS.filter(lambda words: not is_missing(words))
ENTRIES = st.lists(
    st.fixed_dictionaries(
        {
            "title": WORDS,
            "body": WORDS,
            "date": st.integers(0, 4 * 10**9).map(lambda at: datetime.fromtimestamp(at, UTC)),
            "authors": st.lists(st.sampled_from(["Ann Lee", "Bob Roe", "李 明"]), unique=True, max_size=2),
            "tags": st.lists(st.sampled_from(["sea", "land & air", "空"]), unique=True, max_size=2),
            "sound": st.booleans(),
            "guid": st.sampled_from(["{0}", "tag:s.example,2020:{0}", "https://s.example/{0}", "urn:x:{0}"]),
        }
    ),
    max_size=4,
)


def html(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def as_rss(entries: list[dict[str, object]]) -> bytes:
    items = "".join(
        f"<item><title>{escape(escape(str(e['title'])))}</title><link>https://s.example/{n}</link>"
        f"<guid isPermaLink='false'>{str(e['guid']).format(n)}</guid>"
        f"<pubDate>{e['date']:%a, %d %b %Y %H:%M:%S} +0000</pubDate>"
        f"<content:encoded>{escape(html(str(e['body'])))}</content:encoded>"
        + "".join(f"<dc:creator>{name}</dc:creator>" for name in e["authors"])  # type: ignore[attr-defined]
        + "".join(f"<category>{escape(tag)}</category>" for tag in e["tags"])  # type: ignore[attr-defined]
        + ("<enclosure url='/a.mp3' type='audio/mpeg' length='1'/>" if e["sound"] else "")
        + "</item>"
        for n, e in enumerate(entries)
    )
    spaces = f"xmlns:content='{CONTENT}' xmlns:dc='{DC}' xmlns:a='{ATOM}'"
    head = f"<title>S</title><link>{HOME}</link><a:link rel='self' href='{SELF}'/><language>en</language>"
    return f"<rss version='2.0' {spaces}><channel>{head}{items}</channel></rss>".encode()


def as_atom(entries: list[dict[str, object]]) -> bytes:
    items = "".join(
        f"<entry><title>{escape(str(e['title']))}</title><link href='/{n}'/>"
        f"<id>{str(e['guid']).format(n)}</id>"
        f"<published>{e['date']:%Y-%m-%dT%H:%M:%SZ}</published>"
        f"<content type='html'>{escape(html(str(e['body'])))}</content>"
        + "".join(f"<author><name>{name}</name></author>" for name in e["authors"])  # type: ignore[attr-defined]
        + "".join(f"<category term={quoteattr(tag)}/>" for tag in e["tags"])  # type: ignore[attr-defined]
        + ("<link rel='enclosure' href='/a.mp3' type='audio/mpeg'/>" if e["sound"] else "")
        + "</entry>"
        for n, e in enumerate(entries)
    )
    head = f"<title>S</title><link href='{HOME}'/><link rel='self' href='{SELF}'/>"
    return f"<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='en'>{head}{items}</feed>".encode("utf-16")


def as_json(entries: list[dict[str, object]]) -> bytes:
    items = [
        {
            "title": escape(str(e["title"])),
            "url": f"/{n}",
            "id": str(e["guid"]).format(n),
            "date_published": f"{e['date']:%Y-%m-%dT%H:%M:%SZ}",
            "content_html": html(str(e["body"])),
            "authors": [{"name": name} for name in e["authors"]],  # type: ignore[attr-defined]
            "tags": e["tags"],
            "attachments": [{"url": "/a.mp3", "mime_type": "audio/mpeg"}] if e["sound"] else [],
        }
        for n, e in enumerate(entries)
    ]
    head = {"title": "S", "home_page_url": HOME, "feed_url": SELF, "language": "en"}
    return json.dumps({**head, "items": items, "version": "https://jsonfeed.org/version/1.1"}).encode()


@given(ENTRIES)
def test_the_same_entries_are_the_same_texts_in_every_format(entries: list[dict[str, object]]) -> None:
    rss, atom = (
        list(read_feed(DocumentReader.from_bytes("feed", write(entries), url=SELF)))
        for write in (as_rss, as_atom)
    )
    other = list(read_jsonfeed(DocumentReader.from_bytes("feed", as_json(entries), url=SELF)))
    assert rss == atom == other
    for ours in (rss, atom, other):
        assert [text.origin for text in ours if isinstance(text, Text)] == [
            f"{SELF}\n{str(entry['guid']).format(n)}" for n, entry in enumerate(entries)
        ]
    for text, entry in zip(rss, entries, strict=True):
        assert isinstance(text, Text)
        assert (text.title, text.published) == (entry["title"], entry["date"])
        assert text.body == ("" if entry["body"] == entry["title"] else entry["body"])
