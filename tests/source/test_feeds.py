import io
import re
import warnings
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest

from palate.document.reader import DocumentReader
from palate.errors import BadSource, PalateError
from palate.source.feeds import read_feed
from palate.source.items import Skipped
from palate.source.jsonfeed import read_jsonfeed
from palate.source.locate import open_source
from palate.source.xml_entities import refuse_entity_bombs
from palate.text import Text

FEEDS = Path(__file__).parents[2].parent / "shared/data/feeds"

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>Pets &amp;amp; more</title><link>https://example.org/pets/</link><language>en</language>
<item><title>On &lt;i&gt;cats&lt;/i&gt;</title><link>/pets/cats</link><guid isPermaLink="false">7</guid>
<pubDate>Wed, 04 Mar 2020 01:00:00 +0100</pubDate><description>short</description><category>mammals</category>
<content:encoded><![CDATA[<p>They <b>sleep</b>.</p><script>x()</script><p>All day.</p>]]></content:encoded>
</item>
<item><title></title><description> </description></item>
<item><title>Dogs</title><link>/pets/cats</link><pubDate>soon</pubDate></item>
</channel></rss>"""


def read(source: str | bytes, url: str = "") -> list[Text | Skipped]:
    return list(
        read_feed(
            DocumentReader.from_bytes(
                "feed.xml", source.encode() if isinstance(source, str) else source, url=url
            )
        )
    )


def test_an_rss_item_becomes_plain_text_with_absolute_link_and_date() -> None:
    text, *_ = read(RSS)
    assert isinstance(text, Text)
    assert (text.title, text.body, text.source, text.language) == (
        "On cats",
        "They sleep.\n\nAll day.",
        "Pets & more",
        "en",
    )
    assert (text.url, text.id) == ("https://example.org/pets/cats", "https://example.org/pets/cats")
    assert text.published == datetime(2020, 3, 4, tzinfo=UTC)
    assert text.extra == {"tags": ["mammals"], "guid": "7"}


def test_an_entry_without_title_and_text_is_skipped_with_its_number() -> None:
    assert read(RSS)[1] == Skipped("feed.xml, entry 2", "entry has neither title nor text")


def test_entries_with_one_address_between_them_stay_apart_and_bad_dates_are_kept() -> None:
    first, _, third = read(RSS)
    assert isinstance(first, Text)
    assert isinstance(third, Text)
    assert first.id != third.id
    assert (third.published, third.extra["published"]) == (None, "soon")


def test_an_atom_entry_is_known_by_its_id_and_keeps_literal_text() -> None:
    atom = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>F</title><entry>
    <id>tag:example.org,2020:1</id>
    <title type="text">1 &lt; 2</title><link href="b" /><updated>2020-03-04T00:00:00Z</updated>
    <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>ja <em>nein</em></p></div></content>
    </entry></feed>"""
    (text,) = read(atom, url="https://example.org/a/feed")
    assert isinstance(text, Text)
    assert (text.id, text.title, text.body) == ("tag:example.org,2020:1", "1 < 2", "ja nein")
    assert (text.url, text.language) == ("https://example.org/a/b", "de")
    assert text.published == datetime(2020, 3, 4, tzinfo=UTC)


def test_html_that_was_escaped_twice_leaves_no_tags() -> None:
    (text,) = read(
        "<rss><channel><item><description>&amp;lt;p&amp;gt;Hello&amp;lt;/p&amp;gt;</description></item></channel></rss>"
    )
    assert getattr(text, "body", "") == "Hello"


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (
            "<html><body>Moved</body></html>",
            "feed.xml is a web page; expected an RSS, Atom or RDF feed: give the feed's own address",
        ),
        (
            "<PubmedArticleSet/>",
            "feed.xml is no feed: its first element is <pubmedarticleset>; expected RSS, Atom, RDF or OPML",
        ),
        ("just words", "feed.xml is no feed: it has no XML element; expected RSS, Atom, RDF or OPML"),
        ("<?xml version='1.0'?>", "feed.xml is empty; expected an RSS, Atom or RDF feed"),
    ],
)
def test_what_is_no_feed_is_refused_in_one_sentence(source: str, sentence: str) -> None:
    with pytest.raises(BadSource) as refused:
        read(source)
    assert str(refused.value) == sentence


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (
            f'<!DOCTYPE rss [<!ENTITY l0 "ha">{LAUGHS}]><rss><channel><title>&l9;</title></channel></rss>',
            "out of others",
        ),
        (
            f'<!DOCTYPE rss [<!ENTITY a "{"x" * 1000}">]>'
            f"<rss><channel><title>{'&a;' * 2000}</title></channel></rss>",
            "beyond",
        ),
        (f"<!DOCTYPE rss [{'<!ENTITY a 1>' * 2000}]><rss/>", "without end"),
    ],
)
def test_entity_bombs_are_refused(source: str, reason: str) -> None:
    with pytest.raises(BadSource, match=rf"^feed\.xml .*{reason}.*, as XML bombs do"):
        read(source)


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://example.org/rss.dtd">',
        '<!DOCTYPE rss [<!ENTITY % l SYSTEM "http://a.org/x"> %l; '
        '<!ENTITY euro "&#8364;"> <!ENTITY co "A &amp; B">]>',
    ],
)
def test_a_harmless_doctype_is_not_refused(head: str) -> None:
    refuse_entity_bombs(f"{head}<rss>&euro;</rss>", "feed.xml")
    (text,) = read(f"{head}<rss><channel><item><title>Cats</title></item></channel></rss>")
    assert getattr(text, "title", "") == "Cats"


