"""The one reader of tables: a document -> its rows, in whichever form they are."""

import re

from palate.document.encoding import is_text
from palate.document.reader import DocumentReader
from palate.errors import BadSource
from palate.table.arrow import MARKS, read_arrow
from palate.table.delimited import read_delimited
from palate.table.dialect import sniff_layout
from palate.table.header import MAX_NAME, Known, nothing_known
from palate.table.json_rows import read_json
from palate.table.row import Rows
from palate.table.workbook import is_workbook, read_workbook

MIN_FILLED = 0.5  # share of the first rows of a table with as many cells as its header
MIN_KNOWN_BELOW = 2  # known names of a header below other lines
LINES_SUFFIXES = (".jsonl", ".ndjson")
JSON_SUFFIXES = (".json", *LINES_SUFFIXES)
JSON_START = re.compile(r'\s*(\{\s*("|\}|$)|\[\s*(["\[{\]\d-]|(true|false|null|NaN)\b|$))')


def is_binary_table(document: DocumentReader) -> bool:
    """Tells whether it is a table that is no text: Parquet, Feather, Arrow or a spreadsheet."""
    return document.first_bytes().startswith(MARKS) or is_workbook(document)


def has_table(document: DocumentReader, known: Known, min_columns: int = 1) -> bool:
    """Tells whether a text of unknown form begins as a delimited table: with a header of short names, one of
    them known, above rows that fill it; two of them where something stands above it. The name of a single
    column must be in lower case, since "Summary" may begin a plain text.

    >>> document = DocumentReader.from_bytes("notes", b"title,year\\nCats,2020\\n")
    >>> has_table(document, "title".__eq__), has_table(document, "text".__eq__)
    (True, False)
    """
    try:
        layout = sniff_layout(document, known)
    except BadSource:
        return False
    if layout is None or len(layout.header.names) < min_columns:
        return False
    names = layout.header.names
    if len(names) == 1:
        return known(names[0]) and names[0].islower() and not layout.header.position
    return (
        layout.filled >= MIN_FILLED
        and all(len(name) <= MAX_NAME for name in names)
        and sum(map(known, names)) >= (MIN_KNOWN_BELOW if layout.header.position else 1)
    )


def read_rows(document: DocumentReader, known: Known = nothing_known) -> Rows:
    """Reads CSV, TSV and their kin, JSON Lines and JSON, Parquet, Feather and Arrow, XLSX, ODS and XLS. The
    content tells the form, and the suffix only where it does not.

    known: whether a name is one that speaks for a header. Raises BadSource where it is no table, or
    broken as a whole; what is wrong with one row is its problem.

    >>> rows = read_rows(DocumentReader.from_bytes("papers.txt", b"title\\tyear\\nCats\\t2020\\n"))
    >>> rows.names, [(row.where, row.cells) for row in rows]
    (('title', 'year'), [('papers.txt, row 2', {'title': 'Cats', 'year': '2020'})])
    """
    first_bytes = document.first_bytes()
    if first_bytes.startswith(MARKS):
        return read_arrow(document)
    if is_workbook(document):
        return read_workbook(document, known)
    if not is_text(first_bytes):
        raise BadSource(f"{document.name} is no table that can be read; save it as .csv or .xlsx")
    suffix = "." + document.name.lower().removesuffix(".gz").rpartition(".")[2]
    start = first_bytes.decode(document.encoding, "replace").removeprefix("\ufeff").lstrip()
    if start.startswith("<"):
        raise BadSource(f"{document.name} is markup (HTML or XML) and no table; save it as .csv or .xlsx")
    if suffix in JSON_SUFFIXES or JSON_START.match(start):
        return read_json(document, lines=suffix in LINES_SUFFIXES)
    return read_delimited(document, known)
