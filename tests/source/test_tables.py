import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from palate.document.reader import DocumentReader
from palate.errors import BadSource, MissingExtra
from palate.source.items import GUESSED_COLUMNS, Columns, Skipped
from palate.source.tables import read_table
from palate.text import Text
from table.tables import parquet_file, xlsx


def items_of(data: str | bytes, columns: Columns = GUESSED_COLUMNS, name: str = "a.csv") -> list[object]:
    data = data.encode() if isinstance(data, str) else data
    return [
        item.content if isinstance(item, Text) else item
        for item in read_table(DocumentReader.from_bytes(name, data), columns)
    ]


def test_rows_that_cannot_be_read_or_have_no_text_are_skipped_in_their_place() -> None:
    assert items_of('title,text,tag\na,b,\n,,x\nc,"lost,\nd,e,\nf,g,h,i\n') == [
        "a\nb",
        Skipped("a.csv, row 3", "row has neither title nor text"),
        Skipped("a.csv, row 4", "a quote is opened and never closed"),
        "d\ne",
        Skipped("a.csv, row 6", "it has 4 cells where the header has 3; a cell that holds ',' needs quotes"),
    ]


def test_strings_and_objects_of_json_lines_are_texts() -> None:
    assert items_of('{"title": "Cats"}\n"Dogs bark."\n""\n3\n', name="a.jsonl") == [
        "Cats",
        "Dogs bark.",
        Skipped("a.jsonl, row 3", "row has neither title nor text"),
        Skipped("a.jsonl, row 4", "expected an object or a string, got a number"),
    ]


def test_lone_surrogates_become_replacement_characters() -> None:
    (item,) = read_table(
        DocumentReader.from_bytes("a.jsonl", b'{"title": "a\\ud800", "\\ud800": "\\udfff"}'), GUESSED_COLUMNS
    )
    assert isinstance(item, Text)
    assert (item.title, item.extra) == ("a\ufffd", {"\ufffd": "\ufffd"})


def test_a_column_that_some_objects_lack_may_be_named_but_not_one_that_all_lack() -> None:
    lines = '{"text": "a"}\n{"text": "b", "doi": "10.1/x"}'
    assert items_of(lines, Columns(id="doi"), "a.jsonl") == ["a", "b"]
    with pytest.raises(
        BadSource, match=r"^a\.jsonl has no column 'key' to take as the id; it has: text, doi$"
    ):
        items_of(lines, Columns(id="key"), "a.jsonl")


def test_a_table_without_a_column_for_texts_is_refused_before_its_first_row() -> None:
    with pytest.raises(
        BadSource, match=r"^a\.csv has no column with a name known for a title or text; it has: x"
    ):
        next(read_table(DocumentReader.from_bytes("a.csv", b"x,y\n1,2\n"), GUESSED_COLUMNS))


def test_a_file_without_one_object_is_refused() -> None:
    with pytest.raises(BadSource, match=r"^a\.jsonl holds no JSON object; expected one a line"):
        items_of("these are\njust words", name="a.jsonl")


def test_a_column_that_was_asked_for_tells_the_sheet_and_the_header() -> None:
    book = xlsx(("About", [["made by", "us"]]), ("List", [["Our list"], ["Note", "n"], ["Cats sleep.", 3]]))
    with pytest.warns() as notices:
        assert items_of(book, Columns(text="note"), "a.xlsx") == ["Cats sleep."]
    assert {str(notice.message) for notice in notices} == {
        "a.xlsx is read from its sheet 'List' alone; not read: About",
        "a.xlsx has its header in row 2; what stands above it is not read",
    }


def test_dates_and_numbers_of_a_spreadsheet_keep_their_kind() -> None:
    when = datetime(2020, 3, 4, 9, 5)  # noqa: DTZ001  # a spreadsheet knows no zones
    book = xlsx(("S", [["title", "published", "year", "cited"], ["a", when, 2020, 7.0]]))
    (item,) = read_table(DocumentReader.from_bytes("a.xlsx", book), GUESSED_COLUMNS)
    assert isinstance(item, Text)
    assert (item.published, item.extra["cited"]) == (datetime(2020, 3, 4, 9, 5, tzinfo=UTC), 7)


def test_parquet_with_binary_strings_and_nulls_is_read() -> None:
    rows: list[dict[str, Any]] = [
        {"title": b"Caf\xc3\xa9", "text": None, "n": 1.5},
        {"title": None, "text": None, "n": None},
    ]
    assert items_of(parquet_file(rows), name="a.parquet") == [
        "Café",
        Skipped("a.parquet, row 2", "row has neither title nor text"),
    ]


def test_without_its_extra_parquet_is_refused_with_the_install_that_mends_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtra, match=r"^the table a\.parquet needs the extra \[parquet\]; run: "):
        items_of(b"PAR1", name="a.parquet")
