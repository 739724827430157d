"""Reference lists are told by their structure, whatever their file is called; any bytes come to an end."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.document.reader import DocumentReader
from palate.errors import BadSource
from palate.source.formats import Format
from palate.source.items import GUESSED_COLUMNS
from palate.source.sniffing import format_of
from palate.source.sources import TABLE_READERS
from palate.text import Text

LISTS: dict[Format, str] = {
    "ris": "TY  - JOUR\nTI  - Snow\nER  - \n",
    "nbib": "PMID- 11\nTI  - Snow\n",
    "wos": "FN Clarivate\nVR 1.0\nPT J\nTI Snow\nER\n\nEF\n",
    "ovid": "<1>\nTitle\n  Snow\n",
    "enw": "%0 Journal Article\n%T Snow\n",
    "bibtex": "% Encoding: UTF-8\n\n@article{k, title={Snow}}\n",
    "endnote-xml": "<?xml version='1.0'?><xml><records><record><titles><title>Snow</title></titles></record>"
    "</records></xml>",
    "pubmed-xml": "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>11</PMID><Article>"
    "<ArticleTitle>Snow</ArticleTitle></Article></MedlineCitation></PubmedArticle></PubmedArticleSet>",
}


@pytest.mark.parametrize("format", LISTS)
@pytest.mark.parametrize("name", ["list.txt", "list", "download.dat"])
def test_a_list_is_told_by_its_structure(format: Format, name: str) -> None:
    document = DocumentReader.from_bytes(name, LISTS[format].encode())
    assert format_of(document) == format
    assert [getattr(item, "title", item) for item in TABLE_READERS[format](document, GUESSED_COLUMNS)] == [
        "Snow"
    ]


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("a.ris", "nbib"),
        ("a.ris", "wos"),
        ("a.nbib", "ris"),
        ("a.bib", "ris"),
        ("a.xml", "endnote-xml"),
        ("a.xml", "pubmed-xml"),
        ("a.ciw", "wos"),
        ("a.enw", "enw"),
    ],
)
def test_a_list_with_the_suffix_of_another_is_read_as_what_it_is(name: str, format: Format) -> None:
    assert format_of(DocumentReader.from_bytes(name, LISTS[format].encode())) == format


@pytest.mark.parametrize(
    "words",
    [
        "PT Barnum was\nno saint.",
        "% is a sign\n% of hundreds",
        "@media (print) { x }",
        "FN is a gun.",
        "TY for this",
    ],
)
def test_words_that_begin_alike_are_plain_text(words: str) -> None:
    assert format_of(DocumentReader.from_bytes("a.txt", words.encode())) == "plain"


@given(
    st.sampled_from(sorted(LISTS)),
    st.lists(
        st.text(max_size=8)
        | st.sampled_from(sorted({line for text in LISTS.values() for line in text.split("\n")}))
    ),
)
def test_any_text_gives_items_with_their_place_or_one_error(format: Format, lines: list[str]) -> None:
    document = DocumentReader.from_bytes("a.x", (LISTS[format] + "\n".join(lines)).encode("utf-8", "replace"))
    with suppress(BadSource):
        for item in TABLE_READERS[format](document, GUESSED_COLUMNS):
            assert isinstance(item, Text) or item.where.startswith("a.x, row ")
