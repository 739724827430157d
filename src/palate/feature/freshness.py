"""Freshness: how new a text is."""

from typing import Self

import numpy as np

from palate.parts import Matrix, Vector

HALF_LIVES = (1.0, 7.0, 30.0)  # days: today's news, this week's, this month's


class Freshness:
    """Three columns that halve in a day, a week and a month, against the corpus they come from.

    Use it for streams, where some readers want what is new and others what has stood. Three half-lives let a
    linear taste draw any smooth curve of age. A text without a date is average in all columns. Time is an
    argument: ages are counted from one now, that of the ranking or of the judgement, so equal calls give
    equal features. Costs O(n).

    ages: (n,) in days of the corpus, NaN for no date; what lies in the future counts as new. It centres and
    scales: each column that varies brings the same share of a mean squared row length of 1.
    Source: the exponential prior on age of Li and Croft, Time-based language models (CIKM 2003), at three
    rates.

    >>> ages = np.array([0.0, 2.0, 400.0, np.nan])
    >>> Freshness.fit(ages).transform(ages).astype(float).round(1).tolist()
    [[0.9, 0.6, 0.5], [-0.3, 0.3, 0.4], [-0.7, -0.9, -0.9], [0.0, 0.0, 0.0]]
    """

    def __init__(self, mean: Vector, scale: Vector) -> None:
        self.mean, self.scale = mean, scale  # (3,) each

    @classmethod
    def fit(cls, ages: Vector) -> Self:
        """Returns what centres and scales the columns of a corpus with (n,) ages in days, NaN for no date."""
        decayed = _decayed(ages)
        dated = decayed[~np.isnan(ages)]
        mean: Vector = dated.mean(axis=0) if len(dated) else np.zeros(len(HALF_LIVES))
        squares = np.where(np.isnan(ages)[:, None], 0, (decayed - mean) ** 2)
        spread = squares.mean(axis=0) if len(ages) else np.zeros(len(HALF_LIVES))
        varies = spread > 1e-12  # of texts that are all old, columns of rounding errors would be left
        return cls(
            mean, np.where(varies, 1 / np.sqrt(np.where(varies, spread, 1) * max(varies.sum(), 1)), 0.0)
        )

    def transform(self, ages: Vector) -> Matrix:
        """(n, 3) float32 of ages (n,) in days; zeros where an age is NaN."""
        return np.nan_to_num((_decayed(ages) - self.mean) * self.scale).astype(np.float32)


def _decayed(ages: Vector) -> Matrix:
    """(n, 3) in [0, 1], 1 for a text of now; NaN where the age is."""
    return np.asarray(0.5 ** (np.maximum(ages, 0)[:, None] / np.array(HALF_LIVES)))
