import io
import json
import re
import warnings
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest

from palate.document.reader import DocumentReader
from palate.errors import BadSource, PalateError
from palate.rule import Rule
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


def test_html_that_an_article_speaks_of_is_kept() -> None:
    text = one(
        rss("<item><description>&lt;p&gt;Close it: &amp;lt;/div&amp;gt;&lt;/p&gt;</description></item>")
    )
    assert text.body == "Close it: </div>"


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


def one(source: str | bytes, url: str = "") -> Text:
    (text,) = read(source, url)
    assert isinstance(text, Text)
    return text


def rss(item: str, channel: str = "<title>Pod</title><link>https://site.example/</link>") -> str:
    names = {
        "content": "http://purl.org/rss/1.0/modules/content/",
        "dc": "http://purl.org/dc/elements/1.1/",
        "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
        "media": "http://search.yahoo.com/mrss/",
        "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
        "prism": "http://prismstandard.org/namespaces/basic/2.0/",
        "atom": "http://www.w3.org/2005/Atom",
    }
    spaces = " ".join(f'xmlns:{name}="{uri}"' for name, uri in names.items())
    return f'<rss version="2.0" {spaces}><channel>{channel}{item}</channel></rss>'


def atom(entry: str, head: str = "<title>F</title>") -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://b.example/x/">{head}{entry}</feed>'


WHALES = (
    "<item><title>Ep 1</title><guid isPermaLink='false'>ep-1</guid><description>Whales.</description></item>"
)
TRAINS = (
    "<item><title>Ep 2</title><guid isPermaLink='false'>ep-2</guid><description>Trains.</description></item>"
)


def test_episodes_without_links_are_the_same_on_two_days_and_share_no_address() -> None:
    (day1,), (new, day2) = read(rss(WHALES)), read(rss(TRAINS + WHALES))
    assert isinstance(day1, Text)
    assert isinstance(day2, Text)
    assert isinstance(new, Text)
    assert day1 == day2
    assert day1.origin == day2.origin == "https://site.example Pod\nep-1"
    assert new.origin != day1.origin
    assert new.id != day1.id
    assert (day1.url, new.url) == ("", "")


def test_a_guid_that_is_a_time_belongs_to_its_feed() -> None:
    item = "<item><title>{0} closed</title><guid isPermaLink='false'>2024-01-05 08:00:00</guid></item>"
    channel = "<title>Status</title><link>https://{0}.example/</link>"
    harbour, airport = (
        one(rss(item.format(name), channel.format(name.lower()))) for name in ("Harbour", "Airport")
    )
    assert harbour.origin != airport.origin
    assert harbour.id != airport.id


def test_links_that_differ_by_fragment_name_different_texts() -> None:
    items = [
        f"<item><title>Note {n}</title><link>https://c.example/notes#july-{n}</link></item>" for n in range(3)
    ]
    texts = [text for text in read(rss("".join(items))) if isinstance(text, Text)]
    assert [text.id for text in texts] == [f"https://c.example/notes#july-{n}" for n in range(3)]
    assert len({text.origin for text in texts}) == 3


@pytest.mark.parametrize(
    "guid", ["", "<guid isPermaLink='false'>0</guid>", "<guid>https://site.example/</guid>"]
)
def test_a_guid_or_link_that_entries_share_or_that_is_the_site_names_none(guid: str) -> None:
    items = [
        f"<item><title>News {n}</title>{guid}<link>https://site.example/</link></item>" for n in range(3)
    ]
    texts = [text for text in read(rss("".join(items))) if isinstance(text, Text)]
    assert [text.origin for text in texts] == ["", "", ""]
    assert len({text.id for text in texts}) == 3


def test_an_entry_twice_in_a_feed_has_one_origin_and_other_words_under_one_guid_is_a_new_version() -> None:
    twice = [text.origin for text in read(rss(WHALES + WHALES)) if isinstance(text, Text)]
    assert len(twice) == 2
    assert len(set(twice)) == 1
    assert one(rss(WHALES.replace("Whales", "More whales"))).origin == twice[0]


@pytest.mark.parametrize(
    ("channel", "url", "place"),
    [
        (
            "<title>P</title><atom:link rel='self' href='https://s.example/feed'/>",
            "",
            "https://s.example/feed",
        ),
        (
            "<title>P</title><atom:link rel='self' href='feed?token=x'/>",
            "https://s.example/f",
            "https://s.example/feed",
        ),
        ("<title>P</title><link>https://s.example/</link>", "https://cdn.example/1", "https://s.example P"),
        ("<title>P</title>", "https://cdn.example/1", "https://cdn.example/1"),
        ("<title>P</title>", "", "feed.xml"),
    ],
)
def test_a_feed_is_named_by_the_first_name_it_has(channel: str, url: str, place: str) -> None:
    assert one(rss(WHALES, channel), url).origin == f"{place}\nep-1"


