from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.document.reader import DocumentReader
from palate.errors import BadSource
from palate.source.items import GUESSED_COLUMNS, Skipped
from palate.source.references.nbib import read_nbib
from palate.text import Text

NBIB = """PMID- 123
OWN - NLM
TI  - On
      cats.
LID - 10.1000/Cats [doi]
AB  - BACKGROUND: They sleep
      all day. RESULTS: Twelve hours.
FAU - Ann, A
LA  - eng
DP  - 2020 Mar-Apr
MH  - Cats
PMC - PMC7123456

PMID- 124
OWN - NLM
"""


def items_of(nbib: str) -> list[Text | Skipped]:
    return list(read_nbib(DocumentReader.from_bytes("a.nbib", nbib.encode()), GUESSED_COLUMNS))


def test_nbib_gives_title_abstract_doi_and_mesh() -> None:
    text, empty = items_of(NBIB)
    assert isinstance(text, Text)
    assert (text.title, text.body) == ("On cats.", "BACKGROUND: They sleep all day.\nRESULTS: Twelve hours.")
    assert (text.id, text.language, text.published) == (
        "10.1000/cats",
        "eng",
        datetime(2020, 3, 1, tzinfo=UTC),
    )
    assert (text.extra["pmid"], text.extra["pmcid"], text.extra["mesh"]) == ("123", "PMC7123456", ["Cats"])
    assert empty == Skipped("a.nbib, row 14", "row has neither title nor text")


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        ("TI  - [Not Available].\nTT  - Neige sur les toits.", "Neige sur les toits."),
        ("TI  - [Snow on roofs].\nTT  - Schnee auf Dächern.", "Snow on roofs."),
        ("TI  - [Snow] and [rain].", "[Snow] and [rain]."),
        ("BTI - A book on snow", "A book on snow"),
    ],
)
def test_the_title_is_the_one_that_is_there_without_the_brackets_of_a_translation(
    lines: str, title: str
) -> None:
    (text,) = items_of(f"PMID- 11\n{lines}\n")
    assert isinstance(text, Text)
    assert text.title == title


def test_two_records_that_are_not_available_in_english_are_two_texts() -> None:
    nbib = (
        "PMID- 11\nTI  - [Not Available].\nTT  - Neige.\n\nPMID- 12\nTI  - [Not Available].\nTT  - Pluie.\n"
    )
    assert [item.id for item in items_of(nbib) if isinstance(item, Text)] == ["pmid:11", "pmid:12"]


def test_the_electronic_date_fills_up_a_year() -> None:
    (text,) = items_of("PMID- 11\nTI  - Snow\nDP  - 2020\nDEP - 20200304\n")
    assert isinstance(text, Text)
    assert text.published == datetime(2020, 3, 4, tzinfo=UTC)


def test_a_file_without_a_reference_is_refused_with_what_was_expected() -> None:
    with pytest.raises(BadSource, match=r"^a\.nbib holds no reference; expected PubMed records"):
        items_of("just words\n")


WORD = st.text("abcdefgh", min_size=3, max_size=9)
SENTENCE = st.lists(WORD, min_size=1, max_size=40).map(" ".join)


@given(st.lists(st.tuples(SENTENCE, SENTENCE, st.lists(WORD, min_size=1, max_size=3)), min_size=1))
def test_what_is_written_in_lines_of_80_is_read_back(records: list[tuple[str, str, list[str]]]) -> None:
    import textwrap

    nbib = ""
    for number, (title, abstract, authors) in enumerate(records, start=1):
        fields = [
            ("PMID", str(number)),
            ("TI", title),
            ("AB", abstract),
            *(("FAU", name) for name in authors),
        ]
        for tag, value in fields:
            lines = textwrap.wrap(value, 80)
            nbib += f"{tag:4}- " + "\n      ".join(lines) + "\n"
        nbib += "\n"
    read = [item for item in items_of(nbib) if isinstance(item, Text)]
    assert [(text.title, text.body or text.title, text.extra["authors"]) for text in read] == records
