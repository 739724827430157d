"""Blind spots: groups of texts that lie close together, of which none was judged and nobody knows the value.

n texts, d dims, in groups such as topics.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from palate.parts import Matrix, Rows, Vector

MIN_TEXTS = 5  # of a group
EXAMPLES = 3  # texts of each group to ask about


class BlindSpot(NamedTuple):
    """A group without a judgement. group: its number. size: its texts. doubt: their mean standard deviation,
    0 to 1. chance: how likely it is that judgements that fall evenly over all texts miss it. texts: indices
    of those nearest its middle, to ask about."""

    group: int
    size: int
    doubt: float
    chance: float
    texts: tuple[int, ...]


def blind_spots(
    vectors: Matrix, groups: Rows, judged: np.ndarray[tuple[int], np.dtype[np.bool]], doubts: Vector
) -> list[BlindSpot]:
    """Returns the groups of at least five texts, none of them judged, where most is unknown first.

    A group counts where its texts are closer together than all texts are, and their doubt is that of the
    middle text or more. What is unknown of a group is the sum of its variances. vectors: (n, d), of length 1
    or 0. groups: (n,), below 0 for none. judged: (n,). doubts: (n,) standard deviations of the values.
    Costs O(n d)."""
    n, n_judged = len(groups), int(judged.sum())
    cohesion = float(np.linalg.norm(vectors.mean(axis=0))) if n else 0.0  # root of the mean cosine of pairs
    usual = float(np.median(doubts)) if n else 0.0
    found = []
    for group in np.unique(groups[groups >= 0]).tolist():
        members = np.flatnonzero(groups == group)
        if len(members) < MIN_TEXTS or judged[members].any():
            continue
        middle = vectors[members].mean(axis=0)
        doubt = float(doubts[members].mean())
        if np.linalg.norm(middle) <= cohesion or doubt < usual:
            continue
        nearest = members[np.argsort(-(vectors[members] @ middle), kind="stable")[:EXAMPLES]]
        chance = chance_of_none(n, len(members), n_judged)
        found.append(BlindSpot(int(group), len(members), doubt, chance, tuple(nearest.tolist())))
    return sorted(found, key=lambda spot: (-spot.size * spot.doubt**2, spot.group))


def chance_of_none(n: int, size: int, n_judged: int) -> float:
    """Returns the chance that none of n_judged texts, drawn from n without replacement, is one of size.

    >>> round(chance_of_none(10, 2, 5), 4)  # 5/10 * 4/9
    0.2222
    """
    if n_judged > n - size:
        return 0.0
    left = math.lgamma(n - size + 1) - math.lgamma(n - size - n_judged + 1)
    return math.exp(left - math.lgamma(n + 1) + math.lgamma(n - n_judged + 1))
