"""Records of a reference list -> texts."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from palate.document.reader import DocumentReader
from palate.errors import BadSource
from palate.source.columns import RowReader
from palate.source.items import Columns, Items, Skipped

# the number of its first line; its fields, named as columns of a table, or what is wrong with it
Record = tuple[int, dict[str, Any] | str]
HEADING_IN_TEXT = re.compile(r"(?<=[.;:?!)\]]) +(?=[A-Z][A-Z /&,]{3,40}: )")


def texts_of(document: DocumentReader, columns: Columns, records: Iterable[Record], expected: str) -> Items:
    """Reads record by record; one that cannot be read or has no words is Skipped.

    expected: what a record of this format looks like, for the error where there is none. Raises BadSource
    where no record could be read.
    """
    rows = RowReader(document.name, columns, document.locator)
    number, n_texts, first_reason = 0, 0, ""
    for number, record in records:
        where = f"{document.name}, row {number}"
        item = Skipped(where, record) if isinstance(record, str) else rows.text(record, where)
        if isinstance(item, Skipped):
            first_reason = first_reason or f"row {number}: {item.reason}"
        else:
            n_texts += 1
        yield item
    if not number:
        raise BadSource(f"{document.name} holds no reference; expected {expected}")
    if rows.column_names:
        rows.check()
    if not n_texts:
        raise BadSource(f"{document.name} holds no reference that can be read; the first: {first_reason}")


def tagged_fields(
    lines: Iterable[str], tag: re.Pattern[str], list_tags: frozenset[str] = frozenset()
) -> dict[str, list[str]]:
    """Returns the values of each tag of a record. A line without a tag goes on with the value before it, or
    is one more value of a tag that holds a list; a blank line parts paragraphs.

    >>> lines = ["TI On", "   cats", "AU Ann, A", "   Bob, B"]
    >>> tagged_fields(lines, re.compile("([A-Z]{2}) (.*)"), frozenset(["AU"]))
    {'TI': ['On cats'], 'AU': ['Ann, A', 'Bob, B']}
    """
    values: list[tuple[str, list[str]]] = []
    for line in lines:
        if found := tag.match(line):
            values.append((found[1], [(found[2] or "").strip()]))
        elif values and values[-1][0] in list_tags and line.strip():
            values.append((values[-1][0], [line.strip()]))
        elif values:
            values[-1][1].append(line.strip())
    fields: dict[str, list[str]] = {}
    for name, value_lines in values:
        if value := _joined(value_lines):
            fields.setdefault(name, []).append(value)
    return fields


def first_of(fields: dict[str, list[str]], *names: str) -> str:
    """Returns the first value of the first tag that has one.

    >>> first_of({"T1": ["On cats", "On dogs"]}, "TI", "T1")
    'On cats'
    """
    return next((fields[name][0] for name in names if name in fields), "")


def abstract_of(parts: Iterable[str]) -> str:
    """Returns the parts of an abstract as one text, with each heading in capitals on a line of its own.

    >>> abstract_of(["AIM: To see cats. RESULTS: Seen."])
    'AIM: To see cats.\\nRESULTS: Seen.'
    """
    return HEADING_IN_TEXT.sub("\n", "\n".join(parts))


def numbered_lines(document: DocumentReader) -> Iterator[tuple[int, str]]:
    """Yields the lines of a document without their ends, with their numbers from 1."""
    for number, line in document.lines():
        yield number, line.rstrip("\r\n")


def _joined(lines: list[str]) -> str:
    if len(lines) == 1:
        return lines[0]
    return re.sub(r"(?: ?\n ?)+", "\n\n", " ".join(line or "\n" for line in lines)).strip()
