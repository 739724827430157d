"""How much memory a spreadsheet will take, told before it is unpacked into memory."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from palate.document.unpacking import CHUNK_BYTES, MAX_RATIO, MIN_RATIO_BYTES, size
from palate.errors import BadSource

MAX_CELLS = 1 << 23  # of the rectangle that a sheet's cells lie in; calamine takes 32 bytes for each
MAX_XML_BYTES = 1 << 30  # of all parts, unpacked
OVERLAP = 1 << 12  # bytes of a part that are looked at again, for tags cut in two
# a cell that has something in it: one without a value ends with "/>"
EXCEL_CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*(?<!/)>')
ODS_ROW = re.compile(rb"<table:table-row\b([^>]*)>")
ODS_TAG = re.compile(rb"<table:(table-row|table-cell|covered-table-cell|table)\b([^>]*)>")
ODS_REPEATED = re.compile(rb'number-(?:rows|columns)-repeated="(\d{1,9})"')
BINARY_PART = re.compile(r"xl/workbook\.bin", re.IGNORECASE)


def check_size(name: str, data: bytes) -> None:
    """Raises BadSource for a workbook whose parts unpack like a bomb, or whose cells lie so far apart that
    their sheet has more than MAX_CELLS; for one in Excel's binary form too, of which this cannot be told.

    Costs one unpacking. Old .xls files are too small by their format to be checked.
    """
    if not data.startswith(b"PK"):
        return
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        parts = archive.infolist()
        if any(BINARY_PART.fullmatch(part.filename) for part in parts):
            raise BadSource(f"{name} is a workbook in Excel's binary form (.xlsb); save it as .xlsx or .csv")
        n_bytes = 0
        for part in parts:
            n_cells = 0
            for n_bytes, n_cells in _scanned(archive, part, n_bytes):
                if n_bytes > MAX_XML_BYTES:
                    raise BadSource(f"{name} unpacks to more than {size(MAX_XML_BYTES)}; split it")
                if n_bytes > MIN_RATIO_BYTES and n_bytes > MAX_RATIO * len(data):
                    raise BadSource(
                        f"{name} unpacks to more than {MAX_RATIO} times its size, as a zip bomb does"
                    )
                if n_cells > MAX_CELLS:
                    raise BadSource(
                        f"{name} has a sheet of more than {MAX_CELLS} cells, counted to the last row and "
                        "column in use; delete what stands far outside, or save it as .csv"
                    )
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError) as error:
        raise BadSource(
            f"{name} cannot be read as a spreadsheet: {error}; save it again as .xlsx or .csv"
        ) from error


def _scanned(archive: zipfile.ZipFile, part: zipfile.ZipInfo, n_before: int) -> Iterator[tuple[int, int]]:
    """Yields, chunk by chunk, the bytes unpacked so far and the cells of the sheet so far."""
    is_ods = part.filename == "content.xml"
    is_sheet = part.filename.lower().startswith("xl/worksheets/")
    extent = _OdsExtent() if is_ods else _ExcelExtent()
    tail = b""
    with archive.open(part) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            n_before += len(chunk)
            if is_ods or is_sheet:
                window = tail + chunk
                cut = window.rfind(b">") + 1
                extent.add(window[:cut])
                tail = window[cut:][-OVERLAP:]
            yield n_before, extent.n_cells


class _ExcelExtent:
    """The rectangle of an XLSX sheet, from the places that its cells state."""

    def __init__(self) -> None:
        self._rows = self._columns = 0

    def add(self, xml: bytes) -> None:
        found = EXCEL_CELL.findall(xml)
        if found:
            self._rows = max(self._rows, *(int(row) for _, row in found))
            self._columns = max(self._columns, *(_column(letters) for letters in {name for name, _ in found}))

    @property
    def n_cells(self) -> int:
        return self._rows * self._columns


class _OdsExtent:
    """The largest rectangle of the sheets of an ODS file, from rows and cells that may be repeated. Empty
    ones count if something stands behind them.
    """

    def __init__(self) -> None:
        self.n_cells = 0
        self._begin()

    def _begin(self) -> None:
        self._row = self._rows = self._column = self._columns = 0
        self._repeated_row = 1

    def add(self, xml: bytes) -> None:
        for kind, attributes in ODS_TAG.findall(xml):
            repeated = ODS_REPEATED.search(attributes) if b"repeated" in attributes else None
            n = int(repeated[1]) if repeated else 1
            if kind == b"table":
                self._begin()
            elif kind == b"table-row":
                self._row, self._column = self._row + n, 0
            else:
                self._column += n
                if not attributes.endswith(b"/") or b"value" in attributes:
                    self._rows, self._columns = self._row, max(self._columns, self._column)
                    self.n_cells = max(self.n_cells, self._rows * self._columns)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number