def test_an_atom_feed_without_self_link_is_named_by_its_id() -> None:
    entry = "<entry><id>1</id><title>t</title></entry>"
    text = one(atom(entry, "<id>urn:uuid:f</id><link href='/'/><author><name>Ann</name></author>"))
    assert text.origin.startswith("urn:uuid:f\n")
    assert text.extra["author"] == "Ann"


def test_relative_links_stand_against_each_xml_base_around_them() -> None:
    entry = (
        "<entry xml:base='y/'><title>t</title><link rel='enclosure' href='a.mp3' type='audio/mpeg'/>"
        "<link rel='alternate' type='application/pdf' href='p.pdf'/><link type='text/html' href='1.html'/>"
        "<link type='text/html' hreflang='de' href='2.html'/></entry>"
    )
    text = one(atom(entry))
    assert text.url == "https://b.example/x/y/1.html"
    assert text.extra["enclosures"] == [{"url": "https://b.example/x/y/a.mp3", "type": "audio/mpeg"}]


def test_an_atom_text_that_is_no_html_is_taken_word_for_word() -> None:
    entry = (
        "<entry><title type='text'>Use &lt;b&gt;x&lt;/b&gt; &amp;amp; y</title>"
        "<content type='text'>a &lt;i&gt;b&lt;/i&gt; &lt; c</content></entry>"
    )
    text = one(atom(entry))
    assert (text.title, text.body) == ("Use <b>x</b> &amp; y", "a <i>b</i> < c")
    escaped = one(atom("<entry><title type='html'>1 &amp;lt; 2 &lt;b&gt;x&lt;/b&gt;</title></entry>"))
    assert escaped.title == "1 < 2 x"


ARTICLE = "<content:encoded><![CDATA[<p>The whole article.</p>]]></content:encoded>"
SUMMARY = "<description>The summary of it, a bit longer.</description>"
PICTURE = "<content:encoded><![CDATA[<img src='x'/>A cat.]]></content:encoded>"


@pytest.mark.parametrize(
    ("parts", "body"),
    [
        (ARTICLE + SUMMARY, "The whole article."),
        (SUMMARY + ARTICLE, "The whole article."),
        (PICTURE + SUMMARY, "The summary of it, a bit longer."),
        ("<itunes:summary>About whales at sea.</itunes:summary>", "About whales at sea."),
        (
            "<description>Whales.</description><itunes:summary>Whales at sea.</itunes:summary>",
            "Whales at sea.",
        ),
        ("<itunes:subtitle>A short one.</itunes:subtitle>", "A short one."),
        ("<media:group><media:description>A video.</media:description></media:group>", "A video."),
        (
            SUMMARY + "<media:description>A caption of it.</media:description>",
            "The summary of it, a bit longer.",
        ),
    ],
)
def test_the_fullest_text_is_the_body_and_the_article_comes_before_its_summary(parts: str, body: str) -> None:
    assert one(rss(f"<item><title>t</title>{parts}</item>")).body == body


def test_what_a_podcast_brings_is_kept() -> None:
    item = (
        "<item><title>t</title><enclosure url='https://c.example/a.mp3' type='audio/mpeg' length='5'/>"
        "<itunes:duration>1:02:03</itunes:duration><comments>https://c.example/talk</comments>"
        "<dc:creator>Ann Lee</dc:creator><dc:creator>Bob Roe; Cy Doe</dc:creator><category>sea</category>"
        "<category>sea</category><feedburner:origLink>https://c.example/orig</feedburner:origLink>"
        "<link>https://count.example/7</link></item>"
    )
    text = one(rss(item))
    assert text.url == "https://c.example/orig"
    assert text.extra == {
        "author": "Ann Lee; Bob Roe; Cy Doe",
        "authors": ["Ann Lee", "Bob Roe", "Cy Doe"],
        "tags": ["sea"],
        "enclosures": [{"url": "https://c.example/a.mp3", "type": "audio/mpeg"}],
        "duration_s": 3723,
        "comments": "https://c.example/talk",
    }
    assert all(Rule("block", "author", name).matches(text) for name in ("Lee", "Bob Roe", "doe"))


def test_the_day_of_publication_counts_and_the_update_is_kept() -> None:
    dates = "<published>2020-01-01T00:00:00Z</published><updated>2020-01-02T00:00:00Z</updated>"
    text = one(atom(f"<entry><title>t</title>{dates}</entry>"))
    assert text.published == datetime(2020, 1, 1, tzinfo=UTC)
    assert text.extra["updated"] == "2020-01-02T00:00:00+00:00"


