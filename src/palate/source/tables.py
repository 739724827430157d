"""CSV and TSV files -> texts, one per row."""

import csv
from collections.abc import Iterator

from palate.document.reader import MAX_LINE_BYTES, DocumentReader
from palate.errors import BadSource
from palate.source.column_names import field_of
from palate.source.columns import RowReader
from palate.source.items import Columns, Items, Skipped

MAX_ROW_LINES = 10_000  # lines that one row may have; more are taken for a quote that was not closed
DELIMITERS = ",;\t|"


def read_csv(document: DocumentReader, columns: Columns) -> Items:
    """Reads row by row. One that breaks the rules of CSV is Skipped; reading goes on behind its first line.

    The delimiter is the one of , ; tab | that makes the header best. Raises BadSource for a file without a
    known column.

    >>> document = DocumentReader.from_bytes("a.csv", b'title;text\\n"A;B";c\\n"lost;d\\ne;f\\n')
    >>> [getattr(item, "title", item) for item in read_csv(document, Columns())]
    ['A;B', Skipped(where='a.csv, row 3', reason='a quote is opened and never closed'), 'e']
    """
    return _read(document, columns, "")


def read_tsv(document: DocumentReader, columns: Columns) -> Items:
    """Reads as read_csv does, with tabs; a cell that only begins with a quote is taken as it stands."""
    return _read(document, columns, "\t")


def delimiter_of(header: str) -> str:
    """Returns the delimiter that gives the header most known names, then most cells; "," where nothing speaks
    for another.

    >>> delimiter_of("title;a,b;text"), delimiter_of("words")
    (';', ',')
    """

    def merit(delimiter: str) -> tuple[int, int]:
        cells = next(csv.reader([header.replace("\r", " ")], delimiter=delimiter), [])
        return sum(field_of(cell) in ("title", "text", "id", "url", "doi") for cell in cells), len(cells)

    return max(DELIMITERS, key=merit)


class _RewindableLines:
    """Lines for csv.reader, which remember what the reader took for the row at hand and can be given
    again.
    """

    def __init__(self, lines: Iterator[tuple[int, str]]) -> None:
        self._lines = lines
        self._rewound: list[tuple[int, str]] = []  # last in, first out
        self.taken: list[tuple[int, str]] = []
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        too_many = len(self.taken) >= MAX_ROW_LINES
        entry = None if too_many else self._rewound.pop() if self._rewound else next(self._lines, None)
        if entry is None:
            self.ended = True
            raise StopIteration
        self.taken.append(entry)
        return entry[1]

    def rewind(self, first: int) -> None:
        """The lines taken for this row will come again, from the first-th on."""
        self._rewound.extend(reversed(self.taken[first:]))
        self.ended = False


def _read(document: DocumentReader, columns: Columns, delimiter: str) -> Items:
    # The limit is one for the whole process and 128 KiB by default; one line, and so one cell, may hold
    # MAX_LINE_BYTES bytes here.
    csv.field_size_limit(max(csv.field_size_limit(), MAX_LINE_BYTES))
    lines = _RewindableLines(document.lines())
    first = next((line for line in lines if line.strip()), "")
    if "\r" in first.rstrip("\r\n"):
        raise BadSource(
            f"{document.name} ends its lines with CR alone, as old Macs did; mend it with: tr '\\r' '\\n'"
        )
    lines.rewind(0)
    rows, header = RowReader(document.name, columns, document.place), list[str]()
    for number, cells in _rows(lines, delimiter or delimiter_of(first)):
        where = f"{document.name}, row {number}"
        if not header:
            if isinstance(cells, str):
                raise BadSource(f"{where} should be the header, but {cells}")
            header = [name.strip() for name in cells]
            rows.check(filter(None, header))
        elif isinstance(cells, str):
            yield Skipped(where, cells)
        else:
            yield rows.text({name: cell for name, cell in zip(header, cells, strict=False) if name}, where)


def _rows(lines: _RewindableLines, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """The number of the first line of each row that is not blank, with its cells or with what is wrong with
    it.
    """
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    width = 0
    while True:
        lines.taken.clear()
        problem = ""
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            endless = lines.ended or "field limit" in str(error)
            problem = "a quote is opened and never closed" if endless else f"its quotes are wrong ({error})"
            n_lines = len(lines.taken)
            lines.rewind(1)
            reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
            cells, line = [], lines.taken[0][1].replace("\r", " ")
            if delimiter == "\t":  # a tab-separated cell may begin with a quote and mean it
                cells = next(csv.reader([line], delimiter=delimiter, quoting=csv.QUOTE_NONE))
            elif n_lines == 1 and not endless:  # 'a,"b" c' is against the rules, but can be read
                cells = next(csv.reader([line], delimiter=delimiter, skipinitialspace=True))
            problem = "" if cells and len(cells) == width else problem
        if not problem and width and len(cells) > width:
            problem = (
                f"it has {len(cells)} cells where the header has {width}; "
                f"a cell that holds {delimiter!r} needs quotes"
            )
        width = width or len(cells)
        if problem or cells:
            yield lines.taken[0][0], problem or cells
