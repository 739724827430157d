"""BanditTaste: liking as a reward, and how much there is still to learn about a text."""

from collections.abc import Mapping

import numpy as np

from palate.features import Background, Features
from palate.parts import Matrix, Vector
from palate.taste.blocks import joined, parted
from palate.taste.calibration import UNBALANCED_SHIFT, calibrate
from palate.taste.chance import chance, linear


class BanditTaste:
    """Ridge regression of the reward, the liking, on dense features; shows by optimism or by lot what is
    worth a try.

    Use it where what is shown decides what is learned: `optimistic` and `sample` give texts the benefit of
    the doubt, so that what nobody showed is tried. It differs from BayesTaste in that it knows nothing of the
    corpus, reads dense blocks alone, treats likes and dislikes alike, keeps every judgement, and learns in
    the primal: a judgement costs O(d^2 + n d), 1 ms for d = 256 and n = 1,000, valuing O(d) a text, 0.2 ms
    for 1,000, its sd O(d^2), 25 ms; for d up to 400.

    Rewards may come late, in any order and in parts: the belief depends on the set of judgements alone, up to
    rounding, and two of one text, of weights v and w, are one of weight v + w with the mean liking.

    scales: prior variance that each block brings to the reward, above 0. noise: variance of a reward around
    its mean, above 0. bias: prior variance of the intercept, above 0. slope: logit for one unit of expected
    reward before calibration, above 0. background: its prior weights, in log odds, are where the belief
    starts. Raises ValueError outside these ranges, and for a sparse block when it comes.
    Source: Li et al., A contextual-bandit approach to personalized news article recommendation (2010),
    algorithm 1 (disjoint linear models; the one arm is to show a text); Agrawal and Goyal, Thompson sampling
    for contextual bandits with linear payoffs (2013), algorithm 1; left-out rewards as in Allen, PRESS
    (1974).

    >>> taste = BanditTaste({"semantic": 1.0})
    >>> taste.learn(Features({"semantic": np.eye(3)[:2]}), np.array([1.0, -1.0]), np.ones(2))
    >>> mean, sd = taste.value(Features({"semantic": np.eye(3)}))
    >>> bool(mean[0] > mean[2] > mean[1]), bool(sd[2] > sd[0])
    (True, True)
    """

    def __init__(
        self,
        scales: Mapping[str, float],
        *,
        noise: float = 2.0,
        bias: float = 0.3,
        slope: float = 1.0,
        background: Background | None = None,
    ) -> None:
        if not scales or min(*scales.values(), noise, bias, slope) <= 0:
            raise ValueError(
                "scales, noise, bias and slope must be above 0;"
                f" got {dict(scales)}, {noise=}, {bias=}, {slope=}"
            )
        self.scales, self.noise, self.bias, self.slope = dict(scales), noise, bias, slope
        self._prior = dict(background.prior) if background else {}
        self.forget()

    def forget(self) -> None:
        """Returns to the state before any feedback."""
        self.dropped = 0
        self._likings: Vector = np.zeros(0)
        self._weights: Vector = np.zeros(0)
        self._expected: Vector = np.zeros(0)  # (n,) reward by the prior
        self._belief: _Belief | None = None
        self._fitted: tuple[float, float] | None = None

    def cost_ms(self, n: int) -> float:
        return 0.45 + 0.0006 * n

    def learn(self, features: Features, likings: Vector, weights: Vector) -> None:
        """Learns from n texts in any order: likings (n,) in [-1, 1], weights (n,) above 0."""
        rows = self._design(features)
        expected = self._by_prior(features)
        if not len(rows):
            return
        self._belief = self._about(rows)
        self._shape = Features({name: features.blocks[name][:0] for name in self.scales})
        for row, reward, weight in zip(rows, likings - expected, weights, strict=True):
            self._belief.add(row, float(reward), float(weight) / self.noise)
        self._expected = np.append(self._expected, expected)
        self._likings = np.append(self._likings, likings)
        self._weights = np.append(self._weights, weights)
        self._fitted = None

    def logits(self, features: Features) -> Vector:
        """(n,) log odds of a like, in single precision."""
        return linear(features, *self.explain(), np.float32)

    def value(self, features: Features) -> tuple[Vector, Vector]:
        """Probability of a like and its sd, each (n,). The sd is that of as many judgements as the belief is
        worth.
        """
        rows = self._design(features)
        before, after = np.einsum("nd,nd->n", rows, rows), self._about(rows).variances(rows)
        return chance(linear(features, *self.explain(), np.float64), self.noise * (1 / after - 1 / before))

    def explain(self) -> tuple[float, dict[str, Vector]]:
        """(base, weights of each block) with logit(mean) = base + the sum over blocks of row @ weights."""
        slope, offset = self._fit()
        weights = {name: slope / self.slope * prior for name, prior in self._prior.items()}
        if self._belief is None:
            return offset, weights
        for name, block in parted(self._belief.means[:-1], self._shape, self.scales).items():
            weights[name] = weights.get(name, 0.0) + slope * block
        return float(slope * np.sqrt(self.bias) * self._belief.means[-1] + offset), weights

    def nonlinear_shares(self, features: Features) -> dict[str, Vector]:  # noqa: ARG002  nothing is
        """By name, (n,) shares of the logit that no weights explain: a linear taste has none."""
        return {}

    def optimistic(self, features: Features, *, alpha: float = 1.0) -> Vector:
        """(n,) expected reward plus alpha of its sd: LinUCB. alpha: 0 or more; 0 goes by what is known
        alone.
        """
        rows = self._design(features)
        belief = self._about(rows)
        return self._by_prior(features) + rows @ belief.means + alpha * np.sqrt(belief.variances(rows))

    def sample(self, features: Features, rng: np.random.Generator) -> Vector:
        """(n,) reward by weights drawn once from the belief: Thompson sampling. Costs O(d^3) once."""
        rows = self._design(features)
        belief = self._about(rows)
        drawn = belief.means + np.linalg.cholesky(belief.covariance) @ rng.standard_normal(rows.shape[1])
        return self._by_prior(features) + rows @ drawn

    def _design(self, features: Features) -> Matrix:
        """(n, d + 1) features, and the intercept."""
        return np.hstack([joined(features, self.scales), np.full((len(features), 1), np.sqrt(self.bias))])

    def _by_prior(self, features: Features) -> Vector:
        return linear(features, 0.0, self._prior, np.float64) / self.slope

    def _about(self, rows: Matrix) -> "_Belief":
        return self._belief or _Belief(rows.shape[1])

    def _fit(self) -> tuple[float, float]:
        """Slope and offset of the log odds, by the reward expected of each judged text from the others."""
        if self._belief is None:
            return self.slope, 0.0
        if self._fitted is None:
            shares = self._weights / self.noise * self._belief.leverages
            rewards = self._belief.rows @ self._belief.means
            left_out = (rewards - shares * (self._likings - self._expected)) / (1 - shares)
            self._fitted = calibrate(
                left_out + self._expected,
                self._likings,
                self._weights,
                slope=self.slope,
                shift=UNBALANCED_SHIFT,
            )
        return self._fitted


