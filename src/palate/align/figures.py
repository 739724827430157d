"""Figures of an alignment: what drafts gained over those of the base, prompt by prompt, and what it cost.

p prompts, m drafts of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import t

from palate.parts import Matrix, Vector

CONFIDENCE = 0.95
Array = np.ndarray[Any, np.dtype[np.float64]]


class Gain(NamedTuple):
    """A mean paired gain and its 95 % interval, in the rater's own sd within a prompt."""

    mean: float
    low: float
    high: float


def within_sd(ratings: Matrix) -> float:
    """Returns the sd of ratings (p, m) within a prompt, pooled over prompts.

    >>> round(within_sd(np.array([[0.0, 2.0], [10.0, 12.0]])), 3)
    1.414
    """
    return float(np.sqrt(np.mean(np.var(ratings, axis=1, ddof=1)))) if ratings.shape[1] > 1 else 0.0


def gains_of(after: Matrix, before: Matrix) -> Vector:
    """Returns (p,) the gains of each prompt's mean rating, in sds of `before` within a prompt. after: (p, k),
    before: (p, m), m at least 2.
    """
    scale = within_sd(before) or 1.0
    return np.asarray((after.mean(axis=1) - before.mean(axis=1)) / scale)


def interval_of(gains: Vector) -> Gain:
    """Returns the mean of paired gains with its interval by Student's t over prompts.

    >>> interval_of(np.array([0.5, 0.7, 0.6, 0.6])).low > 0.4
    True
    """
    mean, error = float(gains.mean()), float(gains.std(ddof=1) / np.sqrt(len(gains)))
    half = float(t.ppf(0.5 + CONFIDENCE / 2, len(gains) - 1)) * error
    return Gain(mean, mean - half, mean + half)


def distinct(texts: Sequence[str], n: int = 2) -> float:
    """Returns the share of different word n-grams in all texts together.

    Source: Li et al., A diversity-promoting objective function for neural conversation models (2016).

    >>> distinct(["a b a b"])
    0.6666666666666666
    """
    grams = [
        tuple(words[index : index + n])
        for words in (text.lower().split() for text in texts)
        for index in range(len(words) - n + 1)
    ]
    return len(set(grams)) / len(grams) if grams else 1.0
