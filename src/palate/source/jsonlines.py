"""JSON Lines and JSON arrays -> texts, one per object or string."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from palate.document.reader import DocumentReader
from palate.errors import BadSource
from palate.source.columns import RowReader
from palate.source.items import Columns, Items, Skipped
from palate.table.cells import clean_text
from palate.text import Text

DECODER = json.JSONDecoder(strict=False)  # strict would refuse a tab inside a string
N_LINES_TRIED = 5  # one object alone on a line tells JSON Lines from an object that is spread over lines
JSON_TYPE_NAMES = {
    list: "a list",
    bool: "true or false",
    int: "a number",
    float: "a number",
    type(None): "null",
}


def read_jsonlines(document: DocumentReader, columns: Columns) -> Items:
    """Reads one JSON object per line; a line that is none is Skipped. A string is a text without a title.

    >>> document = DocumentReader.from_bytes("a.jsonl", b'{"title": "Cats"}\\n"Dogs bark."\\noops\\n')
    >>> *texts, skipped = read_jsonlines(document, Columns())
    >>> [text.content for text in texts]
    ['Cats', 'Dogs bark.']
    >>> skipped
    Skipped(where='a.jsonl, row 3', reason='line is no JSON: Expecting value at character 1')
    """
    return _read(document, columns, _parsed_lines(document), "line")


def read_json(document: DocumentReader, columns: Columns) -> Items:
    """Reads a JSON file: an array of objects or strings, JSON Lines, or one object.

    >>> document = DocumentReader.from_bytes("a.json", b'[{"text": "Cats"}, "Dogs"]')
    >>> [text.content for text in read_json(document, Columns())]
    ['Cats', 'Dogs']
    """
    if not document.first_bytes().lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"["):
        first = islice((line for _, line in document.lines() if line.strip()), N_LINES_TRIED)
        if any(isinstance(_parsed(line), dict) for line in first):
            return read_jsonlines(document, columns)
    whole = _parsed(document.text())
    if isinstance(whole, Skipped):
        reason = whole.reason.removeprefix("line is no JSON: ")
        raise BadSource(f"{document.name} is no JSON: {reason}; mend it or write it anew")
    return _read(document, columns, enumerate(whole if isinstance(whole, list) else [whole], start=1), "item")


def read_items(name: str, items: Iterable[Any], columns: Columns) -> Items:
    """Reads items that are already Python values: Text, str, or mappings from column to value."""
    rows = RowReader(name, columns)
    for number, item in enumerate(items, start=1):
        yield item if isinstance(item, Text) else _text(item, rows, f"{name}, item {number}")
    if rows.column_names:
        rows.check()


def _read(document: DocumentReader, columns: Columns, values: Iterable[tuple[int, Any]], unit: str) -> Items:
    rows = RowReader(document.name, columns, document.place)
    unit_name = "row" if unit == "line" else unit
    n_texts = number = 0
    for number, value in values:
        item = value if isinstance(value, Skipped) else _text(value, rows, "")
        if isinstance(item, Skipped):
            yield Skipped(f"{document.name}, {unit_name} {number}", item.reason)
        else:
            n_texts += 1
            yield item
    if rows.column_names:
        rows.check()
    elif number and not n_texts:
        raise BadSource(
            f"{document.name} holds no JSON object; "
            f'expected one per {unit}, such as {{"title": …, "text": …}}'
        )


def _text(value: Any, rows: RowReader, where: str) -> Text | Skipped:
    if isinstance(value, Mapping):
        # a data frame's names may be numbers
        return rows.text({str(key): cell for key, cell in value.items()}, where)
    if isinstance(value, str):
        body = clean_text(value).strip()
        return Text.of(body, source=rows.name) if body else Skipped(where, "text is empty")
    return Skipped(
        where, f"expected an object or a string, got {JSON_TYPE_NAMES.get(type(value), type(value).__name__)}"
    )


def _parsed_lines(document: DocumentReader) -> Iterator[tuple[int, Any]]:
    for number, line in document.lines():
        if line.strip():
            yield number, _parsed(line)


def _parsed(text: str) -> Any:
    try:
        return DECODER.decode(text)
    except json.JSONDecodeError as error:
        at = f"character {error.pos + 1}" if error.lineno == 1 else f"line {error.lineno}"
        return Skipped("", f"line is no JSON: {error.msg} at {at}")
    except ValueError as error:  # a number of more than 4300 digits
        return Skipped("", f"line is no JSON: {error}")
    except RecursionError:
        return Skipped("", "line is no JSON: it is nested too deep")
