"""What reading a spreadsheet will take, told before it is unpacked: bytes, cells, and an end."""

import io
import re
import zipfile
import zlib
from xml.parsers.expat import ExpatError, ParserCreate

from palate.document.unpacking import CHUNK_BYTES, MAX_RATIO, MIN_RATIO_BYTES, size
from palate.errors import BadSource

MAX_CELLS = 1 << 23  # of the rectangle that a sheet's cells lie in; calamine takes 32 bytes for each
MAX_XML_BYTES = 1 << 30  # of all parts, unpacked
OVERLAP = 1 << 12  # bytes of a part that are looked at again, for tags cut in two
# a cell that has something in it, unlike <c r="A1"/> and <c r="A1"></c>
EXCEL_CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*(?<!/)>(?=[^<]|<[^/])')
ODS_TAG = re.compile(rb"<table:(table-row|table-cell|covered-table-cell|table)\b([^>]*)>")
ODS_REPEATED = re.compile(rb'number-(?:rows|columns)-repeated="(\d{1,9})"')
# what zipfile raises for archives that are broken, packed in ways it does not know, or encrypted
BROKEN_ARCHIVE = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    EOFError,
    RuntimeError,
    ValueError,
    LookupError,
    ExpatError,
)
BINARY_PART = re.compile(r"xl/workbook\.bin", re.IGNORECASE)


def check_size(name: str, data: bytes) -> None:
    """Raises BadSource for a workbook whose parts unpack like a bomb, or whose cells lie so far apart that
    their sheet has more than MAX_CELLS; for one in Excel's binary form, of which this cannot be told; and for
    an ODS file that is no XML, which calamine would read without end.

    Costs one unpacking. Old .xls files are too small by their format to be checked.
    """
    if not data.startswith(b"PK"):
        return
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        parts = archive.infolist()
        if any(BINARY_PART.fullmatch(part.filename) for part in parts):
            raise BadSource(f"{name} is a workbook in Excel's binary form (.xlsb); save it as .xlsx or .csv")
        n_before = 0
        for part in parts:
            n_before += _check_part(name, archive, part, n_before, len(data))
    except BROKEN_ARCHIVE as error:
        raise BadSource(
            f"{name} cannot be read as a spreadsheet: {error}; save it again as .xlsx or .csv"
        ) from error


def _check_part(
    name: str, archive: zipfile.ZipFile, part: zipfile.ZipInfo, n_before: int, n_packed: int
) -> int:
    """Returns the bytes that a part unpacks to. Raises BadSource where these and those before it, or the
    cells of the part, are too many.
    """
    extent = _extent_of(part.filename)
    n_bytes = 0
    with archive.open(part) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            n_bytes += len(chunk)
            n_all = n_before + n_bytes
            if n_all > MAX_XML_BYTES:
                raise BadSource(f"{name} unpacks to more than {size(MAX_XML_BYTES)}; split it")
            if n_all > MIN_RATIO_BYTES and n_all > MAX_RATIO * n_packed:
                raise BadSource(f"{name} unpacks to more than {MAX_RATIO} times its size, as a zip bomb does")
            if extent and extent.add(chunk) > MAX_CELLS:
                raise BadSource(
                    f"{name} has a sheet of more than {MAX_CELLS} cells, counted to the last row and "
                    "column in use; delete what stands far outside, or save it as .csv"
                )
    if isinstance(extent, _OdsExtent):
        extent.end()
    return n_bytes


def _extent_of(part: str) -> "_ExcelExtent | _OdsExtent | None":
    if part == "content.xml":
        return _OdsExtent()
    return _ExcelExtent() if part.lower().startswith("xl/worksheets/") else None


class _ExcelExtent:
    """The rectangle of an XLSX sheet, from the places that its cells state."""

    def __init__(self) -> None:
        self._rows = self._columns = 0
        self._tail = b""

    def add(self, chunk: bytes) -> int:
        xml = self._tail + chunk
        self._tail = xml[-OVERLAP:]  # a cell that is found again changes nothing
        found = EXCEL_CELL.findall(xml)
        if found:
            self._rows = max(self._rows, *(int(row) for _, row in found))
            self._columns = max(self._columns, *(_column(letters) for letters in {name for name, _ in found}))
        return self._rows * self._columns


class _OdsExtent:
    """The largest rectangle of the sheets of an ODS file, from rows and cells that may be repeated. Empty
    ones count if something stands behind them.
    """

    def __init__(self) -> None:
        self._n_cells = 0
        self._tail = b""
        self._parser = ParserCreate()
        self._begin_sheet()

    def _begin_sheet(self) -> None:
        self._row = self._column = self._columns = 0

    def add(self, chunk: bytes) -> int:
        self._parser.Parse(chunk, False)
        xml = self._tail + chunk
        end = xml.rfind(b">") + 1  # a tag that is cut in two waits for its rest
        self._tail = xml[end:][-OVERLAP:]
        for kind, attributes in ODS_TAG.findall(xml[:end]):
            repeated = ODS_REPEATED.search(attributes) if b"repeated" in attributes else None
            n = int(repeated[1]) if repeated else 1
            if kind == b"table":
                self._begin_sheet()
            elif kind == b"table-row":
                self._row, self._column = self._row + n, 0
            else:
                self._column += n
                if not attributes.endswith(b"/") or b"value" in attributes:
                    self._columns = max(self._columns, self._column)
                    self._n_cells = max(self._n_cells, self._row * self._columns)
        return self._n_cells

    def end(self) -> None:
        """Raises ExpatError where the XML is not at its end."""
        self._parser.Parse(b"", True)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number
