"""Cells as a table holds them -> a column that knows what it holds: numbers, dates, classes, texts, ids."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np

from palate.insight.column import Column, Kind
from palate.source.column_names import field_of
from palate.table.cells import is_missing
from palate.table.dates import read_date

PURE = 0.95  # share of the cells that must be numbers, or dates, for the column to be so
MIXED = 0.05  # share from which the cells of a second kind make a column mixed
SAMPLED_FOR_DATES = 100  # different values, of which half must be dates for all to be tried
MAX_CLASSES = 50  # different values of classes, or a twentieth of the rows
MAX_CLASS_CHARACTERS = 60
MAX_ID_CHARACTERS = 80
MAX_WORD_CHARACTERS = 40  # of a number, a flag or a word for nothing
NUMBER_STARTS = frozenset("0123456789-+.")
FLAG_WORDS = frozenset(("true", "false", "yes", "no"))
TEXT_FIELDS = ("title", "text")  # of `field_of`
ID_FIELDS = ("id", "record", "key", "url", "doi", "pmid", "pmcid", "arxiv", "wos")


def read_column(name: str, cells: Sequence[Any]) -> Column:
    """Returns the column. Each different value is looked at once.

    >>> read_column("year", ["2001", "2002", "N/A", "inf"]).numbers.tolist()
    [2001.0, 2002.0, nan, inf]
    >>> [read_column("x", cells).kind for cells in (["1", "two"], ["", None], ["2020-01-02"])]
    ['mixed', 'empty', 'date']
    """
    plain = [cell if type(cell) in (str, int, float) else _hashable(cell) for cell in cells]
    counts = Counter(plain)
    kinds = {value: _kind_of(value) for value in counts}
    dates = _dates(value for value, kind in kinds.items() if kind in ("text", "date"))
    kinds.update(dict.fromkeys(dates, "date"))
    missing = {value for value, kind in kinds.items() if kind == "missing"}
    if missing:
        plain = [None if value in missing else value for value in plain]
        counts = Counter({value: n for value, n in counts.items() if value not in missing})
    totals: Counter[str] = Counter()
    for value, n in counts.items():
        totals[kinds[value]] += n
    kind = _column_kind(name, totals, list(counts))
    numbers = moments = None
    if kind == "number":
        of_value = {value: float(value) for value in counts if kinds[value] == "number"}
        numbers = np.array([of_value.get(value, math.nan) for value in plain], np.float64)
    elif kind == "date":
        moments = np.array([dates.get(value, math.nan) for value in plain], np.float64)
    return Column(name, kind, plain, dict(totals.most_common()), counts, numbers, moments)


def _hashable(cell: Any) -> Any:
    """Returns a cell of another kind as one that can be compared and counted."""
    if cell is None or isinstance(cell, bool | date):
        return cell
    if isinstance(cell, list | tuple | set) and all(isinstance(part, str | int | float) for part in cell):
        return _List(", ".join(map(str, cell)))
    if hasattr(cell, "item") and getattr(cell, "ndim", None) == 0:  # numpy's numbers
        return cell.item()
    if hasattr(cell, "tolist"):
        return _hashable(cell.tolist())
    return _List(json.dumps(cell, ensure_ascii=False, default=str, sort_keys=True))


class _List(str):
    """A list or an object, written as text."""


def _kind_of(value: Any) -> str:
    if type(value) is str:
        if len(value) > MAX_WORD_CHARACTERS:
            return "text"
        if value[:1] in NUMBER_STARTS and _is_number(value):
            return "number"
        if value.strip().lower() in FLAG_WORDS:
            return "flag"
        return "missing" if is_missing(value) else "number" if _is_number(value) else "text"
    if isinstance(value, _List):
        return "list"
    if is_missing(value):
        return "missing"
    if isinstance(value, bool):
        return "flag"
    return "date" if isinstance(value, date) else "number"


def _is_number(value: str) -> bool:
    if "_" in value:  # Python reads 1_000
        return False
    try:
        float(value)
    except ValueError:
        return False
    return True


def _dates(values: Iterable[Any]) -> dict[Any, float]:
    """Returns the moments of those values that are dates; of none where few of the first are."""
    values = list(values)
    found: dict[Any, float] = {}
    for tried, value in enumerate(values, 1):
        moment = read_date(value)
        if moment is not None:
            found[value] = moment.timestamp()
        if tried == SAMPLED_FOR_DATES and 2 * len(found) < tried:
            return {}
    return found if 2 * len(found) >= len(values) else {}


def _column_kind(name: str, totals: Counter[str], values: Sequence[Any]) -> Kind:
    n = totals.total()
    if not n:
        return "empty"
    meant = field_of(name)
    is_unique = len(values) == n
    if totals["number"] >= PURE * n:
        numbers = [value for value in values if not isinstance(value, str) or _is_number(value)]
        is_id = is_unique and (meant in ID_FIELDS or name.lower().endswith("id") or _counts_rows(numbers))
        return "id" if is_id and n > 1 else "number"
    if totals["date"] >= PURE * n:
        return "date"
    longest, blanks = max(len(str(value)) for value in values), any(" " in str(value) for value in values)
    if meant in TEXT_FIELDS and (len(values) > n // 20 or longest > MAX_CLASS_CHARACTERS):
        return "text"
    if totals["number"] >= MIXED * n or totals["date"] >= MIXED * n:
        return "id" if is_unique and meant in ID_FIELDS else "mixed"
    if is_unique and n > 1 and longest <= MAX_ID_CHARACTERS and not blanks:
        return "id"
    if meant in ID_FIELDS and longest <= 10 * MAX_ID_CHARACTERS:
        return "id"
    if (
        len(values) <= max(MAX_CLASSES, n // 20)
        and longest <= MAX_CLASS_CHARACTERS
        and not (is_unique and blanks)
    ):
        return "category"
    return "text"


def _counts_rows(numbers: Sequence[Any]) -> bool:
    """Tells whether numbers only count the rows: 0, 1, 2, …"""
    floats = [float(number) for number in numbers]
    return len(floats) > 2 and all(later - before == 1 for before, later in pairwise(floats))
