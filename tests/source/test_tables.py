import csv
import io
import sys
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from palate.source.parquet import read_parquet

from palate.document.reader import DocumentReader
from palate.errors import BadSource, MissingExtra
from palate.source.items import GUESSED_COLUMNS, Skipped
from palate.source.tables import MAX_ROW_LINES, read_csv, read_tsv
from palate.table.cells import is_missing
from palate.text import Text

CELL = (
    st.text(st.characters(codec="utf-8", exclude_characters="\0\r<&\\"))
    .map(str.strip)
    .filter(lambda cell: not cell or not is_missing(cell))
)


def rows_of(data: str) -> list[str | Skipped]:
    return [
        item if isinstance(item, Skipped) else item.content
        for item in read_csv(DocumentReader.from_bytes("a.csv", data.encode()), GUESSED_COLUMNS)
    ]


@given(st.lists(st.tuples(CELL, CELL.filter(bool))), st.sampled_from(",;\t|"))
def test_what_csv_writes_is_read_back(rows: list[tuple[str, str]], delimiter: str) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([("title", "text"), *rows])
    read = list(read_csv(DocumentReader.from_bytes("a.csv", out.getvalue().encode()), GUESSED_COLUMNS))
    assert [(item.title, item.body) for item in read if isinstance(item, Text)] == [
        (title, "" if body == title else body) for title, body in rows
    ]


def test_a_row_with_too_many_cells_is_skipped_and_the_rest_is_read() -> None:
    assert rows_of("title,text\na,b\nc,d,e\nf,g\n") == [
        "a\nb",
        Skipped("a.csv, row 3", "it has 3 cells where the header has 2; a cell that holds ',' needs quotes"),
        "f\ng",
    ]


def test_a_quote_that_is_never_closed_costs_one_row() -> None:
    assert rows_of('title,text\na,"lost\nc,d\ne,f\n') == [
        Skipped("a.csv, row 2", "a quote is opened and never closed"),
        "c\nd",
        "e\nf",
    ]


def test_an_open_quote_is_given_up_before_it_swallows_a_large_file() -> None:
    items = rows_of("title,text\n" + 'a,"lost\n' + "c,d\n" * (MAX_ROW_LINES + 5) + 'e,"f"\n')
    assert items[0] == Skipped("a.csv, row 2", "a quote is opened and never closed")
    assert (len(items), items[-1]) == (MAX_ROW_LINES + 7, "e\nf")


def test_rows_are_named_by_the_line_they_begin_on() -> None:
    assert rows_of('title,text\n"a\n\nmore","b\nc"\n\n,\n') == [
        "a\n\nmore\nb\nc",
        Skipped("a.csv, row 7", "row has neither title nor text"),
    ]


def test_stray_quotes_inside_of_one_line_are_read_as_well_as_can_be() -> None:
    assert rows_of('title,text\n"a" b,5" pipe\nc,d\n') == ['a b\n5" pipe', "c\nd"]


def test_a_tab_separated_cell_may_begin_with_a_quote() -> None:
    data = b'title\ttext\n"Hello\tshe said\n"a"\tb\n'
    assert [
        getattr(item, "content", item)
        for item in read_tsv(DocumentReader.from_bytes("a.tsv", data), GUESSED_COLUMNS)
    ] == [
        '"Hello\nshe said',
        "a\nb",
    ]


def test_a_short_row_is_read_and_zero_bytes_are_dropped() -> None:
    assert rows_of("title,text,id\na\nb\0b,c\n") == ["a", "bb\nc"]


def test_a_cell_of_a_mebibyte_is_read() -> None:
    assert len(str(rows_of(f'title,text\na,"{"b" * (1 << 20)}"\n')[0])) == (1 << 20) + 2


def test_a_file_with_the_line_ends_of_old_macs_is_refused_with_the_mend() -> None:
    with pytest.raises(BadSource, match=r"ends its lines with CR alone"):
        rows_of("title,text\ra,b\r")


def test_a_broken_header_is_refused() -> None:
    with pytest.raises(
        BadSource, match=r"^a\.csv, row 1 should be the header, but a quote is opened and never closed$"
    ):
        rows_of('"title,text\na,b\n')


def test_parquet_is_read_row_by_row_with_missing_values_and_dates() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    out = io.BytesIO()
    when = pyarrow.array([1583280000_000000001, None, None], pyarrow.timestamp("ns"))
    table = {
        "title": ["a", None, "c"],
        "text": ["x", None, "y"],
        "date": when,
        "share": [1.5, float("nan"), float("nan")],
    }
    parquet.write_table(pyarrow.table(table), out)
    first, second, third = read_parquet(
        DocumentReader.from_bytes("a.parquet", out.getvalue()), GUESSED_COLUMNS
    )
    assert isinstance(first, Text)
    assert (first.content, first.published, first.extra) == (
        "a\nx",
        datetime(2020, 3, 4, tzinfo=UTC),
        {"share": 1.5},
    )
    assert second == Skipped("a.parquet, row 2", "row has neither title nor text")
    assert isinstance(third, Text)
    assert (third.content, third.extra) == ("c\ny", {})


def test_without_its_extra_parquet_is_refused_with_the_install_that_mends_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(
        MissingExtra, match=r"^the Parquet file a\.parquet needs the extra \[parquet\]; run: "
    ):
        list(read_parquet(DocumentReader.from_bytes("a.parquet", b"PAR1"), GUESSED_COLUMNS))


def test_a_broken_parquet_file_is_refused() -> None:
    pytest.importorskip("pyarrow")
    with pytest.raises(BadSource, match=r"^a\.parquet cannot be read as Parquet: "):
        list(read_parquet(DocumentReader.from_bytes("a.parquet", b"PAR1 and no more"), GUESSED_COLUMNS))
