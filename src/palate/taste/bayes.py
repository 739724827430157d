"""BayesTaste: a Gaussian belief about a linear taste; the default, and the source of sd."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from scipy.linalg.lapack import dpotrf, dpotri

from palate.features import Features
from palate.taste.calibration import calibrate
from palate.taste.judged import Array, Judged


class _Fit(NamedTuple):
    """What one solve gives. amounts: (n,) weight of each judged text. inverse: (n, n) of Gram matrix plus noise."""

    amounts: Array
    inverse: Array
    weights: dict[str, Array]
    bias: float
    slope: float
    offset: float


class BayesTaste:
    """Bayesian linear regression of liking on features, read as a probability through a calibrated sigmoid.

    Use it by default: it is good from the first judgement and knows how unsure it is. The prior on the semantic
    weights comes from the corpus (see feature/semantic.py), so that one like already separates "this" from
    "everything"; the keyword weights have a plain prior. The rarer side of the feedback counts fully and the other side
    is weighted down to `balance` times it, since a stream holds more to dislike than to like.

    Solved in the dual, by one Cholesky factor of the judged texts' Gram matrix: learning costs O(n^3) for n judged
    texts, about 1 ms for 100 and 5 ms for 500. Valuing costs O(d + terms + n^2) a text, `logits` O(d + terms).
    Beyond `most` judged texts the oldest of the side that has over half of them is let go, and counted in `dropped`.

    scales: prior variance of each block's weights, above 0. noise: variance of one judgement around the taste, in
    liking squared, above 0. bias: prior variance of the intercept. balance: see above, above 0.
    Source: Bishop, PRML (2006), eq. 6.62-6.67 (dual form); Rasmussen and Williams, GPML (2006), eq. 5.12 (left-out
    predictions, which calibration.py fits the sigmoid to); MacKay, Neural Computation 4 (1992) for the mean of a
    sigmoid under a Gaussian: sigmoid(logit / sqrt(1 + pi variance / 8)).

    >>> taste = BayesTaste({"semantic": 1.0})
    >>> taste.learn(Features({"semantic": np.array([[1.0, 0.0], [0.0, 1.0]])}), np.array([1.0, -1.0]), np.ones(2))
    >>> mean, sd = taste.value(Features({"semantic": np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])}))
    >>> bool(mean[0] > mean[2] > mean[1])
    True
    """

    def __init__(
        self, scales: Mapping[str, float], *, noise: float = 1.0, bias: float = 1.0, balance: float = 0.2, slope: float = 2.0, most: int = 512
    ) -> None:
        if min(*scales.values(), noise, bias, balance, slope) <= 0 or most < 2:
            raise ValueError(f"scales, noise, bias, balance and slope must be above 0, most 2 or more: got {scales}, {noise=}, {bias=}, {balance=}")
        self.scales, self.noise, self.bias, self.balance, self.slope, self.most = dict(scales), noise, bias, balance, slope, most
        self.forget()

    def forget(self) -> None:
        """Back to before any feedback."""
        self._judged = Judged(self.scales)
        self._fitted: _Fit | None = None
        self.dropped = 0

    def learn(self, features: Features, likings: Array, weights: Array) -> None:
        """Learn from n texts in order: likings (n,) in [-1, 1], weights (n,) above 0."""
        for row, (liking, weight) in enumerate(zip(likings, weights, strict=True)):
            self._judged.add(features[row : row + 1], float(liking), float(weight))
            if len(self._judged) > self.most:
                liked = self._judged.likings > 0
                larger = liked if liked.sum() * 2 > len(liked) else ~liked
                self._judged.drop(int(np.argmax(larger)))
                self.dropped += 1
        self._fitted = None

    def logits(self, features: Features) -> Array:
        """(n,) logit of a like before uncertainty draws it towards the middle: quick, and nearly the order of `value`."""
        fit = self._fit()
        total = np.full(len(features), fit.bias)
        for name, weights in fit.weights.items():
            total += features.blocks[name] @ weights.astype(np.float32)
        return fit.slope * total + fit.offset

    def value(self, features: Features) -> tuple[Array, Array]:
        """Probability of a like and its sd, each (n,)."""
        logits, variance = self.logits(features), self._variance(features)
        mean = _sigmoid(logits / np.sqrt(1 + np.pi * variance / 8))
        return mean, np.minimum(np.sqrt(variance) * mean * (1 - mean), np.sqrt(mean * (1 - mean)))

    def explain(self, features: Features) -> tuple[float, dict[str, Array]]:
        """For one text: (base, weights of each block) with logit(mean) = base + sum over blocks of row @ weights."""
        fit = self._fit()
        drawn = 1 / np.sqrt(1 + np.pi * self._variance(features)[0] / 8)
        return float(drawn * (fit.slope * fit.bias + fit.offset)), {name: drawn * fit.slope * w for name, w in fit.weights.items()}

    def _variance(self, features: Features) -> Array:
        """(n,) variance of the logit."""
        fit = self._fit()
        cross = self._judged.products(features) + self.bias
        explained = np.einsum("nm,nm->m", cross, fit.inverse @ cross)
        return fit.slope**2 * np.maximum(self._judged.squares(features) + self.bias - explained, 0)

    def _fit(self) -> _Fit:
        if self._fitted is None:
            self._fitted = self._solve()
        return self._fitted

    def _solve(self) -> _Fit:
        judged = self._judged
        if not len(judged):
            return _Fit(np.zeros(0), np.zeros((0, 0)), {}, 0.0, self.slope, 0.0)
        noise = self.noise / (judged.weights * self._balanced())
        inverse = _inverse(judged.gram + self.bias + np.diag(noise))
        amounts = inverse @ judged.likings  # PRML 6.66
        diagonal = np.diag(inverse)
        left_out = judged.likings - amounts / diagonal  # GPML 5.12
        variance = np.maximum(1 / diagonal - noise, 0)
        drawn = left_out / np.sqrt(1 + np.pi * self.slope**2 * variance / 8)
        slope, offset = calibrate(drawn, judged.likings, judged.weights, slope=self.slope)
        return _Fit(amounts, inverse, judged.combine(amounts), float(self.bias * amounts.sum()), slope, offset)

    def _balanced(self) -> Array:
        """(n,) factor on each weight that keeps the larger side of the feedback from drowning the rarer one."""
        likings, weights = self._judged.likings, self._judged.weights
        liked = likings > 0
        more, less = (liked, ~liked) if weights[liked].sum() > weights[~liked].sum() else (~liked, liked)
        factor = min(1.0, self.balance * (weights[less].sum() + 1) / weights[more].sum())
        return np.where(more, factor, 1.0)


def _inverse(matrix: Array) -> Array:
    """Of a symmetric positive definite matrix, by Cholesky."""
    factor, _ = dpotrf(matrix, lower=1)
    half, _ = dpotri(factor, lower=1)
    lower = np.tril(half)
    return np.asarray(lower + np.tril(lower, -1).T)


def _sigmoid(logits: Array) -> Any:
    return 1 / (1 + np.exp(-logits))
