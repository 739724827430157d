"""Ovid's plain text (records headed <1>, <2> …) -> texts."""

import re
from collections.abc import Iterator

from palate.document.reader import DocumentReader
from palate.source.column_names import field_of
from palate.source.items import Columns, Items
from palate.source.references.records import (
    Record,
    abstract_of,
    first_of,
    numbered_lines,
    tagged_fields,
    texts_of,
)

HEAD = re.compile(r"<\d+>\s*$")
FIELD = re.compile(r"(\S.*?)(?:  - ?(.*)|\s*)$")  # a name on a line of its own, or two letters and a dash


def read_ovid(document: DocumentReader, columns: Columns) -> Items:
    """Reads record by record; the names of its fields are read as those of a table's columns.

    >>> ovid = b"<1>\\nTitle\\n  On\\n  cats\\nAbstract\\n  They sleep.\\n\\n<2>\\nTitle\\n  Dogs\\n"
    >>> document = DocumentReader.from_bytes("a.txt", ovid)
    >>> [text.content for text in read_ovid(document, Columns())]
    ['On cats\\nThey sleep.', 'Dogs']
    """
    return texts_of(document, columns, _records(document), "Ovid records, each headed by its number: <1>")


def _records(document: DocumentReader) -> Iterator[Record]:
    first, lines = 0, list[str]()
    for number, line in numbered_lines(document):
        if HEAD.match(line):
            if first:
                yield first, _row(lines)
            first, lines = number, []
        elif first:
            lines.append(line)
    if first:
        yield first, _row(lines)


def _row(lines: list[str]) -> dict[str, object]:
    fields = tagged_fields(lines, FIELD)
    row: dict[str, object] = {name: first_of(fields, name) for name in fields}
    for name in fields:
        if field_of(name) == "text":
            row[name] = abstract_of(fields[name])
    return row
