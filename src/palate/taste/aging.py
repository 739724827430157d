"""AgingTaste: any taste, in whose eyes a judgement counts half as much after so many newer ones."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from palate.features import Features
from palate.parts import Taste
from palate.taste.history import RELEARN_MS
from palate.weights import Weights

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]

MAX_HALF_LIVES = 5  # half-lives after which a judgement, at 1/32, no longer weighs in


class AgingTaste:
    """A taste that is learned anew with weights that halve every `half_life` judgements.

    Use it for a reader whose taste changes; one whose taste stands still loses by it, so it is for a contest
    to choose. Age is counted in newer judgements of the same side (likes, or all others), not in days: a
    reader who was away has not changed their mind, a replay without dates ages alike, and where likes are
    rare many dislikes do not wash them out. Learning costs nothing; the first value after it costs learning
    all that still weighs in, at most 5 half-lives of each side: 60 ms for 200 judgements by a BayesTaste.

    make: gives a new taste. half_life: in judgements, above 0. Raises ValueError otherwise.
    Source: Ding and Li, Time weight collaborative filtering (CIKM 2005), eq. 5, with counts in place of days.

    >>> from palate.taste.profile import ProfileTaste
    >>> taste = AgingTaste(ProfileTaste, half_life=1.0)
    >>> taste.learn(Features({"semantic": np.eye(3)}), np.ones(3), np.ones(3))
    >>> (taste.explain()[1]["semantic"] / 2).round(3).tolist()
    [0.143, 0.286, 0.571]
    """

    def __init__(self, make: Callable[[], Taste], half_life: float) -> None:
        if not 0 < half_life < math.inf:
            raise ValueError(f"half_life must be above 0 and finite, got {half_life=}")
        self.make, self.half_life = make, half_life
        self.forget()

    def forget(self) -> None:
        """Returns to the state before any feedback."""
        self.dropped = 0
        self._parts: list[tuple[Features, Array, Array]] = []
        self._taste: Taste | None = None
        self._faded = 0

    def cost_ms(self, n: int) -> float:
        left = min(n, 2 * self._max_age)  # that may still weigh in
        return self.make().cost_ms(left) + RELEARN_MS * left

    def learn(self, features: Features, likings: Array, weights: Array) -> None:
        """Learns from n texts in order: likings (n,) in [-1, 1], weights (n,) above 0."""
        if len(likings):
            self._parts.append((features, likings, weights))
            self._taste = None

    def logits(self, features: Features) -> Array:
        """(n,) log odds of a like."""
        return self._learned().logits(features)

    def value(self, features: Features) -> tuple[Array, Array]:
        """Mean and sd of the probability of a like, each (n,)."""
        return self._learned().value(features)

    def explain(self) -> tuple[float, Mapping[str, Weights]]:
        """(base, weights of each block), as the taste that was made has them."""
        return self._learned().explain()

    def nonlinear_shares(self, features: Features) -> dict[str, Array]:
        """By name, (n,) shares of the logit that no weights explain."""
        return self._learned().nonlinear_shares(features)

    @property
    def _max_age(self) -> int:
        return math.ceil(MAX_HALF_LIVES * self.half_life)

    def _learned(self) -> Taste:
        if self._taste is None:
            self._taste = self.make()
            if self._parts:
                features, likings, weights = self._weighing_in()
                faded = aged(ages(likings), self.half_life)
                self._taste.learn(features, likings, weights * faded)
            self.dropped = self._faded + self._taste.dropped
        return self._taste

    def _weighing_in(self) -> tuple[Features, Array, Array]:
        """What has not faded, which is all that is remembered from here on."""
        parts, likings, weights = zip(*self._parts, strict=True)
        given = np.concatenate(likings), np.concatenate(weights)
        stays = np.flatnonzero(ages(given[0]) < self._max_age)
        self._faded += len(given[0]) - len(stays)
        self._parts = [(Features.joined(parts)[stays], given[0][stays], given[1][stays])]
        return self._parts[0]


def ages(likings: Array) -> Array:
    """(n,) how many newer judgements of its side each has; likes are one side, all others the other.

    >>> ages(np.array([1.0, -1.0, 0.5, -0.2, 0.0])).tolist()
    [1.0, 2.0, 0.0, 1.0, 0.0]
    """
    newer = np.zeros(len(likings))
    for side in (likings > 0, likings <= 0):
        newer[side] = np.arange(np.count_nonzero(side))[::-1]
    return newer


def aged(ages: Array, half_life: float) -> Array:
    """(n,) weights: 1 at age 0, half of it after each half-life.

    >>> aged(np.array([0.0, 3.0, 6.0]), half_life=3.0).tolist()
    [1.0, 0.5, 0.25]
    """
    return np.asarray(0.5 ** (ages / half_life))
