"""CSV, TSV and their kin -> rows with named cells."""

from collections.abc import Iterator

from palate.document.reader import DocumentReader
from palate.table.dialect import NO_DELIMITER, DelimitedLayout, sniff_layout
from palate.table.header import Known, nothing_known, trimmed
from palate.table.quoted_rows import quoted_rows
from palate.table.row import Row, Rows


def read_delimited(document: DocumentReader, known: Known = nothing_known) -> Rows:
    """Reads row by row; one that breaks the rules has a problem, and reading goes on behind its first line.

    known: see sniff_layout. Raises BadSource where no header can be told.

    >>> document = DocumentReader.from_bytes("a.csv", b'title;text\\n"A;B";c\\n"lost;d\\ne;f;\\n')
    >>> for row in read_delimited(document):
    ...     print(row.where, row.problem or row.cells)
    a.csv, row 2 {'title': 'A;B', 'text': 'c'}
    a.csv, row 3 a quote is opened and never closed
    a.csv, row 4 {'title': 'e', 'text': 'f'}
    """
    layout = sniff_layout(document, known)
    if layout is None:
        return Rows((), iter(()))
    if layout.header.position:
        document.note(f"has its header on line {layout.header_line}; what stands above it is not read")
    return Rows(layout.header.names, _rows(document, layout))


def _rows(document: DocumentReader, layout: DelimitedLayout) -> Iterator[Row]:
    header = layout.header
    lines = (entry for entry in document.lines() if entry[0] >= layout.header_line)
    rows = quoted_rows(lines, layout.dialect, header.width)
    next(rows)  # the header
    for number, cells in rows:
        where = f"{document.name}, row {number}"
        if isinstance(cells, str):
            yield Row(where, {}, cells)
        elif len(cells) > header.width and (n := trimmed(cells)) > header.width:
            yield Row(where, {}, _too_many(n, header.width, layout.dialect.delimiter))
        else:
            yield Row(where, header.cells(cells))


def _too_many(n: int, width: int, delimiter: str) -> str:
    mend = "" if delimiter == NO_DELIMITER else f"; a cell that holds {delimiter!r} needs quotes"
    return f"it has {n} cells where the header has {width}{mend}"