@pytest.mark.parametrize(
    "detail",
    [
        "<gml:pos>1 2</gml:pos>",
        "<georss:point>a b</georss:point>",
        "<title>&#xD800;&#99999999999999;&#0;</title><",
        "<width></width><width><b></width>",
        "<guid>http://[</guid><link>http://a:b/</link>",
    ],
)
def test_broken_details_do_not_cost_an_entry(detail: str) -> None:
    items = read(
        f"<rss version='2.0'><channel><item><description>Cats</description>{detail}</item></channel></rss>"
    )
    assert [item.body for item in items if isinstance(item, Text)] == ["Cats"]


def test_a_json_feed_gives_what_the_same_rss_would() -> None:
    feed = b"""{"version": "https://jsonfeed.org/version/1", "title": "Pets", "language": "en", "items": [
        {"id": "https://example.org/1", "url": "https://example.org/1", "title": "On <i>cats</i>",
         "content_html": "<p>They sleep.</p>",
         "date_published": "2020-03-04T01:00:00+01:00", "author": {"name": "Ann"}, "tags": ["mammals"]},
        {"id": 2}, 3]}"""
    text, second, third = read_jsonfeed(DocumentReader.from_bytes("feed.json", feed))
    assert isinstance(text, Text)
    assert (text.title, text.body, text.source, text.language, text.id) == (
        "On cats",
        "They sleep.",
        "Pets",
        "en",
        "https://example.org/1",
    )
    assert (text.published, text.extra) == (
        datetime(2020, 3, 4, tzinfo=UTC),
        {"author": "Ann", "tags": ["mammals"]},
    )
    assert second == Skipped("feed.json, entry 2", "entry has neither title nor text")
    assert isinstance(third, Skipped)


@pytest.mark.skipif(not FEEDS.is_dir(), reason="../shared/data/feeds is not here")
def test_every_real_feed_is_read_without_loss_or_refused_in_one_sentence() -> None:
    refused: dict[str, str] = {}
    for path in sorted(FEEDS.iterdir()):
        if path.name == "index.csv":
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # feedparser's own
            expected = len(feedparser.parse(io.BytesIO(path.read_bytes())).entries)
        try:
            items = list(open_source(path))
        except PalateError as error:
            refused[path.name] = str(error)
            items = []
        assert len(items) >= expected, path.name
        for item in items:
            if isinstance(item, Text):
                assert not re.search(r"</(p|div|a|span|b|i|script)>", item.content), item
                assert item.published is None or item.published.tzinfo is UTC
                assert not item.url or item.url.startswith("http")
    for name, sentence in refused.items():
        assert sentence.startswith(f"{name} is ")
        assert "\n" not in sentence


@pytest.mark.skipif(not FEEDS.is_dir(), reason="../shared/data/feeds is not here")
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nodefeedparser-compressed.xml", "Оренбург"),
        ("feedparser-illformed-koi8r.xml", "Как пережить новогоднюю ночь"),
        ("feedparser-illformed-eucjp.xml", "ゲーム三昧な正月"),
        ("feedparser-illformed-euckr.xml", "한글닉네임"),
        ("feedparser-illformed-gb2312.xml", "移民漫画"),
        ("feedparser-illformed-tis620.xml", "สำนักงาน"),
        ("miniflux-no_encoding_ISO-8859-1.xml", "développement"),
        ("rssparser-uolNoticias.rss", "Líder na pesquisa"),
    ],
)
def test_real_feeds_in_undeclared_encodings_are_legible(name: str, words: str) -> None:
    assert words in "\n".join(item.content for item in open_source(FEEDS / name) if isinstance(item, Text))
