"""Scales: whether columns of numbers can be compared as they stand, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from palate.insight.column_summary import ColumnSummary

MAX_RATIO = 10.0  # of the largest to the smallest spread of columns that share a scale
HEAVY_SKEW = 2.0  # from which one end drowns the rest
FAR_OUT = 10.0  # quartile ranges from the middle half at which a number is an outlier for sure
Advice = Literal["standardise", "log, then standardise", "robust", "keep"]

REASONS: dict[Advice, str] = {
    "standardise": "take off the mean and divide by the standard deviation",
    "log, then standardise": "take log(1 + x) first: a few large numbers make up most of the spread",
    "robust": "take off the median and divide by the quartile range: a few far numbers spoil mean and sd",
    "keep": "it is on the common scale",
}


@dataclass(frozen=True)
class ColumnScale:
    """The spread (standard deviation) of a column, and what to do before columns are compared."""

    name: str
    mean: float
    sd: float
    advice: Advice


@dataclass(frozen=True)
class Scales:
    """The scales of all columns of numbers that vary. ratio: of the largest spread to the smallest."""

    columns: tuple[ColumnScale, ...]
    ratio: float

    @property
    def shared(self) -> bool:
        """Whether the columns are on one scale."""
        return self.ratio <= MAX_RATIO


def compare_scales(columns: Sequence[ColumnSummary]) -> Scales | None:
    """Compares the columns of numbers that vary; None where there are fewer than two of them.

    Distances, k-means, penalised regression and neural networks need one scale; trees do not.

    >>> import numpy as np
    >>> from palate.insight.column import Column
    >>> from palate.insight.column_summary import summarise_column
    >>> def column(name, numbers):
    ...     cells = Column(name, "number", numbers, {"number": 3}, np.array(numbers))
    ...     return summarise_column(cells, ["1", "2", "3"])
    >>> scales = compare_scales([column("year", [2001.0, 2002.0, 2003.0]), column("price", [1.0, 500.0, 900.0])])
    >>> scales.shared, round(scales.ratio), [column.advice for column in scales.columns]
    (False, 450, ['standardise', 'standardise'])
    """
    varying = [
        (column.name, column.numbers)
        for column in columns
        if column.kind == "number" and column.numbers and column.numbers.sd > 0
    ]
    if len(varying) < 2:
        return None
    spreads = [numbers.sd for _, numbers in varying]
    ratio = max(spreads) / min(spreads)
    shared = ratio <= MAX_RATIO
    scales = []
    for name, numbers in varying:
        advice: Advice = "keep" if shared else "standardise"
        if numbers.low >= 0 and numbers.skew > HEAVY_SKEW and numbers.high > 10 * max(numbers.median, 1.0):
            advice = "log, then standardise"
        elif max(numbers.high - numbers.quantiles[5], numbers.quantiles[3] - numbers.low) > (
            FAR_OUT * numbers.quartile_range
        ) and numbers.quartile_range > 0:
            advice = "robust"
        scales.append(ColumnScale(name, numbers.mean, numbers.sd, advice))
    return Scales(tuple(scales), ratio)
