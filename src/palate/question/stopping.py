"""Stopping: how much of what the reader would like has been seen, with an interval."""

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from scipy.special import betainc, gammaln, hyp2f1

from palate.parts import Vector

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]
Verdicts = np.ndarray[tuple[int], np.dtype[np.bool]]
# where the rate has fallen to one half, as a share of all texts; 3: it has hardly fallen
HALF_POINTS = np.geomspace(0.003, 3.0, 14)
STEEPNESSES = np.array([2.0, 3.0, 4.0, 6.0, 9.0, 14.0])  # how suddenly it falls
CURVES = np.array(list(product(HALF_POINTS, STEEPNESSES))).T
# share of the likeable texts that no taste finds before the others
SCATTERED_SHARES = np.array([0.0, 0.01, 0.03, 0.1])
# what a verdict counts: those that follow each other are of similar texts, and no curve is quite of these
# shapes
VERDICT_WEIGHT = 0.5
COVERAGE = 0.95
PRIOR_LIKES = 0.5  # likes that were seen before the first verdict: Jeffreys' prior of a Poisson rate
MAX_INTERVAL_RATIO = 2.0  # how many times the low end the high end may be for a share to be worth saying


@dataclass(frozen=True)
class RecallEstimate:
    """How much of all likeable texts has been seen: an estimate, and an interval that is to hold at least 90
    times in 100.

    found: likes so far. left: likes that are expected among the unread, the median. saved: texts that reading
    in no order would have cost more for the same share; below 0 where the order was worse than none.

    >>> answer = RecallEstimate(share=0.94, low=0.9, high=0.97, found=47, left=3, saved=412)
    >>> str(answer), answer.known
    ('94 % (90-97)', True)
    """

    share: float
    low: float
    high: float
    found: int
    left: int
    saved: int

    @property
    def known(self) -> bool:
        """Whether the number of likeable texts is told within a factor of two: before, the answer is "not
        known yet".
        """
        return self.high <= MAX_INTERVAL_RATIO * self.low

    def __str__(self) -> str:
        """Rounded so that the interval grows and 100 % is said of 100 % alone."""
        share = 100 if self.share == 1 else min(99, round(100 * self.share))
        return f"{share} % ({int(100 * self.low + 1e-9)}-{-int(-100 * self.high // 1)})"


def estimate_recall(verdicts: Verdicts, unread: int) -> RecallEstimate:
    """From (t,) whether each text was liked, in the order in which they were judged, and how many texts are
    unread.

    The likes are taken as a Poisson process whose rate falls along the reading order, first slowly, then
    fast, to a floor: rate(i) = a ((1 - w) h(i) + w / N), h(i) ~ 1 / (1 + (i / c)^b). The likes among the
    unread are what all such curves expect there, each weighted by how well it fits the verdicts. Use it for a
    reader who is shown the best text first, also with some texts at random; texts that came after most
    verdicts are taken to be no better than the rest of the unread. Costs O(found), whatever the number of
    texts. Raises ValueError for unread below 0.

    Source: Stevenson and Bin-Hezam, Stopping methods for technology assisted reviews based on point processes
    (ACM TOIS 42(3), 2024). Where they fit one hyperbola, this weighs a grid of Hill curves, which begin with
    a plateau; a has a Gamma belief and is integrated out, which leaves a negative binomial (Gelman et al.,
    BDA (2013), section 2.6); verdicts weigh half (Miller and Dunson, Robust Bayesian inference via
    coarsening, JASA 114, 2019).

    >>> verdicts = np.array([True] * 30 + [False] * 300)
    >>> str(estimate_recall(verdicts, unread=1000))
    '100 % (85-100)'
    """
    if unread < 0:
        raise ValueError(f"unread must be 0 or more, got {unread}")
    read, found = len(verdicts), int(verdicts.sum())
    least, middle, most = likes_left(verdicts, unread)
    high, share, low = (found / (found + left) if found + left else 1.0 for left in (least, middle, most))
    return RecallEstimate(share, low, high, found, middle, round(share * (read + unread)) - read)


def likes_left(verdicts: Verdicts, unread: int) -> tuple[int, int, int]:
    """The ends of the interval, and the median between them, of the number of likes among the unread."""
    read, found = len(verdicts), int(verdicts.sum())
    if not (read and unread):
        return 0, unread, unread
    ahead, fit = _fits(np.flatnonzero(verdicts) + 0.5, read, read + unread)
    weights = np.exp(VERDICT_WEIGHT * (fit - fit.max()))
    weights /= weights.sum()
    none = VERDICT_WEIGHT * (1 - ahead) / (VERDICT_WEIGHT * (1 - ahead) + ahead)
    belief = weights > weights.max() * 1e-6
    weights, none = weights[belief], none[belief]

    def up_to(likes: int) -> float:
        return float(
            weights @ betainc(VERDICT_WEIGHT * found + PRIOR_LIKES, likes + 1, none)
        )  # of a negative binomial

    def quantile(level: float) -> int:
        below, enough = -1, unread
        while enough - below > 1:
            middle = (below + enough) // 2
            below, enough = (below, middle) if up_to(middle) >= level * all_of_it else (middle, enough)
        return enough

    all_of_it = up_to(unread)
    return quantile((1 - COVERAGE) / 2), quantile(0.5), quantile((1 + COVERAGE) / 2)


def _fits(liked_at: Vector, read: int, texts: int) -> tuple[Array, Array]:
    """Of each curve with each share of scattered likes: the share of its likes that lies ahead, and the log
    likelihood.
    """
    half, steep = CURVES[0] * texts, CURVES[1]
    whole, scattered = hill_area(half, steep, texts), SCATTERED_SHARES[:, None]
    behind = (1 - scattered) * hill_area(half, steep, read) / whole + scattered * read / texts
    rates = 1 / (1 + (liked_at[:, None, None] / half) ** steep)
    density = (1 - scattered) * rates / whole + scattered / texts
    amount = len(liked_at) + PRIOR_LIKES
    fit = np.log(density).sum(axis=0) + gammaln(amount) - amount * np.log(behind)
    return np.clip(1 - behind, 1e-12, 1.0).ravel(), fit.ravel()


def hill_area(half: Array, steep: Array, to: float) -> Array:
    """The integral of 1 / (1 + (i / half)^steep) for i from 0 to `to`.

    Source: Abramowitz and Stegun (1964), 15.3.4, which turns the sum into one that ends soon.

    >>> hill_area(np.array([1.0]), np.array([2.0]), 1.0).round(6).tolist()  # arctan(1)
    [0.785398]
    """
    ratio = to / half
    power = ratio**steep
    inner = hyp2f1(1 / steep, 1 / steep, 1 + 1 / steep, power / (1 + power))
    return np.asarray(to * (1 + power) ** (-1 / steep) * inner)
