"""Numbers of a column in brief: mean, spread, quantiles, skew, and a histogram."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from palate.features import Vector

QUANTILES = (0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0)
BINS = 24
TRIMMED = 0.005  # share at each end that a histogram counts into its outer bins
MIN_SPREAD = 1e-12  # of the largest number: what is below is rounding


@dataclass(frozen=True)
class Histogram:
    """Counts of b bins of equal width between low and high; what lies outside is in the first and last."""

    low: float
    high: float
    counts: tuple[int, ...]


@dataclass(frozen=True)
class NumberSummary:
    """Finite numbers in brief.

    count: of the finite. quantiles: at QUANTILES, the least and the largest included. sd: of the sample
    (n - 1), 0 for one number. skew: the third standardised moment; 0 where there is no spread. infinite,
    zeros: how many there are. is_whole: all are whole numbers.
    """

    count: int
    mean: float
    sd: float
    skew: float
    quantiles: tuple[float, ...]
    infinite: int
    zeros: int
    is_whole: bool
    histogram: Histogram

    @property
    def low(self) -> float:
        return self.quantiles[0]

    @property
    def median(self) -> float:
        return self.quantiles[4]

    @property
    def high(self) -> float:
        return self.quantiles[-1]

    @property
    def spreads(self) -> bool:
        """Whether the numbers differ by more than rounding."""
        return self.high - self.low > MIN_SPREAD * max(abs(self.low), abs(self.high))


def summarise_numbers(numbers: Vector) -> NumberSummary | None:
    """Returns (n,) numbers in brief; None where none is finite. NaN is missing.

    >>> summary = summarise_numbers(np.array([1.0, 2.0, 3.0, 6.0, np.nan, np.inf]))
    >>> summary.count, summary.mean, round(summary.sd, 2), summary.median, summary.infinite
    (4, 3.0, 2.16, 2.5, 1)
    """
    finite = numbers[np.isfinite(numbers)]
    n = len(finite)
    if not n:
        return None
    quantiles = tuple(np.quantile(finite, QUANTILES).tolist())
    # scaled first, so that squares of very large numbers stay finite
    scale = max(abs(quantiles[0]), abs(quantiles[-1])) or 1.0
    scaled = finite / scale
    mean = float(scaled.mean())
    away = scaled - mean
    variance = float(away @ away) / n
    has_spread = quantiles[-1] - quantiles[0] > MIN_SPREAD * scale
    return NumberSummary(
        count=n,
        mean=mean * scale,
        sd=float(np.sqrt(variance * n / (n - 1))) * scale if has_spread else 0.0,
        skew=float(np.mean(away**3) / variance**1.5) if has_spread else 0.0,
        quantiles=quantiles,
        infinite=int(np.isinf(numbers).sum()),
        zeros=int((finite == 0).sum()),
        is_whole=bool((finite == np.floor(finite)).all()),
        histogram=histogram(finite),
    )


def histogram(numbers: Vector, bins: int = BINS) -> Histogram:
    """Returns the histogram of (n,) finite numbers, n at least 1.

    Its range leaves out the outermost half per cent at each end, which one far number would make a single bar
    of; whole numbers in a narrow range get a bin each.

    >>> histogram(np.array([1.0, 2.0, 2.0, 3.0])).counts
    (1, 2, 1)
    """
    low, high = (float(end) for end in np.quantile(numbers, [TRIMMED, 1 - TRIMMED]))
    if not np.isfinite(high - low):
        return Histogram(low, high, (len(numbers),))
    if high - low < bins and (numbers == np.floor(numbers)).all():
        low, high = np.floor(low) - 0.5, np.ceil(high) + 0.5
        bins = round(high - low)
    if high <= low:
        return Histogram(low, high, (len(numbers),))
    positions = np.clip((numbers - low) / (high - low) * bins, 0, bins - 1).astype(np.int64)
    return Histogram(float(low), float(high), tuple(np.bincount(positions, minlength=bins).tolist()))
