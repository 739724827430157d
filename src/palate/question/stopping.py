"""When to stop: how much of what the reader would like has been seen, with an interval."""

from dataclasses import dataclass
from itertools import product
from math import lgamma
from typing import Any

import numpy as np

from palate.parts import Vector

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]
Verdicts = np.ndarray[tuple[int], np.dtype[np.bool]]
# positions where the rate has fallen to one half, as shares of all texts; at 3 it has hardly fallen
HALF_POINTS = np.geomspace(0.003, 3.0, 14)
STEEPNESSES = np.array([2.0, 3.0, 4.0, 6.0, 9.0, 14.0])  # how suddenly it falls
CURVES = np.array(list(product(HALF_POINTS, STEEPNESSES))).T
# shares of the likeable texts that no taste ranks above the others
SCATTERED_SHARES = np.array([0.0, 0.01, 0.03, 0.1])
# a verdict counts half: those that follow each other are of similar texts, and no curve fits exactly
VERDICT_WEIGHT = 0.5
COVERAGE = 0.95
PRIOR_LIKES = 0.5  # Jeffreys' prior of a Poisson rate: likes before the first verdict
MAX_INTERVAL_RATIO = 2.0  # high end by low end; above it the answer is "not known yet"


@dataclass(frozen=True)
class RecallEstimate:
    """The estimated share of all likeable texts that has been seen, and an interval that is meant to hold at
    least 90 times in 100.

    found: likes so far. left: likes expected among the unread, the median. saved: how many more texts reading
    in random order would have cost for the same share; below 0 where the order was worse than that.

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
        """Whether the number of likeable texts is known within a factor of two; if not, the answer is "not
        known yet".
        """
        return self.high <= MAX_INTERVAL_RATIO * self.low

    def __str__(self) -> str:
        """Returns whole percents, the interval rounded outwards; 100 % is said only of exactly 1."""
        share = 100 if self.share == 1 else min(99, round(100 * self.share))
        return f"{share} % ({int(100 * self.low + 1e-9)}-{-int(-100 * self.high // 1)})"


def estimate_recall(verdicts: Verdicts, unread: int) -> RecallEstimate:
    """Returns the share of likeable texts seen, from (t,) whether each text was liked, in the order of
    judging, and the number of unread texts.

    The likes are taken as a Poisson process whose rate falls along the reading order, first slowly, then
    fast, to a floor: rate(i) = a ((1 - w) h(i) + w / N), h(i) ~ 1 / (1 + (i / c)^b). The likes among the
    unread are what all such curves expect there, each weighted by how well it fits the verdicts. Use it for a
    reader who is shown the best text first, also with some texts at random; texts that came after most
    verdicts are taken to be no better than the rest of the unread. Costs O(likes), whatever the number of
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
    read, likes = len(verdicts), int(verdicts.sum())
    least, median, most = likes_left(verdicts, unread)
    high, share, low = (likes / (likes + left) if likes + left else 1.0 for left in (least, median, most))
    return RecallEstimate(share, low, high, likes, median, round(share * (read + unread)) - read)


def likes_left(verdicts: Verdicts, unread: int) -> tuple[int, int, int]:
    """Returns the number of likes among the unread: low end of the interval, median, high end."""
    from scipy.special import betainc  # takes 40 ms to import, which a ranking need not wait for

    read, likes = len(verdicts), int(verdicts.sum())
    if not (read and unread):
        return 0, unread, unread
    ahead, log_likelihoods = _fits(np.flatnonzero(verdicts) + 0.5, read, read + unread)
    weights = np.exp(VERDICT_WEIGHT * (log_likelihoods - log_likelihoods.max()))
    weights /= weights.sum()
    p_none = VERDICT_WEIGHT * (1 - ahead) / (VERDICT_WEIGHT * (1 - ahead) + ahead)
    plausible = weights > weights.max() * 1e-6
    weights, p_none = weights[plausible], p_none[plausible]

    def cumulative(left: int) -> float:  # of a mixture of negative binomials
        return float(weights @ betainc(VERDICT_WEIGHT * likes + PRIOR_LIKES, left + 1, p_none))

    def quantile(level: float) -> int:
        below, reached = -1, unread
        while reached - below > 1:
            middle = (below + reached) // 2
            if cumulative(middle) >= level * total:
                reached = middle
            else:
                below = middle
        return reached

    total = cumulative(unread)
    return quantile((1 - COVERAGE) / 2), quantile(0.5), quantile((1 + COVERAGE) / 2)


def _fits(liked_at: Vector, read: int, texts: int) -> tuple[Array, Array]:
    """Returns, for each curve with each share of scattered likes, the share of its likes that lies ahead, and
    its log likelihood.
    """
    half, steep = CURVES[0] * texts, CURVES[1]
    total, scattered = hill_area(half, steep, texts), SCATTERED_SHARES[:, None]
    behind = (1 - scattered) * hill_area(half, steep, read) / total + scattered * read / texts
    rates = 1 / (1 + (liked_at[:, None, None] / half) ** steep)
    density = (1 - scattered) * rates / total + scattered / texts
    shape = len(liked_at) + PRIOR_LIKES  # of the Gamma belief
    log_likelihoods = np.log(density).sum(axis=0) + lgamma(shape) - shape * np.log(behind)
    return np.clip(1 - behind, 1e-12, 1.0).ravel(), log_likelihoods.ravel()


def hill_area(half: Array, steep: Array, to: float) -> Array:
    """Returns the integral of 1 / (1 + (i / half)^steep) for i from 0 to `to`.

    Source: Abramowitz and Stegun (1964), 15.3.4, which turns the sum into one that ends soon.

    >>> hill_area(np.array([1.0]), np.array([2.0]), 1.0).round(6).tolist()  # arctan(1)
    [0.785398]
    """
    from scipy.special import hyp2f1

    ratio = to / half
    power = ratio**steep
    inner = hyp2f1(1 / steep, 1 / steep, 1 + 1 / steep, power / (1 + power))
    return np.asarray(to * (1 + power) ** (-1 / steep) * inner)
