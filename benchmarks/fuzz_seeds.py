"""Whole small documents of every format, from which broken ones are made."""

import csv
import gzip
import io
import json
import tarfile
from functools import cache
from pathlib import Path

from fuzz_archives import MAIN_PARTS

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
FEEDPARSER = ROOT / "build" / "feedparser"  # where feed_conformance.py puts its source package
FOLDERS = (SHARED / "cases", SHARED / "data" / "feeds")
MAX_SEED_BYTES = 60_000
MAX_SEEDS = 400

ROWS = [
    {
        "id": "1",
        "title": "Snow loads on roofs",
        "abstract": "Roofs were weighed; p < 0.05.",
        "doi": "10.1000/snow.1",
    },
    {"id": "2", "title": 'Rain, "heavy" rain', "abstract": "Zürich & Genève\nin autumn", "doi": "NA"},
]


def table(delimiter: str) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(ROWS[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(ROWS)
    return out.getvalue().encode()


ITEM = "<item><title>Fog &amp; <![CDATA[<b>rain</b>]]></title><link>/1#a</link><guid>g1</guid>"
ITEM += "<pubDate>Thu, 01 Jan 2004 19:48:21 GMT</pubDate><description>&lt;p&gt;Dense.</description></item>"
CHANNEL = "<channel><title>News</title><link>https://a.org/</link>"
RSS = f'<?xml version="1.0"?><rss version="2.0">{CHANNEL}{ITEM}</channel></rss>'
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://a.org/"><title>News</title>
<entry><title type="html">Fog &lt;i&gt;now&lt;/i&gt;</title><id>urn:1</id><updated>2024-01-05T08:00Z</updated>
<link rel="alternate" href="1"/><author><name>Ann</name></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Dense.</p></div></content></entry></feed>"""
JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "News",
    "items": [
        {"id": "1", "content_html": "<p>Dense", "date_published": "2024-01-05T08:00:00Z", "tags": ["a"]}
    ],
}
RIS = """TY  - JOUR
TI  - Snow loads
  on roofs
AU  - Doe, J
AB  - Weighed.
DO  - 10.1000/s
PY  - 2020/03
ER  -
"""
BIB = r"""@string{j = {Snow}}
@article{a1, title = {G{\"o}del {\textless} \emph{x}}, journal = j # { 1}, year = 2020, month = mar}
@book{b, title = "On {"}cats{"}", abstract = "50\% of $x^2$"}
"""
NBIB = """PMID- 123
TI  - On
      cats
AB  - They sleep.
DP  - 2020 Mar 4
LID - 10.1000/a [doi]
FAU - Doe, Jane

"""
CIW = """FN Clarivate Analytics Web of Science
VR 1.0
PT J
AU Doe, J
TI Snow
   loads
AB Weighed.
PY 2020
ER

EF
"""
ENW = """%0 Journal Article
%A Doe, J
%T Snow loads
%D 2020
%X Weighed.

%0 Book
%T Rain
"""
OPML = '<opml version="2.0"><body><outline text="Pets" xmlUrl="https://u:p@a.org/feed?x=1&amp;y=2"/></body></opml>'
ARTICLE = f"<article><p>{'It was dense. ' * 20}</p></article>"
PAGE = f"<!doctype html><html><head><title>Fog</title></head><body>{ARTICLE}</body></html>"
ENDNOTE_XML = """<xml><records><record><rec-number>1</rec-number>
<titles><title><style>On fog</style></title></titles><abstract>It was dense.</abstract>
<dates><year>2020</year></dates></record></records></xml>"""
PUBMED_XML = """<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>7</PMID><Article><ArticleTitle>On fog
</ArticleTitle><Abstract><AbstractText>It was dense.</AbstractText></Abstract></Article></MedlineCitation>
</PubmedArticle></PubmedArticleSet>"""
MAIL = """From: Ann <ann@a.org>
Subject: =?utf-8?q?On_fog?=
Date: Thu, 01 Jan 2004 19:48:21 +0000
Message-ID: <1@a.org>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="b"

--b
Content-Type: text/plain; charset="iso-8859-1"
Content-Transfer-Encoding: quoted-printable

It was d=E9nse.
--b
Content-Type: text/html

<p>It was <b>dense</b>.</p>
--b--
"""
MBOX = f"From ann@a.org Thu Jan  1 19:48:21 2004\n{MAIL}\n" * 2
BOOKMARKS = """<!DOCTYPE NETSCAPE-Bookmark-file-1>
<DL><p><DT><H3>Weather</H3><DL><p><DT><A HREF="https://a.org/fog" ADD_DATE="1583280000" TAGS="a,b">On fog</A>
<DD>It was dense.</DL><p></DL><p>"""
STARRED = {
    "items": [
        {
            "id": "tag:1",
            "title": "Fog",
            "published": 1583280000,
            "summary": {"content": "<p>Dense"},
            "canonical": [{"href": "https://a.org/1"}],
        }
    ]
}
PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Count 1/Kids[5 0 R]>>endobj
3 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
4 0 obj<</Length 164>>stream
BT /F 18 Tf 50 700 Td (On fog at sea) Tj
/F 10 Tf 0 -20 Td (It was dense all day, and the harbour was closed until) Tj
0 -12 Td (the evening, when a wind came up from the north.) Tj ET
endstream endobj
5 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F 3 0 R>>>>/Contents 4 0 R>>endobj
trailer<</Size 6/Root 1 0 R>>
%%EOF"""
MARKDOWN = "---\ntitle: Fog\ndate: 2020-01-02\n---\n# Fog\n\nIt was *dense*, a < b.\n"


def _arrow_seeds() -> dict[str, tuple[bytes, ...]]:
    """Returns none where pyarrow is not installed."""
    try:
        from pyarrow import Table, feather, parquet
    except ImportError:
        return {}
    made: dict[str, tuple[bytes, ...]] = {}
    table = Table.from_pylist(ROWS)
    for suffix, write in (("parquet", parquet.write_table), ("feather", feather.write_feather)):
        out = io.BytesIO()
        write(table, out)
        made[suffix] = (out.getvalue(),)
    return made


SEEDS: dict[str, tuple[bytes, ...]] = {
    "csv": (
        table(","),
        table(";"),
        ("sep=;\r\n" + table(";").decode()).encode("utf-16"),
        table(",").decode().encode("cp1252"),
    ),
    "tsv": (table("\t"),),
    "jsonl": ("".join(json.dumps(row) + "\n" for row in ROWS).encode(),),
    "json": (
        json.dumps(ROWS).encode(),
        json.dumps({"items": ROWS}).encode(),
        json.dumps(JSON_FEED, sort_keys=True).encode(),
        json.dumps(STARRED).encode(),
    ),
    "xml": (
        *(RSS.encode(), ATOM.encode(), RSS.encode("utf-16"), gzip.compress(RSS.encode(), mtime=0)),
        *(ENDNOTE_XML.encode(), PUBMED_XML.encode()),
    ),
    "opml": (OPML.encode(),),
    "ris": (RIS.encode() * 2,),
    "bib": (BIB.encode(),),
    "nbib": (NBIB.encode() * 2,),
    "ciw": (CIW.encode(),),
    "enw": (ENW.encode(),),
    "html": (PAGE.encode(), BOOKMARKS.encode()),
    "eml": (MAIL.encode(),),
    "mbox": (MBOX.encode(),),
    "pdf": (PDF,),
    **MAIN_PARTS,
    **_arrow_seeds(),
    "md": (MARKDOWN.encode(),),
    "txt": (b"On cats\n\nThey sleep.\n", RIS.encode(), CIW.encode()),
}
KIN = {"xml": ("xml", "rss", "atom", "rdf")}  # suffixes of files that are seeds of a format too


@cache
def seeds_of(suffix: str) -> tuple[bytes, ...]:
    """Returns the seeds of a format, those of the shared data among them."""
    wanted = tuple(f".{kin}" for kin in KIN.get(suffix, (suffix,)))
    paths = sorted(path for folder in FOLDERS for path in folder.rglob("*") if path.name.endswith(wanted))
    files = [path.read_bytes() for path in paths if path.stat().st_size <= MAX_SEED_BYTES]
    for package in sorted(FEEDPARSER.glob("*.tar.gz")):
        with tarfile.open(package) as tar:
            members = (member for member in tar if "/tests/" in member.name and member.name.endswith(wanted))
            read = (tar.extractfile(member) for member in members if member.size <= MAX_SEED_BYTES)
            files += [file.read() for file in read if file]
    step = max(1, len(files) // MAX_SEEDS)
    return (*SEEDS[suffix], *files[::step])
