"""Scales: whether columns of numbers can be compared as they stand, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log1p
from typing import Literal

from palate.insight.column_numbers import NumberSummary
from palate.insight.column_summary import ColumnSummary

MAX_RATIO = 10.0  # of the largest to the smallest spread of columns that share a scale
HEAVY_SKEW = 2.0  # from which one end drowns the rest
FAR_OUT = 10.0  # quartile ranges from the middle half at which a number is an outlier for sure
Advice = Literal["keep", "standardise", "robust", "log"]

REASONS: dict[Advice, str] = {
    "keep": "it is on the common scale",
    "standardise": "take off the mean, then divide by the standard deviation",
    "robust": "take off the median, then divide by the quartile range: a few far numbers spoil the mean",
    "log": "take log(1 + x), then as robust: a few large numbers make up most of the spread",
}


@dataclass(frozen=True)
class ColumnScale:
    """The spread of a column, and what to do before columns are compared.

    spread: the width of the middle nine tenths; the standard deviation where these are all one number.
    """

    name: str
    spread: float
    advice: Advice
    center: float
    width: float

    def scaled(self, number: float) -> float:
        """Returns a number on the common scale.

        >>> ColumnScale("x", 3.0, "standardise", 10.0, 2.0).scaled(14.0)
        2.0
        """
        return ((log1p(number) if self.advice == "log" else number) - self.center) / self.width


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
    ...     cells = Column(name, "number", numbers, {}, dict.fromkeys(numbers, 1), np.array(numbers))
    ...     return summarise_column(cells, ["1", "2", "3"])
    >>> scales = compare_scales([column("year", [1.0, 2.0, 3.0]), column("price", [1.0, 500.0, 900.0])])
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
    spreads = [_spread(numbers) for _, numbers in varying]
    ratio = max(spreads) / min(spreads)
    scales = [
        ColumnScale(name, spread, *_advised(numbers, shared=ratio <= MAX_RATIO))
        for (name, numbers), spread in zip(varying, spreads, strict=True)
    ]
    return Scales(tuple(scales), ratio)


def _spread(numbers: NumberSummary) -> float:
    return numbers.quantiles[6] - numbers.quantiles[2] or numbers.sd


def _advised(numbers: NumberSummary, *, shared: bool) -> tuple[Advice, float, float]:
    """Returns what to do with a column, and the center and width to do it by."""
    low, quarter, median, three_quarters, high = (numbers.quantiles[at] for at in (0, 3, 4, 5, 8))
    width = three_quarters - quarter
    if low >= 0 and numbers.skew > HEAVY_SKEW and high > 10 * max(median, 1.0):
        log_width = log1p(three_quarters) - log1p(quarter)  # quantiles of logs are logs of quantiles
        return "log", log1p(median), log_width or log1p(high) - log1p(low)
    if width > 0 and max(high - three_quarters, quarter - low) > FAR_OUT * width:
        return "robust", median, width
    return ("keep", 0.0, 1.0) if shared else ("standardise", numbers.mean, numbers.sd)
