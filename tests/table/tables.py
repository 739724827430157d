"""Tables in every form, written by other libraries than those that read them."""

import csv
import gzip
import io
import json
from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
from openpyxl import Workbook
from pyarrow import feather, parquet

Cells = dict[str, Any]


def delimited(delimiter: str) -> Callable[[Sequence[Cells]], bytes]:
    def write(rows: Sequence[Cells]) -> bytes:
        out = io.StringIO(newline="")
        table = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
        table.writeheader()
        table.writerows(rows)
        return out.getvalue().encode()

    return write


def json_lines(rows: Sequence[Cells]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def json_array(rows: Sequence[Cells]) -> bytes:
    return json.dumps(rows, indent=1).encode()


def wrapped_array(rows: Sequence[Cells]) -> bytes:
    return json.dumps({"count": len(rows), "records": rows}, ensure_ascii=False).encode()


def parquet_file(rows: Sequence[Cells]) -> bytes:
    out = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(list(rows)), out)
    return out.getvalue()


def feather_file(rows: Sequence[Cells]) -> bytes:
    out = io.BytesIO()
    feather.write_feather(pa.Table.from_pylist(list(rows)), out)
    return out.getvalue()


def xlsx(*sheets: tuple[str, Sequence[Sequence[Any]]]) -> bytes:
    """A workbook with these rows of cells in its sheets."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xlsx_rows(rows: Sequence[Cells]) -> bytes:
    return xlsx(("Sheet1", [list(rows[0]), *(list(row.values()) for row in rows)]))


def ods(rows: Sequence[Sequence[Any]]) -> bytes:
    """A workbook of LibreOffice's kind with a sheet of these rows of cells."""
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    book = OpenDocumentSpreadsheet()
    table = Table(name="Sheet1")
    book.spreadsheet.addElement(table)
    for row in rows:
        line = TableRow()
        table.addElement(line)
        for value in row:
            if isinstance(value, str):
                cell = TableCell(valuetype="string")
                for paragraph in value.split("\n"):
                    cell.addElement(P(text=paragraph))
            else:
                cell = TableCell(valuetype="float", value=value)
            line.addElement(cell)
    out = io.BytesIO()
    book.write(out)
    return out.getvalue()


def ods_rows(rows: Sequence[Cells]) -> bytes:
    return ods([list(rows[0]), *(list(row.values()) for row in rows)])


# the suffix under which it is common -> what writes it
WRITERS: dict[str, Callable[[Sequence[Cells]], bytes]] = {
    "csv": delimited(","),
    "csv.gz": lambda rows: gzip.compress(delimited(",")(rows)),
    "tsv": delimited("\t"),
    "txt": delimited("\t"),
    "dat": delimited(";"),
    "jsonl": json_lines,
    "json": json_array,
    "api": wrapped_array,
    "parquet": parquet_file,
    "feather": feather_file,
    "xlsx": xlsx_rows,
    "ods": ods_rows,
}
