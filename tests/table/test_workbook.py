import io
import zipfile
from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from palate.document.reader import DocumentReader
from palate.errors import BadSource, ReadNotice
from palate.table.row import Row
from palate.table.workbook import is_workbook, read_workbook
from table.tables import ods, xlsx

TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"),
    min_size=1,
)
# a spreadsheet holds numbers of 15 digits, and takes what begins with "=" for a formula
CELL = TEXT.filter(lambda cell: cell[0] != "=" and not cell.isspace() and "_x" not in cell) | st.integers(
    -(10**9), 10**9
)  # fmt: skip


def rows_of(data: bytes, name: str = "a.xlsx") -> list[Row]:
    return list(read_workbook(DocumentReader.from_bytes(name, data), lambda cell: cell.lower() == "title"))


@given(st.lists(st.tuples(TEXT.map(lambda cell: f"t{cell}"), CELL, CELL), min_size=1, max_size=5))
def test_what_openpyxl_writes_is_read_back(rows: list[tuple[Any, ...]]) -> None:
    read = rows_of(xlsx(("Sheet1", [("title", "b", "c"), *rows])))
    assert [tuple(row.cells.values()) for row in read] == rows


def test_dates_numbers_and_empty_cells_have_their_kind() -> None:
    cells = ["a", datetime(2020, 3, 4, 9, 5), date(2020, 3, 4), time(9, 5), 3.0, 2.5, True, None]  # noqa: DTZ001
    names = ["title", "at", "on", "time", "whole", "part", "flag", "none"]
    (row,) = rows_of(xlsx(("Sheet1", [names, cells])))
    assert list(row.cells.values()) == [*cells[:7], ""]
    assert type(row.cells["whole"]) is int


def test_an_ods_file_is_read() -> None:
    data = ods([["title", "year"], ["Café\nand milk", 2020], ["Hens"]])
    assert [row.cells for row in rows_of(data, "a.ods")] == [
        {"title": "Café\nand milk", "year": 2020},
        {"title": "Hens", "year": ""},
    ]


def test_the_sheet_with_a_known_name_is_read_and_the_others_are_named() -> None:
    data = xlsx(
        ("About", [["Made by", "us"], ["on", "Monday"]]),
        ("Empty", []),
        ("Papers", [["List of March"], [], ["id", "title"], [1, "Cats"], [], [2, "Dogs", "more"]]),
        ("Notes", [["x"]]),
    )
    with pytest.warns(ReadNotice) as notices:
        rows = rows_of(data)
    assert [str(notice.message) for notice in notices] == [
        "a.xlsx is read from its sheet 'Papers' alone; not read: About, Notes",
        "a.xlsx has its header in row 3; what stands above it is not read",
    ]
    assert rows == [
        Row("a.xlsx, row 4", {"id": 1, "title": "Cats", "column 3": ""}),
        Row("a.xlsx, row 6", {"id": 2, "title": "Dogs", "column 3": "more"}),
    ]


def test_a_sheet_that_begins_further_down_and_merged_cells_are_read() -> None:
    book = Workbook()
    sheet = book.active
    for place, value in {"C4": "title", "D4": "kind", "C5": "Cats", "D5": "pet", "C6": "Dogs"}.items():
        sheet[place] = value
    sheet.merge_cells("D5:D6")
    out = io.BytesIO()
    book.save(out)
    assert rows_of(out.getvalue()) == [
        Row("a.xlsx, row 5", {"title": "Cats", "kind": "pet"}),
        Row("a.xlsx, row 6", {"title": "Dogs", "kind": ""}),
    ]


def test_what_is_a_spreadsheet_is_told_by_its_parts() -> None:
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    for data, wanted in (
        (xlsx(("S", [["title"]])), True),
        (ods([["title"]]), True),
        (other.getvalue(), False),
        (b"PK\x03\x04 and no more", False),
        (b"title,text\n", False),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), False),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le"), True),
    ):
        assert is_workbook(DocumentReader.from_bytes("a", data)) == wanted


def test_a_broken_workbook_is_refused_with_the_mend() -> None:
    whole = xlsx(("S", [["title"], ["a"]]))
    for data in (
        whole[: len(whole) // 2],
        whole[:200] + bytes(60) + whole[260:],
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    ):
        with pytest.raises(
            BadSource, match=r"^a\.xlsx cannot be read as a spreadsheet: .*; save it again as \.xlsx"
        ):
            rows_of(data)


def test_an_encrypted_workbook_is_refused_with_the_mend() -> None:
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le")
    assert is_workbook(DocumentReader.from_bytes("a.xlsx", data))
    with pytest.raises(BadSource, match=r"^a\.xlsx is encrypted; open it, take the password off and save it"):
        rows_of(data)
