"""JSON Lines and JSON arrays -> texts, one per object or string."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from palate.errors import BadSource
from palate.source.cells import clean
from palate.source.columns import Rows
from palate.source.facts import Columns, Items, Skipped
from palate.source.opening import Document
from palate.text import Text

DECODER = json.JSONDecoder(strict=False)  # strict would refuse a tab inside a string
LINES_TRIED = 5  # one object alone on a line tells JSON Lines from an object that is spread over lines
KINDS = {list: "a list", bool: "true or false", int: "a number", float: "a number", type(None): "null"}


def read_jsonlines(document: Document, columns: Columns) -> Items:
    """One JSON object per line; a line that is none is Skipped. A string is a text without a title.

    >>> document = Document.of("a.jsonl", b'{"title": "Cats"}\\n"Dogs bark."\\noops\\n')
    >>> [getattr(item, "content", item) for item in read_jsonlines(document, Columns())]
    ['Cats', 'Dogs bark.', Skipped(where='a.jsonl, row 3', reason='line is no JSON: Expecting value at character 1')]
    """
    return _read(document, columns, _parsed_lines(document), "line")


def read_json(document: Document, columns: Columns) -> Items:
    """A JSON file: an array of objects or strings, JSON Lines, or one object.

    >>> [text.content for text in read_json(Document.of("a.json", b'[{"text": "Cats"}, "Dogs"]'), Columns())]
    ['Cats', 'Dogs']
    """
    if not document.head().lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"["):
        first = islice((line for _, line in document.lines() if line.strip()), LINES_TRIED)
        if any(isinstance(_parsed(line), dict) for line in first):
            return read_jsonlines(document, columns)
    whole = _parsed(document.text())
    if isinstance(whole, Skipped):
        raise BadSource(
            f"{document.name} is no JSON: {whole.reason.removeprefix('line is no JSON: ')}; mend it or write it anew"
        )
    return _read(document, columns, enumerate(whole if isinstance(whole, list) else [whole], start=1), "item")


def read_items(name: str, items: Iterable[Any], columns: Columns) -> Items:
    """Items that are already Python values: Text, str, or mappings from column to value."""
    rows = Rows(name, columns)
    for number, item in enumerate(items, start=1):
        yield item if isinstance(item, Text) else _text(item, rows, f"{name}, item {number}")
    if rows.seen:
        rows.check()


def _read(document: Document, columns: Columns, values: Iterable[tuple[int, Any]], unit: str) -> Items:
    rows = Rows(document.name, columns)
    place = "row" if unit == "line" else unit
    anything = number = 0
    for number, value in values:
        item = value if isinstance(value, Skipped) else _text(value, rows, "")
        if isinstance(item, Skipped):
            yield Skipped(f"{document.name}, {place} {number}", item.reason)
        else:
            anything = number
            yield item
    if rows.seen:
        rows.check()
    elif number and not anything:
        raise BadSource(
            f'{document.name} holds no JSON object; expected one per {unit}, such as {{"title": …, "text": …}}'
        )


def _text(value: Any, rows: Rows, where: str) -> Text | Skipped:
    if isinstance(value, Mapping):
        # a data frame's names may be numbers
        return rows.text({str(key): kept for key, kept in value.items()}, where)
    if isinstance(value, str):
        body = clean(value).strip()
        return Text.of(body, source=rows.name) if body else Skipped(where, "text is empty")
    return Skipped(
        where, f"expected an object or a string, got {KINDS.get(type(value), type(value).__name__)}"
    )


def _parsed_lines(document: Document) -> Iterator[tuple[int, Any]]:
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
