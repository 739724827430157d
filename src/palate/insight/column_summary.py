"""Column in brief: counts, numbers, dates, the commonest values, the shortest and the longest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import nlargest
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from palate.insight.column import Column, Kind
from palate.insight.column_numbers import NumberSummary, summarise_numbers

if TYPE_CHECKING:
    from palate.features import Vector

N_COMMON = 10  # values that are named
MAX_SHOWN = 80  # characters of a value that is named


class Extreme(NamedTuple):
    """The shortest or longest cell: how many characters it has, how it begins, and where it stands."""

    length: int
    value: str
    where: str


@dataclass(frozen=True)
class ColumnSummary:
    """One column in brief.

    count: cells that say something; missing: those that do not. unique: different values among the former.
    common: the commonest values with their counts, first met first among equals. numbers: of a column of
    numbers; shortest, longest, mean_length (characters): of others. first, last: of a column of dates.
    """

    name: str
    kind: Kind
    count: int
    missing: int
    unique: int
    kinds: Mapping[str, int]
    common: tuple[tuple[str, int], ...]
    numbers: NumberSummary | None = None
    mean_length: float = 0.0
    shortest: Extreme | None = None
    longest: Extreme | None = None
    first: datetime | None = None
    last: datetime | None = None

    @property
    def missing_share(self) -> float:
        """The share of all cells that are missing, 0 to 1."""
        return self.missing / ((self.count + self.missing) or 1)

    def shape(self) -> dict[str, Any]:
        """The summary as a JSON object."""
        numbers = self.numbers
        return {
            "name": self.name,
            "kind": self.kind,
            "count": self.count,
            "missing": self.missing,
            "unique": self.unique,
            "kinds": dict(self.kinds),
            "common": [{"value": value, "count": count} for value, count in self.common],
            "numbers": numbers and number_shape(numbers),
            "mean_length": self.mean_length,
            "shortest": self.shortest and self.shortest._asdict(),
            "longest": self.longest and self.longest._asdict(),
            "first": self.first and self.first.isoformat(),
            "last": self.last and self.last.isoformat(),
        }


def summarise_column(column: Column, wheres: Sequence[str]) -> ColumnSummary:
    """Returns a column in brief. wheres: (n,) where each row stands, as a person finds it.

    >>> from palate.insight.column import Column
    >>> counts = {"red": 2, "blue": 1}
    >>> column = Column("colour", "category", ["red", None, "red", "blue"], {"text": 3}, counts)
    >>> summary = summarise_column(column, ["a", "b", "c", "d"])
    >>> summary.count, summary.missing, summary.unique, summary.common, summary.longest
    (3, 1, 2, (('red', 2), ('blue', 1)), Extreme(length=4, value='blue', where='d'))
    """
    counts = column.counts
    largest = nlargest(N_COMMON, counts.items(), key=itemgetter(1))
    common = tuple((shown(value), n) for value, n in largest if n > 1 or len(counts) <= N_COMMON)
    count = sum(counts.values())
    numbers = None if column.numbers is None else summarise_numbers(column.numbers)
    mean, shortest, longest = (0.0, None, None) if numbers else _extremes(column.cells, wheres)
    first, last = _ends(column.moments)
    return ColumnSummary(
        name=column.name,
        kind=column.kind,
        count=count,
        missing=len(column) - count,
        unique=len(counts),
        kinds=dict(column.kinds),
        common=common,
        numbers=numbers,
        mean_length=mean,
        shortest=shortest,
        longest=longest,
        first=first,
        last=last,
    )


def shown(value: Any) -> str:
    """Returns how a value begins, on one line.

    >>> shown("two\\n cats")
    'two cats'
    """
    line = " ".join(str(value)[: 2 * MAX_SHOWN].split())
    return line if len(line) <= MAX_SHOWN else line[: MAX_SHOWN - 1] + "…"


def _extremes(cells: Sequence[Any], wheres: Sequence[str]) -> tuple[float, Extreme | None, Extreme | None]:
    """Returns the mean length and the two ends; of equals the first."""
    lengths = np.array([-1 if cell is None else len(str(cell)) for cell in cells], np.int64)
    filled = np.flatnonzero(lengths >= 0)
    if not len(filled):
        return 0.0, None, None
    ends = (filled[lengths[filled].argmin()], filled[lengths[filled].argmax()])
    shortest, longest = (Extreme(int(lengths[i]), shown(cells[i]), wheres[i]) for i in ends)
    return float(lengths[filled].mean()), shortest, longest


def _ends(moments: Vector | None) -> tuple[datetime | None, datetime | None]:
    if moments is None or np.isnan(moments).all():
        return None, None
    first, last = (datetime.fromtimestamp(float(end(moments)), UTC) for end in (np.nanmin, np.nanmax))
    return first, last


def number_shape(numbers: NumberSummary) -> dict[str, Any]:
    """Returns numbers in brief as a JSON object."""
    names = ("min", "p1", "p5", "p25", "p50", "p75", "p95", "p99", "max")
    return {
        "mean": numbers.mean,
        "sd": numbers.sd,
        "skew": numbers.skew,
        **dict(zip(names, numbers.quantiles, strict=True)),
        "zeros": numbers.zeros,
        "infinite": numbers.infinite,
        "histogram": {
            "low": numbers.histogram.low,
            "high": numbers.histogram.high,
            "counts": list(numbers.histogram.counts),
        },
    }
