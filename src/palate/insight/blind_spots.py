"""Blind spots: regions of like texts of which none was judged and the values are doubtful.

n texts, d dims.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from palate.parts import Matrix, Vector

Flags = np.ndarray[tuple[int], np.dtype[np.bool]]
EXPECTED = 3  # judgements that a region would hold, had they been spread evenly
MIN_TEXTS = 10  # of a region
MAX_SHARE = 0.1  # of all texts, that a region spans about
MAX_NAMED_BEFORE = 0.5  # of a region, in those that were named before
ROUNDING = 1 - 1e-5  # of means in float32
EXAMPLES = 3  # texts of each region to ask about
RADIUS_TEXTS = 500  # of which the radius is taken
TEXTS_AT_ONCE = 512  # whose cosines to all others are in memory


class BlindSpot(NamedTuple):
    """A region without a judgement: a text and those within the radius of it. centre: its index. size: texts.
    doubt: their mean standard deviation. chance: how likely judgements that are spread evenly over all texts
    miss it. texts: indices of those nearest the centre, itself first, to ask about."""

    centre: int
    size: int
    doubt: float
    chance: float
    texts: tuple[int, ...]


def blind_spots(vectors: Matrix, judged: Flags, doubts: Vector, *, limit: int) -> list[BlindSpot]:
    """Returns at most limit regions of at least ten texts, none of them judged, where most is unknown first.

    vectors: (n, d), of length 1 or 0. judged: (n,). doubts: (n,) standard deviations of the values.

    The radius is such that the region of the middle text holds three judgements, had they been spread evenly;
    so a region that holds none is one that they passed by. A region counts where its mean doubt is that of
    the middle text or more, and where at most half of it lies in regions that were named before. What is
    unknown of it is the sum of its variances. Costs O(n^2 d).

    >>> angles = np.repeat([0.0, 1.5], 20) + np.tile(np.linspace(0, 0.1, 20), 2)
    >>> vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    >>> judged = np.arange(40) % 3 == 0
    >>> judged[20:] = False
    >>> [spot] = blind_spots(vectors, judged, np.full(40, 0.2), limit=1)
    >>> spot.centre >= 20, spot.size, round(spot.chance, 2)
    (True, 11, 0.08)
    """
    n, n_judged = len(vectors), int(judged.sum())
    if n <= MIN_TEXTS:
        return []
    largest = max(MIN_TEXTS, int(MAX_SHARE * n))
    radius = _radius(vectors, min(largest, max(MIN_TEXTS, math.ceil(EXPECTED * n / max(n_judged, 1)))))
    sizes, unknown, mean_doubts, seen = _regions(vectors, judged, doubts, radius)
    is_open = ~seen & (sizes >= MIN_TEXTS) & (mean_doubts >= ROUNDING * np.median(doubts))
    found: list[BlindSpot] = []
    named = np.zeros(n, np.bool)
    for centre in np.argsort(-unknown, kind="stable").tolist():
        if len(found) == limit:
            break
        if not is_open[centre]:
            continue
        cosines = vectors @ vectors[centre]
        inside = cosines >= radius
        if named[inside].mean() > MAX_NAMED_BEFORE:
            continue
        named |= inside
        is_open &= ~inside
        nearest = tuple(np.argsort(-cosines, kind="stable")[:EXAMPLES].tolist())
        size = int(sizes[centre])
        found.append(
            BlindSpot(centre, size, float(mean_doubts[centre]), chance_of_none(n, size, n_judged), nearest)
        )
    return found


def chance_of_none(n: int, size: int, n_judged: int) -> float:
    """Returns the chance that none of n_judged texts, drawn from n without replacement, is one of size.

    >>> round(chance_of_none(10, 2, 5), 4)  # 5/10 * 4/9
    0.2222
    """
    if n_judged > n - size:
        return 0.0
    left = math.lgamma(n - size + 1) - math.lgamma(n - size - n_judged + 1)
    return math.exp(left - math.lgamma(n + 1) + math.lgamma(n - n_judged + 1))


def _radius(vectors: Matrix, k: int) -> float:
    """Returns the median cosine of a text to its kth nearest, itself counted; above 0, so that texts that say
    nothing are in no region."""
    some = vectors[:: max(1, len(vectors) // RADIUS_TEXTS)]
    kth = -np.partition(-(some @ vectors.T), k - 1, axis=1)[:, k - 1]
    return max(float(np.median(kth)), 1e-3)


def _regions(
    vectors: Matrix, judged: Flags, doubts: Vector, radius: float
) -> tuple[Vector, Vector, Vector, Flags]:
    """Returns of each text's region, (n,) each: size, sum of variances, mean doubt, whether one is judged."""
    columns = np.stack([np.ones(len(doubts)), doubts**2, doubts, judged], axis=1).astype(np.float32)
    parts = [
        (vectors[first : first + TEXTS_AT_ONCE] @ vectors.T >= radius).astype(np.float32) @ columns
        for first in range(0, len(vectors), TEXTS_AT_ONCE)
    ]
    sizes, variances, summed, n_judged = np.concatenate(parts).astype(np.float64).T
    return sizes, variances, summed / np.maximum(sizes, 1), n_judged > 0