class _Belief:
    """Gaussian, about d weights of prior variance 1; n judgements taken in. means (d,), covariance (d, d),
    leverages (n,).
    """

    def __init__(self, dims: int) -> None:
        self.covariance: Matrix = np.eye(dims)
        self.means: Vector = np.zeros(dims)
        self.leverages: Vector = np.zeros(0)  # (n,) variance of the reward of each judged text
        self._room: Matrix = np.zeros((8, dims))

    @property
    def rows(self) -> Matrix:
        """(n, d) of the judged texts."""
        return self._room[: len(self.leverages)]

    def add(self, row: Vector, reward: float, precision: float) -> None:
        """Sherman and Morrison's rank-one update, of the leverages too."""
        n = len(self.leverages)
        spread = self.covariance @ row
        variance = float(row @ spread)
        gain = precision / (1 + precision * variance)
        self.means += gain * (reward - row @ self.means) * spread
        self.covariance -= gain * np.outer(spread, spread)
        self.leverages = np.append(
            self.leverages - gain * (self.rows @ spread) ** 2, variance - gain * variance**2
        )
        if n == len(self._room):
            self._room = np.vstack([self._room, np.zeros_like(self._room)])
        self._room[n] = row

    def variances(self, rows: Matrix) -> Vector:
        """(m,) of the reward of m texts."""
        variances: Vector = np.einsum("nd,nd->n", rows @ self.covariance, rows)
        return variances
