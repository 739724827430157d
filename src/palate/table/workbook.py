"""Spreadsheets (XLSX, XLSM, ODS, XLS) -> rows with named cells."""

import io
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from palate.document.reader import DocumentReader
from palate.errors import BadSource
from palate.table.header import (
    Header,
    Known,
    check_title,
    header_position,
    make_header,
    n_known,
    nothing_known,
    trimmed,
)
from palate.table.row import Row, Rows
from palate.table.workbook_size import BROKEN_ARCHIVE, check_size

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

ZIP_MARK, OLE_MARK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
OLE_STREAMS = ("Workbook".encode("utf-16-le"), "Book\0".encode("utf-16-le"), ENCRYPTED)
ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
N_HEADER_ROWS = 100  # looked at to find the header and an index
MAX_SHEETS_NAMED = 5


def is_workbook(document: DocumentReader) -> bool:
    """Tells whether it is a spreadsheet: an archive with a workbook inside, a file of old Excel, or one that
    is encrypted. Other documents of offices begin in the same way.
    """
    first_bytes = document.first_bytes()
    if first_bytes.startswith(OLE_MARK):
        data = document.read()
        return any(name in data for name in OLE_STREAMS)
    if not first_bytes.startswith(ZIP_MARK):
        return False
    if ODS_TYPE in first_bytes[:200]:
        return True
    try:
        with document.open() as stream:
            archive = zipfile.ZipFile(stream if stream.seekable() else io.BytesIO(document.read()))
            names = archive.namelist()
            if "mimetype" in names and archive.open("mimetype").read(len(ODS_TYPE)) == ODS_TYPE:
                return True
    except BROKEN_ARCHIVE:
        return b"xl/" in first_bytes
    return any(name.lower().startswith("xl/workbook.") for name in names)


def read_workbook(document: DocumentReader, known: Known = nothing_known) -> Rows:
    """Reads the first sheet with a known name in its header, else the first that has rows. A ReadNotice names
    the sheets that are not read.

    Whole numbers come as int, dates as datetime, cells with an error as "". Holds the sheet in memory.
    Raises BadSource for a workbook that is encrypted, broken or larger than check_size allows.
    """
    from python_calamine import CalamineError, PasswordError, load_workbook

    data = document.read()
    if ENCRYPTED in data and data.startswith(OLE_MARK):
        raise _encrypted(document.name)
    check_size(document.name, data)
    try:
        workbook = load_workbook(io.BytesIO(data))
        chosen = _chosen_sheet(workbook, known)
        others = [
            sheet
            for sheet in workbook.sheet_names
            if chosen and sheet != chosen[0] and workbook.get_sheet_by_name(sheet).height
        ]
    except PasswordError as error:
        raise _encrypted(document.name) from error
    except CalamineError as error:
        raise BadSource(
            f"{document.name} cannot be read as a spreadsheet: {error}; save it again as .xlsx or .csv"
        ) from error
    if chosen is None:
        return Rows((), iter(()))
    name, numbers, rows = chosen
    if others:
        document.note(f"is read from its sheet {name!r} alone; not read: {_shortened(others)}")
    position = header_position(rows[:N_HEADER_ROWS], known)
    check_title(document.name, rows[:N_HEADER_ROWS], known)
    if position:
        document.note(f"has its header in row {numbers[position]}; what stands above it is not read")
    header = make_header(rows[:N_HEADER_ROWS], position)
    return Rows(header.names, _rows(document.name, header, numbers, rows))


def _chosen_sheet(
    workbook: "CalamineWorkbook", known: Known
) -> tuple[str, list[int], list[list[Any]]] | None:
    """The name of the sheet to read, and its rows that are not blank with their numbers."""
    first = None
    for name in workbook.sheet_names:
        sheet = workbook.get_sheet_by_name(name)
        start = (sheet.start or (0, 0))[0] + 1
        numbered = [(number, row) for number, row in enumerate(sheet.to_python(), start) if trimmed(row)]
        if not numbered:
            continue
        numbers, rows = [number for number, _ in numbered], [row for _, row in numbered]
        if any(n_known(row, known) for row in rows[:N_HEADER_ROWS]):
            return name, numbers, rows
        first = first or (name, numbers, rows)
    return first


def _rows(name: str, header: Header, numbers: list[int], rows: list[list[Any]]) -> Iterator[Row]:
    for number, row in zip(numbers[header.position + 1 :], rows[header.position + 1 :], strict=True):
        yield Row(f"{name}, row {number}", header.cells([_plain(cell) for cell in row]))


def _plain(cell: Any) -> Any:
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def _encrypted(name: str) -> BadSource:
    return BadSource(f"{name} is encrypted; open it, take the password off and save it again")


def _shortened(names: list[str]) -> str:
    more = len(names) - MAX_SHEETS_NAMED
    return ", ".join(names[:MAX_SHEETS_NAMED]) + (f" and {more} more" if more > 0 else "")
