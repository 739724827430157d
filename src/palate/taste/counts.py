"""CountsTaste: naive Bayes on keywords; the cheapest learner there is."""

from typing import Any

import numpy as np
from scipy.sparse import csr_array

from palate.features import Features
from palate.taste.balance import balanced
from palate.taste.blocks import chosen
from palate.taste.calibration import calibrate
from palate.taste.chance import chance, linear

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]


class CountsTaste:
    """Multinomial naive Bayes: a term speaks for a like by how much more of the liked texts' weight it holds.

    Use it where a judgement must cost next to nothing, and beside other tastes: it errs elsewhere than they
    do. Learning costs O(terms) a judgement; the first value after it O(v + judged terms), about 1 ms for 50
    judgements and 12 ms for 1,000; valuing O(terms) a text. Every judgement counts for ever: `dropped` stays
    0.

    block: the sparse block it reads, of entries 0 or more. alpha: weight each term has on either side before
    any feedback, above 0; higher is slower to be convinced. ratio: weight of all likes over that of all
    dislikes, above 0. slope: logit for one unit of score before calibration, above 0. A liking counts by its
    sign, with its size as weight. Raises ValueError outside these ranges.
    Source: McCallum and Nigam, A comparison of event models for naive Bayes text classification (1998), on
    tf-idf as in Rennie et al. (2003); alpha and ratio are those of ASReview's ELAS u3.

    >>> taste = CountsTaste()
    >>> taste.learn(Features({"keyword": csr_array(np.eye(2))}), np.array([1.0, -1.0]), np.ones(2))
    >>> mean, sd = taste.value(Features({"keyword": csr_array(np.eye(2))}))
    >>> bool(mean[0] > 0.5 > mean[1])
    True
    """

    def __init__(
        self, *, block: str = "keyword", alpha: float = 3.8, ratio: float = 1.2, slope: float = 1.0
    ) -> None:
        if min(alpha, ratio, slope) <= 0:
            raise ValueError(f"alpha, ratio and slope must be above 0, got {alpha=}, {ratio=}, {slope=}")
        self.block, self.alpha, self.ratio, self.slope = block, alpha, ratio, slope
        self.forget()

    def forget(self) -> None:
        """Back to before any feedback."""
        self.dropped = 0
        self._counts: Array = np.zeros((2, 0))  # liked, disliked: weight of each term
        self._columns: list[np.ndarray[Any, np.dtype[np.integer[Any]]]] = []
        self._entries: list[Array] = []
        self._said: list[tuple[float, float]] = []  # liking, weight
        self._fitted: tuple[float, Array] | None = None

    def cost_ms(self, n: int) -> float:
        return 0.8 + 0.011 * n

    def learn(self, features: Features, likings: Array, weights: Array) -> None:
        """Learn from n texts in order: likings (n,) in [-1, 1], weights (n,) above 0."""
        rows = self._sparse(features)
        if len(likings) and not self._said:
            self._counts = np.zeros((2, rows.shape[1]))
        for row, (liking, weight) in enumerate(zip(likings.tolist(), weights.tolist(), strict=True)):
            there = slice(rows.indptr[row], rows.indptr[row + 1])
            self._columns.append(rows.indices[there])
            self._entries.append(rows.data[there].astype(np.float64))
            self._said.append((liking, weight))
            self._counts[int(liking < 0), self._columns[-1]] += weight * abs(liking) * self._entries[-1]
        self._fitted = None

    def logits(self, features: Features) -> Array:
        """(n,) log odds of a like, in single precision."""
        return linear(features, *self.explain(), np.float32)

    def value(self, features: Features) -> tuple[Array, Array]:
        """Probability of a like and its sd, each (n,): a text is as well known as its terms were met, in
        judged texts.
        """
        base, weights = self.explain()
        rows = self._sparse(features)
        met = (rows * rows) @ self._counts.sum(axis=0) if self._said else np.zeros(len(features))
        return chance(linear(features, base, weights, np.float64), np.asarray(met, dtype=np.float64))

    def explain(self) -> tuple[float, dict[str, Array]]:
        """(base, weights of the block) with logit(mean) = base + row @ weights."""
        if not self._said:
            return 0.0, {}
        if self._fitted is None:
            self._fitted = self._solve()
        base, weights = self._fitted
        return base, {self.block: weights}

    def nonlinear_shares(self, _: Features) -> dict[str, Array]:
        """Nothing: this taste is linear."""
        return {}

    def _sparse(self, features: Features) -> csr_array:
        block = chosen(features, [self.block])[self.block]
        if not isinstance(block, csr_array):
            raise ValueError(f"this taste reads a sparse block, and {self.block} is dense")
        return block

    def _solve(self) -> tuple[float, Array]:
        likings, weights = np.array(self._said).T
        liked, disliked = weights * np.maximum(likings, 0), weights * np.maximum(-likings, 0)
        factors = np.array(balanced(liked, disliked, self.ratio))[:, None]
        held = self._counts * factors + self.alpha  # (2, v)
        scores = self._left_out(held, np.stack([liked, disliked]) * factors)
        slope, offset = calibrate(scores, likings, weights, slope=self.slope)
        # a corpus may have no words
        return offset, slope * _log_odds(held, np.maximum(held.sum(axis=1), self.alpha))

    def _left_out(self, held: Array, sides: Array) -> Array:
        """(n,) score of each judged text by what the others said: its own entries are taken out of the
        counts.
        """
        columns, entries = np.concatenate(self._columns), np.concatenate(self._entries)
        owners = np.repeat(np.arange(len(self._said)), [len(part) for part in self._columns])
        sums = np.bincount(owners, entries, len(self._said))
        others = held[:, columns] - sides[:, owners] * entries
        totals = held.sum(axis=1)[:, None] - sides * sums
        return np.asarray(
            np.bincount(owners, entries * _log_odds(others, totals[:, owners]), len(self._said))
        )


def _log_odds(held: Array, totals: Array) -> Array:
    """Of each term, liked over disliked: held (2, m) of totals (2,) or (2, m)."""
    return np.asarray(np.log(held[0] / held[1]) - np.log(totals[0] / totals[1]))
