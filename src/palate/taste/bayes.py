"""BayesTaste: a Gaussian belief about a linear taste; the default, and the source of sd."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_array

from palate.features import Features
from palate.taste.calibration import calibrate
from palate.taste.chance import chance, linear
from palate.taste.inverse import cholesky, inverse_root, squared_lengths
from palate.taste.judged_texts import Array, JudgedTexts
from palate.taste.rate import LeftOut
from palate.taste.rows import entries_of
from palate.taste.settled import Settled, portions, settling
from palate.weights import Sparse, Weights


class _Fit(NamedTuple):
    """What one solve gives. root: (n, n) of the inverse of Gram matrix plus noise. amounts: (n,) of the
    judged texts. weights and base: of the logit. left_out: (n,) logit of each judged text, learned from the
    others.
    """

    root: Array
    amounts: Array
    weights: dict[str, Weights]
    base: float
    left_out: Array


class BayesTaste:
    """Bayesian linear regression of liking on features, read as a probability through a calibrated sigmoid.

    Use it by default: it is good from the first judgement and knows how unsure it is. The prior on the
    semantic weights comes from the corpus (see feature/semantic.py), so that one like already separates
    "this" from "everything"; the keyword weights have a plain prior. A dislike counts `dislike` times a like,
    since likes share a reason and dislikes have many; where there are more dislikes than likes, which is how
    streams are, it counts (likes / dislikes)^`balance` times that again.

    Solved in the dual, by one Cholesky factor of the judged texts' Gram matrix: learning costs O(n^3) for n
    judged texts, about 1 ms for 50 and 6 ms for 512; valuing costs O(d + terms) a text, its sd O(n^2) more.
    Of more than `max_judgements` judged texts the oldest settle (see settled.py): they count in the mean, and
    the sd is that of those that are held.

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
        self._settled = Settled()
        self._expected: Array = np.zeros(0)  # liking of each judged text by the prior and what has settled
        self._near_average: Array = np.zeros(0)  # its kernel with the average text
        self._settled_near_average = 0.0  # score of the average text by what has settled
        self._fitted: _Fit | None = None
        self.dropped = self._n_learned = 0
        self._ordinals = np.zeros(0, np.int64)  # how many were learned before each judged text

    def cost_ms(self, n: int) -> float:
        n = min(n, self.max_judgements)
        return 0.8 + 0.004 * n + 10.5 * (n / 512) ** 3

    def learn(self, features: Features, likings: Array, weights: Array) -> None:
        """Learns from n texts in order: likings (n,) in [-1, 1], weights (n,) above 0."""
        for part in portions(len(self._judged), len(likings), self.max_judgements):
            if len(self._judged) == self.max_judgements:
                self._settle()
            self._judged.add(features, part, likings[part], weights[part])
            expected = [self._expected_of(features[row : row + 1]) for row in part]
            self._expected = np.concatenate([self._expected, *expected])
            near_average = [self._with_average(features, int(row)) for row in part]
            self._near_average = np.concatenate([self._near_average, near_average])
            self._ordinals = np.concatenate([self._ordinals, self._n_learned + part])
            self._fitted = None
        self._n_learned += len(likings)

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
        explained = squared_lengths(fit.root @ cross)
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

    def left_out(self) -> LeftOut:
        """What the judged texts come out as, each by what was learned from the others."""
        likings = self._judged.likings
        weights = self._settled.counted(likings, self._judged.weights)
        return LeftOut(self._ordinals, self._fit().left_out, likings, weights)

    def _logits(self, features: Features, precision: type[np.floating[Any]]) -> Array:
        fit = self._fit()
        return linear(features, fit.base, fit.weights, precision)

    def _fit(self) -> _Fit:
        if self._fitted is None:
            self._fitted = self._solve()
        return self._fitted

    def _settle(self) -> None:
        """Makes room: the oldest of the larger side settle."""
        judged, amounts = self._judged, self._fit().amounts
        which = settling(judged.likings > 0)
        said = self._settled.add(judged, which, amounts, self.bias)
        self._settled_near_average += float(amounts[which] @ (self._near_average[which] + self.bias))
        self._expected = np.delete(self._expected + said, which)
        self._near_average = np.delete(self._near_average, which)
        self._ordinals = np.delete(self._ordinals, which)
        judged.delete(which)

    def _solve(self) -> _Fit:
        judged = self._judged
        if not len(judged):
            return _Fit(np.zeros((0, 0)), np.zeros(0), dict(self.prior), 0.0, np.zeros(0))
        covariance = judged.gram + self.bias
        covariance.flat[:: len(judged) + 1] += self.noise / (judged.weights * self._balanced())
        root = inverse_root(cholesky(covariance))
        amounts = root.T @ (root @ (judged.likings - self._expected))  # PRML 6.66, around the prior mean
        left_out = judged.likings - amounts / squared_lengths(root)  # GPML 5.12
        slope, offset = calibrate(
            *self._calibration_data(left_out, amounts), slope=self.slope, spread=self.spread
        )
        weights = {name: slope * block for name, block in judged.combine(amounts).items()}
        weights = self._settled.added_to(weights, slope)
        for name, before in self.prior.items():
            weights[name] = weights.get(name, 0.0) + slope / self.slope * before
        base = self.bias * float(amounts.sum()) + self._settled.base
        return _Fit(root, amounts, weights, slope * base + offset, slope * left_out + offset)

    def _calibration_data(self, left_out: Array, amounts: Array) -> tuple[Array, Array, Array]:
        """Scores, likings and weights to calibrate on: the judgements, and where likes prevail the background
        as dislikes.

        Nobody likes everything: a reader who gave more likes than dislikes has passed over texts without a
        word."""
        judged = self._judged
        counted = self._settled.counted(judged.likings, judged.weights)
        missing = max(0.0, float(counted @ np.sign(judged.likings)))
        if self.background is None or not missing:
            return left_out, judged.likings, counted
        score = float(amounts @ (self._near_average + self.bias)) + self._settled_near_average
        score += float(self._by_prior(self.background)[0]) / self.slope
        return (
            np.append(left_out, score),
            np.append(judged.likings, -1.0),
            np.append(counted, self.passed * missing),
        )

    def _expected_of(self, text: Features) -> Array:
        """(1,) liking of a text before it is judged, by the prior and what has settled."""
        if not self.prior and not self._settled.count:
            return np.zeros(1)
        return self._by_prior(text) / self.slope + self._settled.scores(text)

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
