import io
import zipfile
from typing import Any

import pytest
from openpyxl import Workbook

from palate.errors import BadSource
from palate.table import workbook_size
from palate.table.workbook_size import check_size
from table.tables import ods, xlsx


def archive(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts.items():
            file.writestr(name.replace("__", "/"), data)
    return out.getvalue()


def test_usual_workbooks_are_let_through() -> None:
    rows: list[list[Any]] = [["title", "n"], *(["Cats sleep.", n] for n in range(3000))]
    check_size("a.xlsx", xlsx(("S", rows)))
    check_size("a.ods", ods(rows[:50]))
    check_size("a.xls", b"\xd0\xcf\x11\xe0")


def test_a_cell_far_outside_is_refused_and_a_styled_empty_one_is_not() -> None:
    for value, far in (("x", True), (None, False)):
        book = Workbook()
        book.active["A1"] = "title"
        book.active["XFD1048576"] = value
        book.active["XFD1048576"].number_format = "0.00"
        out = io.BytesIO()
        book.save(out)
        if far:
            with pytest.raises(
                BadSource, match=r"^a\.xlsx has a sheet of more than 8388608 cells, .* far outside"
            ):
                check_size("a.xlsx", out.getvalue())
        else:
            check_size("a.xlsx", out.getvalue())


def test_repeated_cells_of_ods_are_counted_up_to_the_last_that_holds_something() -> None:
    cell = b'<table:table-cell office:value-type="string" office:string-value="x"/>'
    empty = b'<table:table-cell table:number-columns-repeated="16000"/>'
    row = b"<table:table><table:table-row>%s%s</table:table-row>"
    repeated = b'<table:table-row table:number-rows-repeated="1048000">%s</table:table-row></table:table>'
    check_size("a.ods", archive(**{"content.xml": row % (cell, empty) + repeated % empty}))
    for end in (repeated % cell, repeated % (empty + cell)):
        with pytest.raises(BadSource, match="has a sheet of more than 8388608 cells"):
            check_size("a.ods", archive(**{"content.xml": row % (empty, cell) + end}))


def test_a_bomb_is_refused_while_it_unpacks(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = archive(xl__styles=bytes(3 << 20))
    monkeypatch.setattr(workbook_size, "MIN_RATIO_BYTES", 1 << 20)
    with pytest.raises(
        BadSource, match=r"^a\.xlsx unpacks to more than 200 times its size, as a zip bomb does$"
    ):
        check_size("a.xlsx", bomb)
    monkeypatch.setattr(workbook_size, "MAX_XML_BYTES", 1 << 20)
    with pytest.raises(BadSource, match=r"^a\.xlsx unpacks to more than 1 MiB; split it$"):
        check_size("a.xlsx", bomb)


def test_excels_binary_form_is_refused_with_the_mend() -> None:
    with pytest.raises(
        BadSource, match=r"^a\.xlsb is a workbook in Excel's binary form .*; save it as \.xlsx or"
    ):
        check_size("a.xlsb", archive(**{"xl/workbook.bin": b"x"}))