@pytest.mark.parametrize("date", ["03/04/05", "03-04-05", "soon", "0", "20"])
def test_a_date_that_cannot_be_told_is_none_and_is_kept_as_written(date: str) -> None:
    text = one(rss(f"<item><title>t</title><pubDate>{date}</pubDate></item>"))
    assert (text.published, text.extra["published"]) == (None, date)


@pytest.mark.parametrize(
    ("parts", "ids"),
    [
        ("<prism:doi>10.1038/S41586-1</prism:doi>", {"doi": "10.1038/s41586-1"}),
        ("<dc:identifier>doi:10.1101/2024.01</dc:identifier>", {"doi": "10.1101/2024.01"}),
        ("<link>https://doi.org/10.5/no</link>", {}),
        ("<link>https://doi.org/10.5555/yes</link>", {"doi": "10.5555/yes"}),
        ("<guid isPermaLink='false'>pubmed:37</guid>", {"pmid": "37"}),
        ("<guid isPermaLink='false'>oai:arXiv.org:2401.00001v1</guid>", {"arxiv": "2401.00001"}),
        ("<guid>http://arxiv.org/abs/hep-th/9901001v2</guid>", {"arxiv": "hep-th/9901001"}),
    ],
)
def test_names_that_a_paper_has_in_the_world_are_found(parts: str, ids: dict[str, str]) -> None:
    extra = one(rss(f"<item><title>t</title>{parts}</item>")).extra
    assert {key: extra[key] for key in ("doi", "pmid", "arxiv") if key in extra} == ids


@pytest.mark.parametrize(
    ("source", "body"),
    [
        (rss("<item><description>a\x08b\x0bc &nbsp;&eacute; &#8; &#150;</description></item>"), "ab c é –"),
        (
            "<rss><channel><item><content:encoded>No &lt;b&gt;name&lt;/b&gt;space</content:encoded>"
            "</item></channel></rss>",
            "No namespace",
        ),
        (rss("<item><description>AT&T and a=1&b=2</description></item>"), "AT&T and a=1&b=2"),
        (
            "<?xml version='1.0' encoding='utf-16'?>"
            + rss("<item><description>ASCII only</description></item>"),
            "ASCII only",
        ),
        (
            "junk <?xml version='1.0'?>" + rss("<item><description>after junk</description></item>"),
            "after junk",
        ),
        (rss("<item><description>a whole one</description></item>")[:-10], "a whole one"),
        ('<rss version="0.91"><channel><item><description>old</description></item></channel></rss>', "old"),
        (
            '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry>'
            '<content type="text/html" mode="escaped">'
            "&lt;p&gt;atom 0.3&lt;/p&gt;</content></entry></feed>",
            "atom 0.3",
        ),
        (
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
            '<item rdf:about="https://r.example/1"><description>rdf</description></item></rdf:RDF>',
            "rdf",
        ),
    ],
)
def test_dead_and_old_xml_is_read(source: str, body: str) -> None:
    assert one(source).body == body


def test_no_secret_of_an_address_is_stored() -> None:
    item = (
        "<item><title>t</title><guid>https://a.example/1?token=s3cr3t</guid><comments>https://me:s3cr3t@a.example</comments>"
        "<link>https://a.example/1?x=2&amp;access_token=s3cr3t</link>"
        "<enclosure url='https://a.example/a.mp3?key=s3cr3t' type='audio/mpeg'/></item>"
    )
    channel = "<link>https://me:s3cr3t@a.example/</link><atom:link rel='self' href='https://a.example/f?auth=s3cr3t'/>"
    text = one(rss(item, channel), "https://a.example/f")
    assert "s3cr3t" not in repr(text)
    assert (text.url, text.id) == ("https://a.example/1?x=2", "https://a.example/1")


def json_feed(size: int) -> bytes:
    items = [{"content_text": f"words {n} " * size, "id": f"https://j.example/{n}"} for n in range(120)]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": items}
    return json.dumps(feed, sort_keys=True, indent=size % 3 or None).encode()


@pytest.mark.parametrize("size", [1, 60, 99])
@pytest.mark.parametrize("name", ["feed.json", "feed.xml", "download"])
def test_a_json_feed_is_told_wherever_its_version_stands(size: int, name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(json_feed(size))
    texts = list(open_source(tmp_path / name))
    assert len(texts) == 120
    assert all(isinstance(text, Text) and text.source == "T" for text in texts)


def test_other_json_that_mentions_json_feeds_is_none(tmp_path: Path) -> None:
    for name, rows in (
        ("a.json", [{"text": "see jsonfeed.org/version/1"}]),
        ("b.json", {"text": "jsonfeed.org/version/1"}),
    ):
        (tmp_path / name).write_text(json.dumps(rows))
        (text,) = open_source(tmp_path / name)
        assert isinstance(text, Text)
        assert "jsonfeed.org" in text.body


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
