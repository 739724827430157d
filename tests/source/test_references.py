from datetime import UTC, datetime

import pytest

from palate.document.reader import DocumentReader
from palate.errors import BadSource
from palate.source.items import GUESSED_COLUMNS, Columns, Skipped
from palate.source.references import read_bibtex, read_nbib, read_ris
from palate.text import Text

RIS = b"""1.
TY  - JOUR
AU  - Ann, A
AU  - Bob, B
T1  - On cats
N2  - They sleep
all day.
UR  - https://example.org/cats
DO  - https://doi.org/10.1000/CATS
DA  - 2020/03/04//
LA  - eng
ID  - 17
ER  -

TY  - JOUR
TI  - No end
TY  - BOOK
TI  - Dogs
PY  - 2019
ER  -
"""

NBIB = b"""PMID- 123
OWN - NLM
TI  - On
      cats.
LID - 10.1000/Cats [doi]
AB  - BACKGROUND: They sleep
      all day.
FAU - Ann, A
LA  - eng
DP  - 2020 Mar-Apr
MH  - Cats

PMID- 124
OWN - NLM
"""

BIB = rb"""
@string{jan = "January"}
@article{ann2020, author = {Ann, A}, title = {{On} G{\"o}del's cats}, abstract = "50% of cats sleep,
  $x^2$ \emph{deeply}.", doi = {10.1000/cats}, year = 2020, month = mar, url = {https://example.org/a_b}}
@article{ann2020, title = {The same key}}
@article{lost, title = {No end,
@book{dogs, title = {Dogs}, title = {Hounds}}
"""


def test_ris_gives_title_abstract_doi_and_date() -> None:
    text, *others = read_ris(DocumentReader.from_bytes("a.ris", RIS), GUESSED_COLUMNS)
    assert isinstance(text, Text)
    assert (text.title, text.body, text.id, text.url) == (
        "On cats",
        "They sleep all day.",
        "10.1000/cats",
        "https://example.org/cats",
    )
    assert (text.published, text.language) == (datetime(2020, 3, 4, tzinfo=UTC), "eng")
    assert text.extra["authors"] == ["Ann, A", "Bob, B"]
    assert [getattr(other, "title", other) for other in others] == ["No end", "Dogs"]


def test_any_ris_record_is_read_whatever_release_of_rispy_is_installed() -> None:
    """rispy 0.10 asked for an iterator where 0.9 took a list, and every record was skipped as "no RIS"."""
    (text,) = read_ris(
        DocumentReader.from_bytes("a.ris", b"TY  - JOUR\nTI  - On tides\nAB  - They turn.\nER  - \n"),
        GUESSED_COLUMNS,
    )
    assert isinstance(text, Text)
    assert (text.title, text.body) == ("On tides", "They turn.")


def test_lines_without_a_tag_continue_a_value_or_a_list_and_end_with_the_record() -> None:
    ris = b"""TY  - JOUR
TI  - On
   tides
XX  - a tag that nobody knows
and its second line
KW  - moon
sea
AB  -

They turn.

Twice a day.
ER  -
Exported by a program.
"""
    (text,) = read_ris(DocumentReader.from_bytes("a.ris", ris), GUESSED_COLUMNS)
    assert isinstance(text, Text)
    assert (text.title, text.body) == ("On tides", "They turn. Twice a day.")
    assert text.extra["keywords"] == ["moon", "sea"]


def test_a_fault_in_the_parser_is_not_taken_for_a_broken_record(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(parser: object, text: str) -> object:
        raise TypeError("'list' object is not an iterator")

    monkeypatch.setattr("rispy.RisParser.parse", broken)
    with pytest.raises(TypeError, match="iterator"):
        list(read_ris(DocumentReader.from_bytes("a.ris", RIS), GUESSED_COLUMNS))


def test_a_ris_record_without_words_is_skipped_with_its_line() -> None:
    items = list(
        read_ris(
            DocumentReader.from_bytes("a.ris", b"TY  - JOUR\nER  -\nTY  - JOUR\nTI  - Dogs\n"),
            GUESSED_COLUMNS,
        )
    )
    assert [getattr(item, "title", item) for item in items] == [
        Skipped("a.ris, row 1", "row has neither title nor text"),
        "Dogs",
    ]


def test_nbib_gives_title_abstract_doi_and_mesh() -> None:
    text, empty = read_nbib(DocumentReader.from_bytes("a.nbib", NBIB), GUESSED_COLUMNS)
    assert isinstance(text, Text)
    assert (text.title, text.body) == ("On cats.", "BACKGROUND: They sleep all day.")
    assert (text.id, text.language, text.published) == (
        "10.1000/cats",
        "eng",
        datetime(2020, 3, 1, tzinfo=UTC),
    )
    assert (text.extra["pmid"], text.extra["mesh"]) == ("123", ["Cats"])
    assert empty == Skipped("a.nbib, row 13", "row has neither title nor text")


def test_bibtex_gives_plain_text_and_skips_what_does_not_parse() -> None:
    first, second, third, lost = sorted(
        read_bibtex(DocumentReader.from_bytes("a.bib", BIB), GUESSED_COLUMNS),
        key=lambda item: isinstance(item, Skipped),
    )
    assert isinstance(first, Text)
    assert (first.title, first.body) == ("On Gödel's cats", "50% of cats sleep, $x^2$ deeply.")
    assert (first.id, first.url, first.published) == (
        "10.1000/cats",
        "https://example.org/a_b",
        datetime(2020, 3, 1, tzinfo=UTC),
    )
    assert first.extra["key"] == "ann2020"
    assert isinstance(second, Text)
    assert isinstance(third, Text)
    assert (second.title, third.title) == ("The same key", "Dogs")
    assert isinstance(lost, Skipped)
    assert lost.where == "a.bib, row 6"
    assert lost.reason.startswith("entry is no BibTeX: Unexpected block start")


def test_columns_may_be_named_for_references_too() -> None:
    text, *_ = read_bibtex(DocumentReader.from_bytes("a.bib", BIB), Columns(id="key"))
    assert isinstance(text, Text)
    assert text.id == "ann2020"


@pytest.mark.parametrize("read", [read_ris, read_nbib, read_bibtex])
def test_a_file_without_a_reference_is_refused_with_what_was_expected(read: "type[object]") -> None:
    with pytest.raises(BadSource, match=r"^a\.x holds no reference; expected "):
        list(read(DocumentReader.from_bytes("a.x", b"just words\n"), GUESSED_COLUMNS))  # type: ignore[call-arg, call-overload]
