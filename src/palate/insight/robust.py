"""Robust scores: how unusual a number is among others, whatever their unit and however odd a few of them
are."""

import numpy as np

from palate.parts import Vector

NORMAL = 1.4826  # by which the median deviation of normal numbers is their standard deviation
NINE_TENTHS = 1.2816  # standard deviations below which nine tenths of normal numbers lie


def robust_z(values: Vector) -> Vector:
    """Returns (n,) how many standard deviations each number lies above the median; 0 where all are alike.

    The deviation is told from the half of the numbers nearest to the median, where those differ; above it
    from the nine tenths below the highest where that is more, so that a long tail is not all unusual.
    Source: Iglewicz and Hoaglin (1993), the modified z-score.

    >>> robust_z(np.array([0.0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 100])).round(1)[[0, 5, 11]].tolist()
    [-1.2, -0.1, 21.2]
    """
    if not len(values):
        return np.zeros(0)
    offsets = np.asarray(values, np.float64) - np.median(values)
    spread = NORMAL * float(np.median(np.abs(offsets)))
    if spread < 1e-12:
        spread = float(offsets.std())
    if spread < 1e-12:
        return np.zeros(len(values))
    above = max(spread, float(np.quantile(offsets, 0.9)) / NINE_TENTHS)
    return offsets / np.where(offsets > 0, above, spread)
