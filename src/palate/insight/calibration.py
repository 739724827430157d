"""Calibration: whether what was predicted of likes came as often as was said.

t judgements, each with the predicted chance of a like and what came, from 0 (dislike) to 1 (like).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from palate.insight.interval import liked_share
from palate.parts import Vector

BINS = 10  # of the predicted chance, equal in width
CHANCE_DRAWS = 400


class ReliabilityBin(NamedTuple):
    """The judgements whose predicted chance lies in a tenth: their count, the mean of what was predicted, and
    the mean of what came with a 95 % interval."""

    n: int
    predicted: float
    came: float
    low: float
    high: float


def reliability_bins(predicted: Vector, came: Vector, bins: int = BINS) -> list[ReliabilityBin]:
    """Returns the bins that have judgements, lowest first. predicted, came: (t,) in [0, 1].

    >>> bins = reliability_bins(np.array([0.11, 0.19, 0.9]), np.array([0.0, 1.0, 1.0]))
    >>> [(one.n, round(one.predicted, 2), one.came) for one in bins]
    [(2, 0.15, 0.5), (1, 0.9, 1.0)]
    """
    bin_of = _bins_of(predicted, bins)
    found = []
    for number in np.unique(bin_of):
        inside = bin_of == number
        n, likes = int(inside.sum()), float(came[inside].sum())
        _, low, high = liked_share(likes, n - likes)
        found.append(ReliabilityBin(n, float(predicted[inside].mean()), likes / n, low, high))
    return found


def expected_calibration_error(bins: Sequence[ReliabilityBin]) -> float:
    """Returns the mean distance of what was predicted from what came, bins weighted by their judgements.

    Source: Naeini, Cooper and Hauskrecht, Obtaining well calibrated probabilities (AAAI 2015), for the
    chance of a like in place of the confidence in a class.

    >>> expected_calibration_error([ReliabilityBin(3, 0.2, 0.5, 0, 1), ReliabilityBin(1, 0.9, 1.0, 0, 1)])
    0.25
    """
    total = sum(one.n for one in bins)
    return round(sum(one.n * abs(one.predicted - one.came) for one in bins) / total, 12)


def error_by_chance(predicted: Vector, *, seed: int, bins: int = BINS) -> tuple[float, float]:
    """Returns the calibration error that perfect predictions would show with as few judgements: the mean of
    400 draws, and what 95 in 100 of them stay below.

    Use it beside `expected_calibration_error`, which is never 0: a handful in a bin is off by chance alone.
    """
    rng = np.random.default_rng(seed)
    draws = rng.random((CHANCE_DRAWS, len(predicted))) < predicted
    bin_of = _bins_of(predicted, bins)
    gaps = np.stack([(draws - predicted)[:, bin_of == number].sum(axis=1) for number in np.unique(bin_of)])
    errors = np.abs(gaps).sum(axis=0) / len(predicted)
    return float(errors.mean()), float(np.quantile(errors, 0.95))


def _bins_of(predicted: Vector, bins: int) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    return np.minimum((predicted * bins).astype(np.intp), bins - 1)
