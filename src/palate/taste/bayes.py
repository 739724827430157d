"""BayesTaste: a Gaussian belief about a linear taste; the default, and the source of sd."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_array

from palate.features import Features
from palate.taste.calibration import calibrate
from palate.taste.chance import chance, linear
from palate.taste.inverse import inverse_of
from palate.taste.judged_texts import Array, JudgedTexts, retained
from palate.taste.rows import entries_of
from palate.weights import Sparse, Weights


class _Fit(NamedTuple):
    """What one solve gives. inverse: (n, n) of Gram matrix plus noise. weights and base: of the logit."""

    inverse: Array
    weights: dict[str, Weights]
    base: float


class BayesTaste:
    """Bayesian linear regression of liking on features, read as a probability through a calibrated sigmoid.

    Use it by default: it is good from the first judgement and knows how unsure it is. The prior on the
    semantic weights comes from the corpus (see feature/semantic.py), so that one like already separates
    "this" from "everything"; the keyword weights have a plain prior. A dislike counts `dislike` times a like,
    since likes share a reason and dislikes have many; where there are more dislikes than likes, which is how
    streams are, it counts (likes / dislikes)^`balance` times that again.

    Solved in the dual, by one Cholesky factor of the judged texts' Gram matrix: learning costs O(n^3) for n
    judged texts, about 1 ms for 50 and 14 ms for 512; valuing costs O(d + terms) a text, its sd O(n^2) more.
    Beyond `max_judgements` judged texts the oldest of the larger side is dropped, and counted in `dropped`.

    scales: prior variance that each block brings to a text, above 0. noise: variance of one judgement around
    the taste, in liking squared, above 0. bias: prior variance of the intercept, above 0; small, as the
    sigmoid has an offset of its own. dislike: above 0; 1 treats both alike. balance: 0 or more; 0 lets many
    dislikes outweigh few likes. slope: logit for one unit of expected liking before calibration, above 0.
    max_judgements: 2 or more. background: features of the average text, one row; passed: what each like
    beyond the number of dislikes weighs as a dislike of it, 0 or more. prior: weights of blocks in log odds,
    where learning starts: with no judgement they alone say the value, and what is learned is how far this
    reader is from them. The blocks need not be in scales; those not named start at 0. spread: sd of the log
    of the slope before any feedback, above 0; low where a crowd has told the slope. Raises ValueError
    outside these ranges. Source: Bishop, PRML (2006), eq. 6.62-6.67 (dual form); Rasmussen and Williams,
    GPML (2006), eq. 5.12 (left-out predictions, to which calibration.py fits the sigmoid).

    >>> taste = BayesTaste({"semantic": 1.0})
    >>> taste.learn(Features({"semantic": np.eye(2)}), np.array([1.0, -1.0]), np.ones(2))
    >>> mean, sd = taste.value(Features({"semantic": np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]])}))
    >>> bool(mean[0] > mean[1] > mean[2])
    True
    """

    def __init__(
        self,
        scales: Mapping[str, float],
        *,
        noise: float = 1.0,
        bias: float = 0.001,
        dislike: float = 0.3,
        balance: float = 2.0,
        slope: float = 4.0,
        max_judgements: int = 512,
        background: Features | None = None,
        passed: float = 0.5,
        prior: Mapping[str, Array] | None = None,
        spread: float = 1.0,
    ) -> None:
        if (
            not scales
            or min(*scales.values(), noise, bias, dislike, slope, spread) <= 0
            or min(balance, passed) < 0
            or max_judgements < 2
        ):
            raise ValueError(
                "scales, noise, bias, dislike, slope and spread must be above 0, balance and passed 0 or"
                f" more, max_judgements 2 or more; got {scales}, {noise=}, {bias=}, {dislike=}, {slope=},"
                f" {spread=}, {balance=}, {passed=}, {max_judgements=}"
            )
        self.scales, self.noise, self.bias, self.dislike = dict(scales), noise, bias, dislike
        self.balance, self.slope, self.max_judgements = balance, slope, max_judgements
        self.background, self.passed, self.spread = background, passed, spread
        self.prior = dict(prior or {})
        self.forget()

    def forget(self) -> None:
        """Returns to the state before any feedback."""
        self._judged = JudgedTexts(self.scales)
        self._expected: Array = np.zeros(0)  # liking of each judged text by the prior
        self._near_average: Array = np.zeros(0)  # its kernel with the average text
        self._fitted: _Fit | None = None
        self.dropped = 0

    def cost_ms(self, n: int) -> float:
        n = min(n, self.max_judgements)
        return 0.8 + 0.004 * n + 10.5 * (n / 512) ** 3

    def learn(self, features: Features, likings: Array, weights: Array) -> None:
        """Learns from n texts in order: likings (n,) in [-1, 1], weights (n,) above 0."""
        liked = np.concatenate([self._judged.likings, likings]) > 0
        kept, n = retained(liked, self.max_judgements), len(self._judged)
        self.dropped += len(liked) - len(kept)
        self._judged.delete(np.delete(np.arange(n), kept[kept < n]))
        old, new = kept[kept < n], kept[kept >= n] - n
        self._judged.add(features, new, likings[new], weights[new])
        if self.prior:
            expected = [self._by_prior(features[row : row + 1]) / self.slope for row in new]
            self._expected = np.concatenate([self._expected[old], *expected])
        else:
            self._expected = np.zeros(len(kept))
        near_average = [self._with_average(features, int(row)) for row in new]
        self._near_average = np.concatenate([self._near_average[old], near_average])
        self._fitted = None

    def logits(self, features: Features) -> Array:
        """(n,) log odds of a like, in single precision: quick enough for every text."""
        return self._logits(features, np.float32)

    def value(self, features: Features) -> tuple[Array, Array]:
        """Probability of a like and its sd, each (n,).

        The sd is that of a Beta belief that started even, Beta(1, 1), and has seen as many judgements of this
        very text as the Gaussian belief about it stands for: 0.29 where nothing is known, falling with the
        root of what is."""
        fit = self._fit()
        cross = self._judged.products(features) + self.bias
        explained = np.einsum("nm,nm->m", cross, fit.inverse @ cross)
        prior = self._judged.squares(features) + self.bias
        pseudo_count = self.noise * (1 / np.maximum(prior - explained, 1e-12) - 1 / prior)
        return chance(self._logits(features, np.float64), pseudo_count)

    def explain(self) -> tuple[float, dict[str, Weights]]:
        """(base, weights of each block) with logit(mean) = base + the sum over blocks of row @ weights."""
        fit = self._fit()
        return fit.base, fit.weights

    def nonlinear_shares(self, features: Features) -> dict[str, Array]:  # noqa: ARG002  nothing is
        """By name, (n,) shares of the logit that no weights explain: a linear taste has none."""
        return {}

    def _logits(self, features: Features, precision: type[np.floating[Any]]) -> Array:
        fit = self._fit()
        return linear(features, fit.base, fit.weights, precision)

    def _fit(self) -> _Fit:
        if self._fitted is None:
            self._fitted = self._solve()
        return self._fitted

    def _solve(self) -> _Fit:
        judged = self._judged
        if not len(judged):
            return _Fit(np.zeros((0, 0)), dict(self.prior), 0.0)
        noise = self.noise / (judged.weights * self._balanced())
        inverse = inverse_of(judged.gram + self.bias + np.diag(noise))
        amounts = inverse @ (judged.likings - self._expected)  # PRML 6.66, around the prior mean
        left_out = judged.likings - amounts / np.diag(inverse)  # GPML 5.12
        slope, offset = calibrate(
            *self._calibration_data(left_out, amounts), slope=self.slope, spread=self.spread
        )
        weights = {name: slope * block for name, block in judged.combine(amounts).items()}
        for name, before in self.prior.items():
            weights[name] = weights.get(name, 0.0) + slope / self.slope * before
        return _Fit(inverse, weights, float(slope * self.bias * amounts.sum() + offset))

    def _calibration_data(self, left_out: Array, amounts: Array) -> tuple[Array, Array, Array]:
        """Scores, likings and weights to calibrate on: the judgements, and where likes prevail the background
        as dislikes.

        Nobody likes everything: a reader who gave more likes than dislikes has passed over texts without a
        word."""
        judged = self._judged
        missing = max(0.0, float(judged.weights @ np.sign(judged.likings)))
        if self.background is None or not missing:
            return left_out, judged.likings, judged.weights
        score = float(amounts @ (self._near_average + self.bias))
        score += float(self._by_prior(self.background)[0]) / self.slope
        return (
            np.append(left_out, score),
            np.append(judged.likings, -1.0),
            np.append(judged.weights, self.passed * missing),
        )

    def _by_prior(self, features: Features) -> Array:
        """(n,) log odds of a like by the prior alone."""
        return linear(features, 0.0, self.prior, np.float64)

    def _with_average(self, features: Features, row: int) -> float:
        """Kernel of one text with the average text, 0 where that is not known."""
        kernel = 0.0
        if self.background is None:
            return kernel
        for name, scale in self.scales.items():
            average, block = self.background.blocks[name], features.blocks[name]
            if isinstance(average, csr_array):
                columns, numbers = entries_of(block, row)
                usual = Sparse(average.indices, average.data, average.shape[1]).at(columns)
                kernel += scale * float(numbers.astype(np.float64) @ usual)
            else:
                kernel += scale * float(np.asarray(block[row], np.float64) @ average[0])
        return kernel

    def _balanced(self) -> Array:
        """(n,) factor on each weight, 1 for a like."""
        liked, weights = self._judged.likings > 0, self._judged.weights
        ratio = (weights[liked].sum() + 1) / max(weights[~liked].sum(), 1e-12)
        return np.where(liked, 1.0, self.dislike * min(1.0, float(ratio)) ** self.balance)
