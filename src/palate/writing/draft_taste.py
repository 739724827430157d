"""DraftTaste: what rankings of drafts say beside a taste for topics: a Bayesian Bradley-Terry model.

n drafts, d features: the log odds that the topic taste gives, then style, then meaning.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.special import expit, log_expit

from palate.parts import Matrix, Vector
from palate.writing.style import STYLE_NAMES, style

TOPIC_VARIANCE = 0.25  # of the weight of the topic taste, around 1: without rankings it alone decides
STYLE_VARIANCE = 0.1  # of each standardised feature of style
MEANING_VARIANCE = 1.0  # of each dimension of the vectors, which have length 1
NEWTON_STEPS, TOLERANCE = 50, 1e-9
Array = np.ndarray[Any, np.dtype[np.float64]]


class Comparison(NamedTuple):
    """Two drafts of a ranking by their indices. share: how sure the first is the better, 1 or, for equally
    good ones, 0.5. weight: of the comparison.
    """

    first: int
    second: int
    share: float
    weight: float


class DraftTaste:
    """Values drafts by topic, style and meaning, with uncertainty.

    Use it once a reader has ranked drafts: a taste that was learned from texts knows topics and hardly style.
    The utility of a draft is w · x; the first of two is better with probability expit(w · (x1 - x2)). w has a
    normal prior around what the topic taste says alone; its posterior is the Laplace approximation. Learning
    costs some Newton steps of O(m d² + d³) for m comparisons.

    drafts: n contents that were ranked. logits: (n,) log odds of a like by the topic taste. vectors: (n,
    dims), of length 1. comparisons: see `comparisons_of`.
    Source: Bradley and Terry (1952); MacKay (1992), the evidence framework applied to classification.

    >>> contents, flat = ["Short. So it is.", "It is, on the whole, rather long and tiring"], np.zeros(2)
    >>> taste = DraftTaste(contents, flat, np.zeros((2, 3)), [Comparison(0, 1, 1.0, 1.0)] * 4)
    >>> utility, variance = taste.value(contents, flat, np.zeros((2, 3)))
    >>> bool(utility[0] > utility[1]), taste.reasons()[0][0] in STYLE_NAMES
    (True, True)
    """

    def __init__(
        self, drafts: Sequence[str], logits: Vector, vectors: Matrix, comparisons: Sequence[Comparison]
    ) -> None:
        styles = style(drafts)
        self._centre, self._scale = styles.mean(axis=0), np.maximum(styles.std(axis=0), 1e-3)
        dims = vectors.shape[1]
        self._prior = np.concatenate([[1.0], np.zeros(len(STYLE_NAMES) + dims)])
        variances = [TOPIC_VARIANCE], [STYLE_VARIANCE] * len(STYLE_NAMES), [MEANING_VARIANCE] * dims
        rows = self._features(drafts, logits, vectors)
        differences = np.array([rows[one.first] - rows[one.second] for one in comparisons])
        shares = np.array([one.share for one in comparisons])
        weights = np.array([one.weight for one in comparisons])
        self.weights, self.covariance = posterior(
            differences, shares, weights, self._prior, np.concatenate(variances)
        )

    def value(self, drafts: Sequence[str], logits: Vector, vectors: Matrix) -> tuple[Vector, Vector]:
        """Returns mean and variance, each (n,), of the utility of drafts, in log odds of a like."""
        rows = self._features(drafts, logits, vectors)
        return rows @ self.weights, np.einsum("nd,de,ne->n", rows, self.covariance, rows)

    def gap(
        self, drafts: Sequence[str], logits: Vector, vectors: Matrix, pairs: Sequence[tuple[int, int]]
    ) -> tuple[Vector, Vector]:
        """Returns mean and variance of the difference of utilities of pairs of drafts, by their indices."""
        rows = self._features(drafts, logits, vectors)
        differences = np.array([rows[first] - rows[second] for first, second in pairs])
        variances = np.einsum("nd,de,ne->n", differences, self.covariance, differences)
        return differences @ self.weights, variances

    def reasons(self) -> list[tuple[str, float]]:
        """Returns the features of style with their weights, in log odds a sd, largest first."""
        weights = self.weights[1 : 1 + len(STYLE_NAMES)].tolist()
        return sorted(zip(STYLE_NAMES, weights, strict=True), key=lambda pair: -abs(pair[1]))

    def _features(self, drafts: Sequence[str], logits: Vector, vectors: Matrix) -> Matrix:
        styles = (style(drafts) - self._centre) / self._scale
        return np.column_stack([logits, styles, vectors])


def posterior(
    differences: Array, shares: Array, weights: Array, prior_mean: Array, prior_variance: Array
) -> tuple[Array, Array]:
    """Returns mean (d,) and covariance (d, d) of the weights of a logistic model without intercept.

    differences: (m, d). shares: (m,) in [0, 1], that the first is better. weights: (m,) of the comparisons.
    prior_mean, prior_variance: (d,). Newton's method with halved steps where a whole one goes too far, and
    the inverse of the Hessian at the mode.
    Source: Bishop, PRML (2006), eq. 4.97-4.99 and 4.142-4.144.
    """

    def loss(at: Array) -> float:
        z = differences @ at
        misfit = weights * (shares * log_expit(z) + (1 - shares) * log_expit(-z))
        return float(((at - prior_mean) ** 2 / prior_variance).sum() / 2 - misfit.sum())

    mean = prior_mean.copy()
    for _ in range(NEWTON_STEPS):
        chances = expit(differences @ mean)
        curvature = weights * chances * (1 - chances)
        precision = (differences.T * curvature) @ differences + np.diag(1 / prior_variance)
        gradient = differences.T @ (weights * (shares - chances)) - (mean - prior_mean) / prior_variance
        step = cho_solve(cho_factor(precision), gradient)
        before = loss(mean)
        while loss(mean + step) > before and float(np.abs(step).max()) > TOLERANCE:
            step = step / 2
        mean = mean + step
        if float(np.abs(step).max()) <= TOLERANCE:
            break
    return mean, cho_solve(cho_factor(precision), np.eye(len(mean)))


def comparisons_of(ranking: Sequence[Sequence[int]]) -> list[Comparison]:
    """Returns the comparisons that a ranking of n drafts makes: of each pair, all together as heavy as n - 1.

    ranking: indices, the best group first; those of a group are equally good.

    >>> comparisons_of([[4], [0, 2]])[0]
    Comparison(first=4, second=0, share=1.0, weight=0.66...)
    """
    ranks = [(index, rank) for rank, group in enumerate(ranking) for index in group]
    pairs = [(one, two) for place, one in enumerate(ranks) for two in ranks[place + 1 :]]
    weight = (len(ranks) - 1) / max(len(pairs), 1)
    return [Comparison(one[0], two[0], 1.0 if one[1] < two[1] else 0.5, weight) for one, two in pairs]
