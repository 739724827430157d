from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.document.reader import DocumentReader
from palate.errors import BadSource
from palate.source.items import GUESSED_COLUMNS, Skipped
from palate.source.references.ris import read_ris
from palate.table.cells import is_missing
from palate.text import Text

RIS = """1.
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


def texts_of(ris: str) -> list[Text]:
    items = list(read_ris(DocumentReader.from_bytes("a.ris", ris.encode()), GUESSED_COLUMNS))
    assert not [item for item in items if isinstance(item, Skipped)]
    return [item for item in items if isinstance(item, Text)]


def test_ris_gives_title_abstract_doi_and_date() -> None:
    text, *others = texts_of(RIS)
    assert (text.title, text.body, text.id, text.url) == (
        "On cats",
        "They sleep all day.",
        "10.1000/cats",
        "https://example.org/cats",
    )
    assert (text.published, text.language) == (datetime(2020, 3, 4, tzinfo=UTC), "eng")
    assert text.extra["authors"] == ["Ann, A", "Bob, B"]
    assert [other.title for other in others] == ["No end", "Dogs"]


def test_any_ris_record_is_read() -> None:
    (text,) = texts_of("TY  - JOUR\nTI  - On tides\nAB  - They turn.\nER  - \n")
    assert (text.title, text.body) == ("On tides", "They turn.")


@pytest.mark.parametrize(
    "ris",
    [
        "TY  - JOUR\r\nTI  - On tides\r\nAB  - They turn.\r\nER  -\r\n",
        "\ufeffTY  - JOUR\nTI  - On tides\nAB  - They turn.\nER  - \n",
        "TY - JOUR\nTI - On tides\nAB - They turn.\nER -\n",
        "TY\t- JOUR\nTI\t- On tides\nAB\t- They turn.\nER\t- \n",
        "TI  - On tides\nAB  - They turn.\nER  - \n",
        "1. TY  - JOUR\nT1  - On tides\nN2  - They turn.\nER  - ",
        "Provider: X\nContent: text\n\nTY  - JOUR\nCT  - On tides\nAB  - They turn.\nER  - \n",
    ],
)
def test_ris_is_read_as_each_program_writes_it(ris: str) -> None:
    assert [(text.title, text.body) for text in texts_of(ris)] == [("On tides", "They turn.")]


def test_lines_without_a_tag_continue_a_value_or_a_list_and_end_with_the_record() -> None:
    ris = """TY  - JOUR
TI  - On
   tides
XX  - a tag that nobody knows
and its second line
KW  - moon
sea
AB  -

They turn: TI - is no tag here.

Twice a day.
ER  -
Exported by a program.
"""
    (text,) = texts_of(ris)
    assert (text.title, text.body) == ("On tides", "They turn: TI - is no tag here.\n\nTwice a day.")
    assert text.extra["keywords"] == ["moon", "sea"]


def test_what_stands_between_records_belongs_to_none() -> None:
    first = "TY  - JOUR\nTI  - Farm cats\nAB  - They sleep.\nER  - \nLink to the full text:\nhttp://o.example/1\n\n"
    second = "TY  - JOUR\nTI  - City cats\nAB  - They wake.\nER  - \n"
    assert [text.content for text in texts_of(first + second)] == [
        "Farm cats\nThey sleep.",
        "City cats\nThey wake.",
    ]


def test_records_that_share_an_address_are_two_texts() -> None:
    record = "TY  - JOUR\nTI  - Link {}\nUR  - https://db.example/login\nER  - \n"
    assert [text.title for text in texts_of(record.format("one") + record.format("two"))] == [
        "Link one",
        "Link two",
    ]


@pytest.mark.parametrize(
    ("lines", "day"),
    [
        ("DA  - 2020/03/04/\nPY  - 2020", "2020-03-04"),
        ("Y1  - 2020/03/04//\nPY  - 2020", "2020-03-04"),
        ("DA  - Mar 4\nPY  - 2020", "2020-03-04"),
        ("PY  - 2020///", "2020-01-01"),
        ("PY  - 2020///Spring", "2020-01-01"),
        ("Y1  - 2020/03//", "2020-03-01"),
    ],
)
def test_the_fullest_date_counts(lines: str, day: str) -> None:
    (text,) = texts_of(f"TY  - JOUR\nTI  - a\n{lines}\nER  - \n")
    assert text.published
    assert text.published.date().isoformat() == day


@pytest.mark.parametrize(
    ("line", "id"),
    [
        ("M3  - 10.1000/A", "10.1000/a"),
        ("UR  - https://doi.org/10.1000/A", "10.1000/a"),
        ("DO  - NA\nN1  - PMID: 123", "pmid:123"),
        ("U1  - 123[pmid]", "pmid:123"),
        ("DB  - PubMed\nAN  - 123", "pmid:123"),
    ],
)
def test_ids_of_the_world_are_found_where_programs_put_them(line: str, id: str) -> None:
    (text,) = texts_of(f"TY  - JOUR\nTI  - a\n{line}\nER  - \n")
    assert text.id == id


def test_an_accession_number_or_key_names_a_record_in_its_list_unless_it_may_be_a_count() -> None:
    key, accession, number = texts_of(
        "TY  - JOUR\nTI  - a\nID  - doe2020\nER  - \nTY  - JOUR\nTI  - b\nAN  - X12\nER  - \n"
        "TY  - JOUR\nTI  - c\nID  - 3\nER  - \n"
    )
    assert (key.origin, accession.origin, number.origin) == ("a.ris\ndoe2020", "a.ris\nX12", "")


def test_a_ris_record_without_words_is_skipped_with_its_line() -> None:
    items = read_ris(
        DocumentReader.from_bytes("a.ris", b"TY  - JOUR\nER  -\nTY  - JOUR\nTI  - Dogs\n"), GUESSED_COLUMNS
    )
    assert [getattr(item, "title", item) for item in items] == [
        Skipped("a.ris, row 1", "row has neither title nor text"),
        "Dogs",
    ]


def test_a_list_of_which_no_record_can_be_read_is_an_error() -> None:
    with pytest.raises(BadSource, match=r"no reference that can be read; the first: row 1: row has neither"):
        list(read_ris(DocumentReader.from_bytes("a.ris", b"TY  - JOUR\nXX  - b\nER  -\n"), GUESSED_COLUMNS))


WORDS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12).filter(
    lambda word: not is_missing(word)
)
SENTENCE = st.lists(WORDS, min_size=1, max_size=8).map(" ".join).filter(lambda text: not is_missing(text))


@given(
    st.lists(st.tuples(SENTENCE, SENTENCE, st.lists(WORDS, max_size=3)), min_size=1),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([("TI", "AB"), ("T1", "N2")]),
)
def test_what_is_written_is_read_back(
    records: list[tuple[str, str, list[str]]], end: str, tags: tuple[str, str]
) -> None:
    ris = ""
    for title, abstract, keywords in records:
        values = [("TY", "JOUR"), (tags[0], title), *(("KW", word) for word in keywords), (tags[1], abstract)]
        ris += end.join([*(f"{tag}  - {value}" for tag, value in values), "ER  - ", "", ""])
    read = texts_of(ris)
    assert [(text.title, text.body or text.title) for text in read] == [record[:2] for record in records]
    assert [text.extra.get("keywords", []) for text in read] == [record[2] for record in records]
