import json
import tracemalloc
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archives import packed
from palate.document.reader import N_FIRST_BYTES, DocumentReader
from palate.errors import BadSource
from palate.source.formats import SUFFIXES, Format
from palate.source.sniffing import format_of

RSS = b"<?xml version='1.0'?><!-- <html> --><rss><channel/></rss>"
FEED_ITEMS = [{"id": str(n), "content_text": "Cats sleep all day long. " * 20} for n in range(200)]
SAMPLES: dict[str, tuple[Format, bytes]] = {
    "rss": ("feed", RSS),
    "atom": ("feed", b"<feed xmlns='http://www.w3.org/2005/Atom'/>"),
    "opml": ("opml", b"<opml version='2.0'/>"),
    "page": ("page", b"<!DOCTYPE html><html><body>Cats</body></html>"),
    "netscape": ("bookmarks", b"<!DOCTYPE NETSCAPE-Bookmark-file-1>\n<DL><p>"),
    "pocket": (
        "bookmarks",
        b"<!DOCTYPE html><html><ul><li><a href='https://a.org/' time_added='1'>A</a></li></ul>",
    ),
    "jsonfeed": (
        "jsonfeed",
        json.dumps({"items": FEED_ITEMS, "version": "https://jsonfeed.org/version/1.1"}).encode(),
    ),
    "starred": ("starred", json.dumps({"id": "user/1/state/com.google/starred", "items": []}).encode()),
    "chrome": ("bookmarks-json", json.dumps({"checksum": "x", "roots": {"bookmark_bar": {}}}).encode()),
    "firefox": ("bookmarks-json", json.dumps({"guid": "x", "type": "text/x-moz-place-container"}).encode()),
    "objects": ("table", b'{"title": "Cats"}\n{"title": "Dogs"}\n'),
    "array": ("table", b'[{"title": "Cats"}]'),
    "csv": ("table", b"title,abstract\nCats,They sleep.\n"),
    "tsv": ("table", b"title\tabstract\nCats\tThey sleep.\n"),
    "ris": ("ris", b"TY  - JOUR\nTI  - Cats\nER  - \n"),
    "nbib": ("nbib", b"PMID- 1\nTI  - Cats\n"),
    "bibtex": ("bibtex", b"@article{a, title={Cats}}"),
    "wos": ("wos", b"FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nTI Cats\nER\n"),
    "enw": ("enw", b"%0 Journal Article\n%T Cats\n"),
    "ovid": ("ovid", b"<1>\nTitle\n  Cats\n"),
    "endnote": ("endnote-xml", b"<?xml version='1.0'?><xml><records/></xml>"),
    "pubmed": ("pubmed-xml", b"<!DOCTYPE PubmedArticleSet><PubmedArticleSet/>"),
    "mbox": ("mbox", b"From a@b Thu Jan  1 00:00:00 2004\nSubject: Cats\n\nx"),
    "mail": ("mail", b"Received: from a\n by b\nSubject: Cats\n\n\xff\x00\x01"),
    "pdf": ("pdf", b"%PDF-1.7\n1 0 obj\n"),
    "epub": ("epub", packed({"mimetype": "application/epub+zip", "META-INF/container.xml": ""})),
    "docx": ("docx", packed({"word/document.xml": ""})),
    "odt": ("odt", packed({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": ""})),
    "zip": ("zip", packed({"a.txt": ""})),
}


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("suffix", ["", *sorted({"txt", "json", "csv", "xml", "html", "ris", "pdf", "dat"})])
def test_the_structure_tells_the_format_whatever_the_suffix(sample: str, suffix: str) -> None:
    format, data = SAMPLES[sample]
    assert format_of(DocumentReader.from_bytes(f"a.{suffix}".rstrip("."), data)) == format


@pytest.mark.parametrize("suffix", ["rss", "atom", "opml"])
def test_a_page_in_place_of_a_feed_is_no_article(suffix: str) -> None:
    assert format_of(DocumentReader.from_bytes(f"a.{suffix}", SAMPLES["page"][1])) == SUFFIXES[suffix]


@pytest.mark.parametrize("suffix", sorted(SUFFIXES))
def test_the_suffix_counts_where_the_structure_tells_nothing(suffix: str) -> None:
    words = b"Cats sleep in the warm kitchen.\nThey wake at night.\n"
    assert format_of(DocumentReader.from_bytes(f"A.{suffix.upper()}.gz", words)) == SUFFIXES[suffix]


@pytest.mark.parametrize(
    "words",
    [
        b"Note: call Ann\nDate: tomorrow\n\nand Bob",
        b"From the garden came a cat in 2004\nand a dog",
        b"[1] A reference\n[2] Another",
        b"{cats} sleep",
        b"Title, or what to call it\nA first line",
        b"<3 cats",
        b"We write %PDF-1.7 on top of the file.",
        b"@ann and @bob sleep",
    ],
)
def test_plain_text_stays_plain(words: bytes) -> None:
    assert format_of(DocumentReader.from_bytes("a.txt", words)) == "plain"


@pytest.mark.parametrize("sample", ["netscape", "ris", "csv", "mail", "objects"])
def test_markdown_may_begin_with_anything(sample: str) -> None:
    data = SAMPLES[sample][1].replace(b"\xff\x00\x01", b"x")
    assert format_of(DocumentReader.from_bytes("a.md", data)) in ("markdown", "mail")


def test_a_marker_counts_wherever_it_stands() -> None:
    data = SAMPLES["jsonfeed"][1]
    assert data.index(b"jsonfeed.org") > N_FIRST_BYTES
    assert format_of(DocumentReader.from_bytes("a.json", data)) == "jsonfeed"
    told = json.dumps({"title": "On https://jsonfeed.org/version/1.1", "text": "x"}).encode()
    assert format_of(DocumentReader.from_bytes("a.json", told)) == "table"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"{\\rtf1 Cats}", "an RTF document; save it as DOCX"),
        (bytes(60) + b"BOOKMOBI", "a Kindle book"),
        (b"Rar!\x1a\x07", "a RAR archive; unpack it"),
        (b"a.txt" + bytes(252) + b"ustar", "a tar archive; unpack it"),
        (b"%!PS-Adobe", "a PostScript document; turn it into a PDF"),
        (packed({"ppt/presentation.xml": ""}), "a PowerPoint presentation; save it as PDF"),
        (
            packed({"mimetype": "application/vnd.oasis.opendocument.presentation"}),
            "an OpenDocument presentation",
        ),
        (packed({"Index/Document.iwa": ""}), "a document of Pages, Numbers or Keynote; export it"),
        (b"bplist00", "a property list of Apple"),
        (b"\x00\x00\x00\x20ftypmp42", "a film"),
    ],
)
def test_what_is_known_and_not_read_is_refused_by_name(data: bytes, reason: str) -> None:
    with pytest.raises(BadSource, match=f"^a.txt is {reason}"):
        format_of(DocumentReader.from_bytes("a.txt", data))


@pytest.mark.filterwarnings("ignore::palate.errors.ReadNotice")
@given(
    data=st.binary(min_size=1, max_size=300), sample=st.sampled_from(sorted(SAMPLES)), at=st.integers(0, 400)
)
def test_damaged_bytes_are_told_or_refused(data: bytes, sample: str, at: int) -> None:
    whole = SAMPLES[sample][1]
    damaged = whole[:at] + data + whole[at + len(data) :]
    try:
        format = format_of(DocumentReader.from_bytes("a", damaged))
    except BadSource:
        return
    assert format in get_args(Format)


def test_a_deep_object_is_no_trap() -> None:
    deep = b'{"a":' * 100_000
    tracemalloc.start()
    assert format_of(DocumentReader.from_bytes("a.json", deep)) == "table"
    assert tracemalloc.get_traced_memory()[1] < 50 << 20
    tracemalloc.stop()
