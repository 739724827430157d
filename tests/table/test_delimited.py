import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.document.reader import DocumentReader
from palate.errors import BadSource, ReadNotice
from palate.table.delimited import read_delimited
from palate.table.quoted_rows import MAX_ROW_LINES
from palate.table.row import Row

KNOWN = frozenset({"title", "text"})
# what a spreadsheet holds; a cell that only begins with a quote would be ambiguous behind a tab
CELL = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], include_characters="\n\t"))
WORDS = CELL.map(lambda cell: " ".join(cell.split()))


def rows_of(data: str | bytes, *, known: bool = True) -> list[Row]:
    data = data.encode() if isinstance(data, str) else data
    names = KNOWN if known else frozenset[str]()
    return list(
        read_delimited(DocumentReader.from_bytes("a.csv", data), lambda name: name.strip().lower() in names)
    )


def cells_of(data: str | bytes, *, known: bool = True) -> list[Any]:
    """The values of each row, or what is wrong with it."""
    return [row.problem or [*row.cells.values()] for row in rows_of(data, known=known)]


@given(
    st.lists(st.tuples(CELL, CELL, CELL), min_size=1),
    st.sampled_from(",;\t|"),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
    st.booleans(),
)
def test_what_csv_writes_is_read_back(
    rows: list[tuple[str, str, str]], delimiter: str, quoting: Any, end: str, encoding: str, known: bool
) -> None:
    rows = [row for row in rows if any(row)]
    header = ("title", "text", "n") if known else ("Kopf", "Rumpf", "Zahl")
    out = io.StringIO(newline="")
    csv.writer(
        out, delimiter=delimiter, quoting=quoting, lineterminator=end
    ).writerows([header, *([*row[:-1], f"x{row[-1]}"] for row in rows)])  # fmt: skip
    read = cells_of(out.getvalue().encode(encoding), known=known)
    if quoting == csv.QUOTE_ALL:
        assert read == [[*row[:-1], f"x{row[-1]}"] for row in rows]
    else:  # blanks behind a delimiter are no part of a cell without quotes
        assert [[cell.lstrip(" ") for cell in row] for row in read] == [
            [cell.lstrip(" ") for cell in (*row[:-1], f"x{row[-1]}")] for row in rows
        ]


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1), st.sampled_from(",;|"))
def test_backslashed_quotes_are_read_back(rows: list[tuple[str, str]], delimiter: str) -> None:
    rows = [*rows, ('She said "no" twice', 'and "yes", once')]
    out = io.StringIO(newline="")
    csv.writer(
        out, delimiter=delimiter, quoting=csv.QUOTE_ALL, doublequote=False, escapechar="\\"
    ).writerows([("title", "text"), *rows])  # fmt: skip
    read = cells_of(out.getvalue())
    assert read == [[title.replace("\\N", ""), text.replace("\\N", "")] for title, text in rows]


def test_pandas_and_polars_write_what_is_read() -> None:
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    rows = {"title": ['a "b", c', "d\ne"], "text": ["1;2", "é"]}
    for data in (
        pandas.DataFrame(rows).to_csv(),
        pandas.DataFrame(rows, index=[7, 3]).to_csv(sep="\t"),
        pandas.DataFrame(rows).to_csv(index=False, escapechar="\\", doublequote=False),
        polars.DataFrame(rows).write_csv(separator=";"),
    ):
        assert cells_of(data) == [['a "b", c', "1;2"], ["d\ne", "é"]]


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    ("data", "rows"),
    [
        ("title;text\nCats, dogs;3,5\nHens;4,5\n", [["Cats, dogs", "3,5"], ["Hens", "4,5"]]),
        ("title,text\na; b; c,d\ne; f,g\n", [["a; b; c", "d"], ["e; f", "g"]]),
        ("title|text\na, b|c;d\n", [["a, b", "c;d"]]),
        ("sep=;\ntitle;text\na,b;c\n", [["a,b", "c"]]),
        ('"sep=,"\r\ntitle,text\r\na;b;c,d\r\n', [["a;b;c", "d"]]),
        ("sep=\t\ntitle\ttext\na\tb\n", [["a", "b"]]),
        ("text\nOne, two.\nFour, five, six; eight.\n", [["One, two."], ["Four, five, six; eight."]]),
        ("title,text,\na,b,\nc,d,\n", [["a", "b", ""], ["c", "d", ""]]),
        ("title,text\na,b,\nc,d,,\ne,f\n", [["a", "b"], ["c", "d"], ["e", "f"]]),
        ("title,text,\na,b\n", [["a", "b", ""]]),
        ("title,text,year\na\nb,c\n", [["a", "", ""], ["b", "c", ""]]),
        ("title, text\n'a', \"b, c\"\n", [["'a'", "b, c"]]),
        ("title,text\rOld,Mac\rlines,here\r", [["Old", "Mac"], ["lines", "here"]]),
        ("title,text\na,b\rc,d\ne,f\n", [["a", "b"], ["c", "d"], ["e", "f"]]),
        ("title,text\na\0b,c\n", [["ab", "c"]]),
        ('title,text\n"a ""b"" c",5" pipe\n', [['a "b" c', '5" pipe']]),
        ('title,text\n"C:\\dir\\",b\n"D:\\",c\n', [["C:\\dir\\", "b"], ["D:\\", "c"]]),
        ('title,text\n"C:\\dir\\",b\n"a \\"b\\" c",d\n', [["C:\\dir\\", "b"], ['a "b" c', "d"]]),
        ('title,text\n"a \\"b\\", c","\\\\d"\n"e",\\N\n', [['a "b", c', "\\d"], ["e", ""]]),
    ],
)  # fmt: skip
def test_delimiters_and_quotes_are_told_from_the_rows(data: str, rows: list[list[str]], known: bool) -> None:
    assert cells_of(data, known=known) == rows


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (",title\n0,a\n1,b\n", ("title",)),
        ("Unnamed: 0,title\n17,a\n4,b\n", ("title",)),
        ('"title","text"\n"1","a","b"\n"2","c","d"\n"3","e","f"\n', ("title", "text")),
        (",title\nx,a\ny,b\n", ("column 1", "title")),
        ("title,,text\na,b,c\n", ("title", "column 2", "text")),
        ("title,doi,doi\na,,b\n", ("title", "doi", "doi.2")),
        ("\ufeff title ,TEXT\na,b\n", ("title", "TEXT")),
    ],
)
def test_an_index_is_read_past_and_every_other_column_has_a_name(data: str, names: tuple[str, ...]) -> None:
    assert tuple(rows_of(data)[0].cells) == names


