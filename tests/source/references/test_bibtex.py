from datetime import UTC, datetime

import pytest

from palate.document.reader import DocumentReader
from palate.errors import BadSource
from palate.source.items import GUESSED_COLUMNS, Columns, Skipped
from palate.source.references.bibtex import read_bibtex
from palate.text import Text

BIB = r"""
@string{jan = "January"}
@article{ann2020, author = {Ann, A and {Barnes {\&} Noble} and others}, title = {{On} G{\"o}del's cats},
  abstract = "50% of cats sleep,
  $x^{2}$ \emph{deeply}.", doi = {10.1000/cats}, year = 2020, month = mar, url = {https://example.org/a_b}}
@article{ann2020, title = {The same key}}
@article{lost, title = {No end,
@book{dogs, title = {Dogs}, title = {Hounds}}
"""


def items_of(bibtex: str, columns: Columns = GUESSED_COLUMNS) -> list[Text | Skipped]:
    return list(read_bibtex(DocumentReader.from_bytes("a.bib", bibtex.encode()), columns))


def text_of(bibtex: str) -> Text:
    (text,) = items_of(bibtex)
    assert isinstance(text, Text), text
    return text


def test_bibtex_gives_plain_text_and_skips_what_does_not_parse() -> None:
    first, second, lost, third = items_of(BIB)
    assert isinstance(first, Text)
    assert (first.title, first.body) == ("On Gödel's cats", "50% of cats sleep, $x^{2}$ deeply.")
    assert (first.id, first.url, first.published) == (
        "10.1000/cats",
        "https://example.org/a_b",
        datetime(2020, 3, 1, tzinfo=UTC),
    )
    assert first.extra["key"] == "ann2020"
    assert first.extra["authors"] == ["Ann, A", "Barnes", "Noble"]
    assert isinstance(second, Text)
    assert isinstance(third, Text)
    assert (second.title, third.title) == ("The same key", "Dogs")
    assert lost == Skipped("a.bib, row 7", "entry is no BibTeX: a brace or quote is never closed")


def test_a_key_that_comes_twice_and_quotes_as_delimiters_give_two_clean_records() -> None:
    texts = items_of(
        '@string{js = "J Snow"}\n@article{same, title="First", journal=js, year="2020"}\n'
        '@article{same, title="Second", journal=js, year="2021"}\n'
    )
    assert [
        (text.title, text.published, text.extra["journal"]) for text in texts if isinstance(text, Text)
    ] == [
        ("First", datetime(2020, 1, 1, tzinfo=UTC), "J Snow"),
        ("Second", datetime(2021, 1, 1, tzinfo=UTC), "J Snow"),
    ]
    assert [text.origin for text in texts if isinstance(text, Text)] == ["a.bib\nsame", ""]


@pytest.mark.parametrize(
    ("written", "title"),
    [
        (r"p {\textless} 0.05 and 5 {\textgreater} 3", "p < 0.05 and 5 > 3"),
        (r"{\textless}i{\textgreater}Ovis{\textless}/i{\textgreater} aries", "Ovis aries"),
        (r"Erd{\H o}s and Poincar\'e, \'{E}t\'e \& co", "Erdős and Poincaré, Été & co"),
        (r"CO$_2$ and $a < b$", "CO$_2$ and $a < b$"),
        (r"\textit{Ovis} {\textmu}m 100\%", "Ovis µm 100%"),
    ],
)
def test_titles_are_plain_text(written: str, title: str) -> None:
    assert text_of(f"@article{{k, title={{{written}}}}}").title == title


@pytest.mark.parametrize(
    ("fields", "day"),
    [
        ("year=2020, month=mar", "2020-03-01"),
        ('year=2020, month="4~" # mar', "2020-03-04"),
        ("year={2020}, month={3}, day={4}", "2020-03-04"),
        ("date={2020-03-04/2020-03-07}", "2020-03-04"),
        ("year={in press}", "None"),
    ],
)
def test_dates_are_put_together(fields: str, day: str) -> None:
    assert str(text_of(f"@misc{{k, title={{a}}, {fields}}}").published)[:10] == day


def test_an_entry_inherits_what_crossref_names() -> None:
    child, parent = items_of(
        "@inproceedings{a, title={Snow}, crossref={P}}\n@proceedings{p, title={Proc}, year=2020}"
    )
    assert isinstance(child, Text)
    assert isinstance(parent, Text)
    assert (child.published, child.extra["booktitle"]) == (parent.published, "Proc")


def test_an_arxiv_number_is_an_id_of_the_world() -> None:
    text = text_of("@misc{k, title={a}, eprint={2003.00001}, archivePrefix={arXiv}}")
    assert text.extra["arxiv"] == "2003.00001"


def test_columns_may_be_named_for_references_too() -> None:
    text, *_ = items_of(BIB, Columns(id="key"))
    assert isinstance(text, Text)
    assert text.id == "ann2020"


def test_a_file_without_a_reference_is_refused_with_what_was_expected() -> None:
    with pytest.raises(BadSource, match=r"^a\.bib holds no reference; expected BibTeX entries"):
        items_of("just words\n")
    with pytest.raises(
        BadSource, match=r"no reference that can be read; the first: row 1: entry is no BibTeX"
    ):
        items_of("@article{a, title={b")
