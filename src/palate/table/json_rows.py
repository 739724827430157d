"""JSON Lines, JSON arrays and objects that hold one -> rows, one per object or string."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from palate.document.reader import DocumentReader
from palate.errors import BadSource
from palate.table.row import Row, Rows

N_LINES_TRIED = 5  # one object alone on a line tells JSON Lines from an object that is spread over lines
ARRAY_NAMES = ("data", "records", "items", "results", "rows", "texts", "articles", "papers", "entries")
TYPE_NAMES = {
    list: "a list",
    bool: "true or false",
    int: "a number",
    float: "a number",
    type(None): "null",
}


class _Broken(str):
    """Why a value could not be parsed, in where of the value."""


def read_json(document: DocumentReader, *, lines: bool = False) -> Rows:
    """Reads one value per line, the items of an array, those of an array that is one field of an object, or
    values that follow each other. An object is a row; a string is one with the cell "text".

    A name that an object has again is called "doi.2". lines: take it for JSON Lines even where its first line
    is broken. Raises BadSource for JSON that is broken and not in lines.

    >>> document = DocumentReader.from_bytes("a.jsonl", b'{"title": "Cats"}\\n"Dogs bark."\\noops\\n')
    >>> for row in read_json(document):
    ...     print(row.where, row.problem or row.cells)
    a.jsonl, row 1 {'title': 'Cats'}
    a.jsonl, row 2 {'text': 'Dogs bark.'}
    a.jsonl, row 3 line is no JSON: Expecting value at character 1
    """
    first = list(islice((line for _, line in document.lines() if line.strip()), N_LINES_TRIED))
    if _has_lines(first, lines):
        return Rows((), _rows(document.name, "row", _parsed_lines(document)))
    return Rows((), _rows(document.name, "item", enumerate(_items(document), start=1)))


def _has_lines(first: list[str], wanted: bool) -> bool:
    """Whether these lines are of JSON Lines: the first is complete and more follow, or those that follow it
    are objects of their own.
    """
    if not first:
        return wanted
    value, end = _parsed(first[0])
    if not isinstance(value, _Broken):
        return len(first) > 1 or wanted
    is_array = first[0].lstrip().startswith("[")
    if end >= len(first[0].rstrip()) and (is_array or not wanted):
        return not is_array and any(_is_object(line) for line in first[1:])
    return wanted or any(map(_is_object, first))


def _is_object(line: str) -> bool:
    return line.startswith("{") and isinstance(_parsed(line)[0], dict)


def _rows(name: str, unit: str, values: Iterable[tuple[int, Any]]) -> Iterator[Row]:
    for number, value in values:
        where = f"{name}, {unit} {number}"
        if isinstance(value, _Broken):
            yield Row(where, {}, f"line is no JSON: {value}")
        elif isinstance(value, dict):
            yield Row(where, value)
        elif isinstance(value, str):
            yield Row(where, {"text": value})
        else:
            yield Row(where, {}, f"expected an object or a string, got {TYPE_NAMES[type(value)]}")


def _parsed_lines(document: DocumentReader) -> Iterator[tuple[int, Any]]:
    for number, line in document.lines():
        if not line.strip():
            continue
        value, _ = _parsed(line.rstrip())
        if isinstance(value, _Broken) and value.startswith("Extra data"):
            for one in _values(line):
                yield number, one
        else:
            yield number, value


def _items(document: DocumentReader) -> Iterator[Any]:
    """The rows of a document that is read as a whole."""
    values = list(_values(document.text()))
    for value in values:
        if isinstance(value, _Broken):
            raise BadSource(f"{document.name} is no JSON: {value}; mend it or write it anew")
    if len(values) == 1 and isinstance(values[0], dict):
        values = [_array_of(values[0])]
    for value in values:
        if isinstance(value, list):
            yield from value
        else:
            yield value


def _array_of(value: dict[str, Any]) -> Any:
    """The array of objects that an object is made to hold, under a usual name or as its only one; else the
    object itself.
    """
    arrays = {
        name: items
        for name, items in value.items()
        if isinstance(items, list) and items and all(isinstance(item, dict) for item in items)
    }
    named = next((arrays[name] for name in ARRAY_NAMES if name in arrays), None)
    if named is not None:
        return named
    others = [item for name, item in value.items() if name not in arrays]
    is_wrapper = len(arrays) == 1 and not any(isinstance(item, str) and len(item) > 100 for item in others)
    return next(iter(arrays.values())) if is_wrapper else value


def _values(text: str) -> Iterator[Any]:
    """Values that follow each other; the last is _Broken where one cannot be parsed."""
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        value, at = _parsed(text, at)
        yield value
        if isinstance(value, _Broken):
            return


def _parsed(text: str, at: int | None = None) -> tuple[Any, int]:
    """The value and where it ends: all of the text, or the first one from a position on."""
    try:
        return (DECODER.decode(text), len(text)) if at is None else DECODER.raw_decode(text, at)
    except json.JSONDecodeError as error:
        where = f"character {error.pos + 1}" if error.lineno == 1 else f"line {error.lineno}"
        is_comma_last = text[: error.pos].rstrip().endswith(",") and text[error.pos : error.pos + 1] in (
            "]",
            "}",
        )
        reason = "a comma stands before the closing bracket" if is_comma_last else error.msg
        return _Broken(f"{reason} at {where}"), error.pos
    except ValueError as error:  # a number of more than 4300 digits
        return _Broken(str(error)), 0
    except RecursionError:
        return _Broken("it is nested too deep"), 0


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    cells = dict(pairs)
    if len(cells) == len(pairs):
        return cells
    cells = {}
    for name, value in pairs:
        n, free = 1, name
        while free in cells:
            n += 1
            free = f"{name}.{n}"
        cells[free] = value
    return cells


# strict would refuse a tab inside a string
DECODER = json.JSONDecoder(strict=False, object_pairs_hook=_object)
