"""MarginTaste: a linear support vector machine, with unjudged texts as weak dislikes; the strong baseline of
screening.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from scipy.linalg.lapack import dpotrf, dpotrs

from palate.features import Background, Features
from palate.taste.balance import balanced
from palate.taste.calibration import calibrate
from palate.taste.chance import chance, linear
from palate.taste.inverse import inverse_by
from palate.taste.judged_texts import JudgedTexts, retained
from palate.weights import Weights

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]
NEWTON_STEPS = 30  # at most; the method settles in about five
MIN_COST = 1e-9  # below which a text has no say


class _Fit(NamedTuple):
    """What one solve gives. support: (n,) bool. inverse: of the support's Gram matrix plus slack. weights,
    base: of the logit.
    """

    support: np.ndarray[Any, np.dtype[np.bool_]]
    inverse: Array
    weights: dict[str, Weights]
    base: float


class MarginTaste:
    """A linear L2-SVM: squared hinge loss, regularised intercept, likes and dislikes balanced.

    Use it where likes are rare and told by words, as in screening: dislikes far from the margin leave it
    alone, where a BayesTaste goes on fitting them. `weak` texts of the corpus, drawn with `seed`, count as
    dislikes that together weigh `doubt` times all likes: most texts are not liked, and that is known before
    any dislike.

    Solved exactly in the dual by Newton's method: learning costs O(n^3) for n judged and weak texts within
    the margin, about 2 ms for 150, 5 ms for 300 and 25 ms for 600; valuing costs O(d + terms) a text, its sd
    O(n^2) more. Beyond `max_judgements` judged texts the oldest of the larger side is dropped, and counted
    in `dropped`. Log odds come from a sigmoid fitted to left-out scores.

    scales: prior variance that each block brings, above 0. cost: of a judgement inside the margin, above 0;
    lower is smoother. ratio: weight of all likes over that of all dislikes, above 0. weak: texts drawn, 0 or
    more; doubt: above 0. slope: logit for one unit of score before calibration, above 0. max_judgements: 2
    or more. passed: what each like beyond the sum of dislikes weighs as a dislike of the weak texts in the
    sigmoid, 0 or more. background: where the weak texts come from. A liking counts by its sign, with its
    size as weight; 0 is no opinion. Raises ValueError outside these ranges. Source: Chapelle, Training a
    support vector machine in the primal (2007), section 3 (Newton's method for the squared hinge); GPML
    (2006), eq. 5.12, for left-out scores; settings of ASReview's ELAS u4.

    >>> taste = MarginTaste({"keyword": 1.0})
    >>> taste.learn(Features({"keyword": np.eye(2)}), np.array([1.0, -1.0]), np.ones(2))
    >>> mean, sd = taste.value(Features({"keyword": np.eye(2)}))
    >>> bool(mean[0] > 0.5 > mean[1])
    True
    """

    def __init__(
        self,
        scales: Mapping[str, float],
        *,
        cost: float = 0.11,
        ratio: float = 9.8,
        weak: int = 100,
        doubt: float = 0.03,
        slope: float = 2.0,
        max_judgements: int = 512,
        passed: float = 0.5,
        seed: int = 0,
        background: Background | None = None,
    ) -> None:
        if (
            not scales
            or min(*scales.values(), cost, ratio, doubt, slope) <= 0
            or min(weak, passed) < 0
            or max_judgements < 2
        ):
            raise ValueError(
                "scales, cost, ratio, doubt and slope must be above 0, weak and passed 0 or more,"
                f" max_judgements 2 or more; got {dict(scales)}, {cost=}, {ratio=}, {doubt=}, {slope=},"
                f" {weak=}, {passed=}, {max_judgements=}"
            )
        self.scales, self.cost, self.ratio = dict(scales), cost, ratio
        self.doubt, self.slope, self.max_judgements, self.passed = doubt, slope, max_judgements, passed
        self._weak: Features | None = None
        if background is not None and weak and len(background.sample):
            drawn = np.random.default_rng(seed).permutation(len(background.sample))[:weak]
            self._weak = background.sample[np.sort(drawn)]
        self.forget()

    def forget(self) -> None:
        """Returns to the state before any feedback."""
        self._judged = JudgedTexts(self.scales)
        self._n_weak = 0
        self._fitted: _Fit | None = None
        self.dropped = 0

    def cost_ms(self, n: int) -> float:
        n = min(n, self.max_judgements) + (len(self._weak) if self._weak is not None else 0)
        return 0.8 + 0.007 * n + 12.0 * (n / 512) ** 3

    def learn(self, features: Features, likings: Array, weights: Array) -> None:
        """Learns from n texts in order: likings (n,) in [-1, 1], weights (n,) above 0."""
        if len(likings) and self._weak is not None and not self._n_weak:
            self._n_weak = len(self._weak)
            ones = np.ones(self._n_weak)
            self._judged.add(self._weak, np.arange(self._n_weak), -ones, ones)
        liked = np.concatenate([self._judged.likings[self._n_weak :], likings]) > 0
        kept, n = retained(liked, self.max_judgements), len(self._judged) - self._n_weak
        self.dropped += len(liked) - len(kept)
        self._judged.delete(self._n_weak + np.delete(np.arange(n), kept[kept < n]))
        new = kept[kept >= n] - n
        self._judged.add(features, new, likings[new], weights[new])
        self._fitted = None

    def logits(self, features: Features) -> Array:
        """(n,) log odds of a like, in single precision."""
        return linear(features, *self.explain(), np.float32)

    def value(self, features: Features) -> tuple[Array, Array]:
        """Probability of a like and its sd, each (n,): judgements within the margin are what is known."""
        fit = self._fit()
        prior = self._judged.squares(features) + 1
        cross = self._judged.products(features)[fit.support] + 1
        left = prior - np.einsum("nm,nm->m", cross, fit.inverse @ cross)
        pseudo_count = (1 / np.maximum(left, 1e-12) - 1 / prior) / (2 * self.cost)
        return chance(linear(features, fit.base, fit.weights, np.float64), pseudo_count)

    def explain(self) -> tuple[float, dict[str, Weights]]:
        """(base, weights of each block) with logit(mean) = base + the sum over blocks of row @ weights."""
        fit = self._fit()
        return fit.base, fit.weights

    def nonlinear_shares(self, _: Features) -> dict[str, Array]:
        """Returns nothing: this taste is linear."""
        return {}

    def _fit(self) -> _Fit:
        if self._fitted is None:
            self._fitted = self._solve()
        return self._fitted

    def _solve(self) -> _Fit:
        judged, first = self._judged, self._n_weak
        if len(judged) == first:
            return _Fit(np.zeros(len(judged), np.bool_), np.zeros((0, 0)), {}, 0.0)
        targets, gram = np.sign(judged.likings), judged.gram + 1  # 1 for the intercept
        support, amounts, inverse = squared_hinge(gram, targets, self._costs())
        scores = amounts @ gram
        # left out; leaving out the others changes nothing
        scores[support] = targets[support] - amounts[support] / np.diag(inverse)
        # the intercept leans to the heavier side: the sigmoid has an offset of its own
        scores -= amounts.sum()
        # where likes prevail the weak texts stand for the dislikes that were not given
        counts = judged.weights.copy()
        counts[:first] = (
            self.passed * max(0.0, float(judged.weights[first:] @ judged.likings[first:])) / max(first, 1)
        )
        counted = counts > 0
        slope, offset = calibrate(scores[counted], judged.likings[counted], counts[counted], slope=self.slope)
        weights = {name: slope * block for name, block in judged.combine(amounts).items()}
        return _Fit(support, inverse, weights, offset)

    def _costs(self) -> Array:
        """(n,) cost of each text inside the margin: the weak ones together `doubt` times the likes that say
        anything here.
        """
        weights = self._judged.weights * np.abs(self._judged.likings)
        liked = np.where(self._judged.likings > 0, weights, 0.0)
        disliked = weights - liked
        disliked[: self._n_weak] = 0
        like, dislike = balanced(liked, disliked, self.ratio)
        costs = liked * like + disliked * dislike
        told = liked @ (np.diag(self._judged.gram) > 0)
        costs[: self._n_weak] = self.doubt * told * like / max(self._n_weak, 1)
        return self.cost * costs


def squared_hinge(
    gram: Array, targets: Array, costs: Array
) -> tuple[np.ndarray[Any, np.dtype[np.bool_]], Array, Array]:
    """(support (n,) bool, amounts (n,), inverse) of the L2-SVM: scores gram @ amounts minimise
    amounts @ gram @ amounts / 2 + sum(costs * max(0, 1 - targets * scores)^2).

    gram: (n, n). targets: 1, -1, or 0 for no opinion. costs: 0 or more; below MIN_COST a text is left out.
    inverse: of gram over the support plus diag(1 / (2 costs)). Source: Chapelle (2007), section 3; the step
    is halved until the loss falls."""
    used = (costs > MIN_COST) & (targets != 0)

    def loss(amounts: Array, scores: Array) -> float:
        return float(
            amounts @ scores / 2 + costs[used] @ np.maximum(0, 1 - targets[used] * scores[used]) ** 2
        )

    def factor() -> Array:
        within = gram[np.ix_(support, support)]
        within.flat[:: len(within) + 1] += 1 / (2 * costs[support])
        return np.asarray(dpotrf(within, lower=1)[0])

    support = used.copy()
    amounts, scores, current = np.zeros(len(gram)), np.zeros(len(gram)), np.inf
    lower = factor()
    for _ in range(NEWTON_STEPS):
        solved = np.zeros(len(gram))
        if support.any():
            solved[support] = dpotrs(lower, targets[support], lower=1)[0]
        step = solved - amounts
        moved = step @ gram
        length = 1.0
        while (
            not (after := loss(amounts + length * step, scores + length * moved)) <= current and length > 1e-6
        ):
            length /= 2
        amounts, scores, current = amounts + length * step, scores + length * moved, after
        within = used & (targets * scores < 1)
        if length == 1.0 and (within == support).all():
            break
        support = within
        lower = factor()
    return support, amounts, inverse_by(lower)