def test_of_columns_of_one_name_the_first_with_a_value_counts_and_none_is_lost() -> None:
    assert [row.cells for row in rows_of("title,doi,doi\na,,x\nb,y,z\n")] == [
        {"title": "a", "doi": "x", "doi.2": ""},
        {"title": "b", "doi": "y", "doi.2": "z"},
    ]


@pytest.mark.parametrize(
    "above",
    ["Search of 4 March 2020\n", "Search, of March\n\n\n", "# a comment, of, four, cells\n", "x\ny,z\n"],
)
def test_what_stands_above_the_header_is_left_out_and_said(above: str) -> None:
    with pytest.warns(
        ReadNotice, match=r"^a\.csv has its header on line \d; what stands above it is not read"
    ):
        (row,) = rows_of(f"{above}id,title,text\n1,a,b\n")
    assert row.cells == {"id": "1", "title": "a", "text": "b"}
    assert row.where == f"a.csv, row {above.count(chr(10)) + 2}"


def test_a_title_above_a_header_without_a_known_name_is_refused() -> None:
    with pytest.raises(
        BadSource, match=r"^a\.csv: its first row has one cell and those below have 3, so it is"
    ):
        rows_of("Search of 4 March\nkey,note,page\n1,a,b\n", known=False)


def test_a_row_with_too_many_cells_has_a_problem_and_the_rest_is_read() -> None:
    assert cells_of("title,text\na,b\nc,d,e\nf,g\n") == [
        ["a", "b"],
        "it has 3 cells where the header has 2; a cell that holds ',' needs quotes",
        ["f", "g"],
    ]


def test_a_quote_that_is_never_closed_costs_one_row() -> None:
    assert rows_of('title,text\na,"lost\nc,d\ne,f\n') == [
        Row("a.csv, row 2", {}, "a quote is opened and never closed"),
        Row("a.csv, row 3", {"title": "c", "text": "d"}),
        Row("a.csv, row 4", {"title": "e", "text": "f"}),
    ]


def test_an_open_quote_is_given_up_before_it_swallows_a_large_file() -> None:
    rows = cells_of("title,text\n" + 'a,"lost\n' + "c,d\n" * (MAX_ROW_LINES + 5) + 'e,"f"\n')
    assert rows[0] == "a quote is opened and never closed"
    assert (len(rows), rows[-1]) == (MAX_ROW_LINES + 7, ["e", "f"])


def test_rows_are_named_by_the_line_they_begin_on() -> None:
    assert [row.where for row in rows_of('title,text\n"a\n\nmore","b\nc"\n\n,\nd,e')] == [
        "a.csv, row 2",
        "a.csv, row 7",
        "a.csv, row 8",
    ]


def test_stray_quotes_inside_of_one_line_are_read_as_well_as_can_be() -> None:
    assert cells_of('title,text\n"a" b,5" pipe\nc,d\n') == [["a b", '5" pipe'], ["c", "d"]]


def test_a_tab_separated_cell_may_begin_with_a_quote() -> None:
    assert cells_of('title\ttext\n"Hello\tshe said\n"a"\tb\n') == [['"Hello', "she said"], ["a", "b"]]


def test_a_cell_of_mebibytes_and_lines_is_read() -> None:
    cell = ("b" * 999 + "\n") * 2000
    assert cells_of(f'title,text\na,"{cell}"\n') == [["a", cell]]


def test_a_broken_header_is_refused() -> None:
    with pytest.raises(
        BadSource, match=r"^a\.csv, row 1 should be the header, but a quote is opened and never closed$"
    ):
        rows_of('"title,text\na,b\n')


def test_a_table_without_rows_still_has_its_columns() -> None:
    assert read_delimited(DocumentReader.from_bytes("a.csv", b"title,text\n")).names == ("title", "text")


@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_a_line_that_ends_in_the_escape_is_no_end_of_the_file(delimiter: str) -> None:
    """Found by fuzzing."""
    row = delimiter.join(['"a\\"', '"b" \\'])
    rows = rows_of(f"{delimiter.join(['title', 'text'])}\n{row}\n{delimiter.join('cd')}")
    assert rows[-1].cells == {"title": "c", "text": "d"}
