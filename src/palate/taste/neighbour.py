"""NeighbourTaste: how near a text is to the best-liked text, less how near to the worst-disliked one."""

from collections.abc import Mapping

import numpy as np

from palate.features import Background, Features
from palate.parts import Matrix, Vector
from palate.taste.blocks import chosen
from palate.taste.calibration import UNBALANCED_SHIFT, calibrate
from palate.taste.chance import chance, linear
from palate.taste.judged_texts import JudgedTexts, retained

BATCH_TEXTS = 2048  # compared with the judged ones at once, so that memory stays small


class NeighbourTaste:
    """Cosine to the nearest liked text minus cosine to the nearest disliked one, read as a probability.

    Use it where a reader likes several things that have nothing in common: no mean of them is near any. A
    neighbour counts by its liking, so a text that was liked a little is a little near. It is not linear:
    `nonlinear_shares` gives what no weight explains. Learning costs O(n (d + terms)) for n judged texts,
    valuing as much again for every text, 30 ms for 1,000 texts and 50 judged ones, 200 ms for 500: it is for
    candidates rather than for all texts. Beyond `max_judgements` judged texts the oldest of the larger side
    is dropped, and counted in `dropped`.

    scales: how much each block counts in the cosine, above 0. slope: logit for one unit of score before
    calibration, above 0. max_judgements: 2 or more. background: its prior weights, in log odds, are a linear
    part of the score. Raises ValueError outside these ranges. Source: nearest neighbours of both kinds as in
    RELIEF, Kira and Rendell (1992); the score is that of Qdrant's best_score without its switch; calibrated
    on left-out scores (see calibration.py).

    >>> taste = NeighbourTaste({"semantic": 1.0})
    >>> taste.learn(Features({"semantic": np.eye(3)[:2]}), np.array([1.0, -1.0]), np.ones(2))
    >>> mean, sd = taste.value(Features({"semantic": np.eye(3)}))
    >>> bool(mean[0] > mean[2] > mean[1])
    True
    """

    def __init__(
        self,
        scales: Mapping[str, float],
        *,
        slope: float = 1.0,
        max_judgements: int = 512,
        background: Background | None = None,
    ) -> None:
        if not scales or min(*scales.values(), slope) <= 0 or max_judgements < 2:
            raise ValueError(
                "scales and slope must be above 0, max_judgements 2 or more;"
                f" got {dict(scales)}, {slope=}, {max_judgements=}"
            )
        self.scales, self.slope, self.max_judgements = dict(scales), slope, max_judgements
        self._prior = dict(background.prior) if background else {}
        self.forget()

    def forget(self) -> None:
        """Returns to the state before any feedback."""
        self.dropped = 0
        self._judged = JudgedTexts(self.scales)
        self._expected: Vector = np.zeros(0)  # (n,) by the prior, in units of score
        self._fitted: tuple[float, float] | None = None

    def cost_ms(self, n: int) -> float:
        n = min(n, self.max_judgements)
        return 0.7 + 0.002 * n + 2.6 * (n / 512) ** 2

    def learn(self, features: Features, likings: Vector, weights: Vector) -> None:
        """Learns from n texts in order: likings (n,) in [-1, 1], weights (n,) above 0."""
        texts = Features(chosen(features, dict.fromkeys([*self.scales, *self._prior])))
        expected = linear(texts, 0.0, self._prior, np.float64) / self.slope
        liked = np.concatenate([self._judged.likings, likings]) > 0
        kept, n = retained(liked, self.max_judgements), len(self._judged)
        self.dropped += len(liked) - len(kept)
        self._judged.delete(np.setdiff1d(np.arange(n), kept))
        new = kept[kept >= n] - n
        self._judged.add(texts, new, likings[new], weights[new])
        self._expected = np.concatenate([self._expected, expected])[kept]
        self._fitted = None

    def logits(self, features: Features) -> Vector:
        """(n,) log odds of a like."""
        return linear(features, *self.explain(), np.float64) + self.nonlinear_shares(features)["neighbour"]

    def value(self, features: Features) -> tuple[Vector, Vector]:
        """Probability of a like and its sd, each (n,). A judgement counts for the sd by its squared
        cosine.
        """
        base, weights = self.explain()
        cosines = self._cosines(features)
        logits = linear(features, base, weights, np.float64) + self._fit()[0] * self._score(cosines)
        return chance(logits, self._judged.weights @ cosines**2)

    def explain(self) -> tuple[float, dict[str, Vector]]:
        """(base, weights per block): what the prior says; the neighbours' share is in `nonlinear_shares`."""
        slope, offset = self._fit()
        return offset, {name: slope / self.slope * prior for name, prior in self._prior.items()}

    def nonlinear_shares(self, features: Features) -> dict[str, Vector]:
        """What the nearest neighbours bring to the logit, (n,)."""
        scores = [
            self._score(self._cosines(features[start : start + BATCH_TEXTS]))
            for start in range(0, len(features), BATCH_TEXTS)
        ]
        return {"neighbour": self._fit()[0] * np.concatenate([np.zeros(0), *scores])}

    def _fit(self) -> tuple[float, float]:
        if self._fitted is None:
            self._fitted = self._calibrated()
        return self._fitted

    def _calibrated(self) -> tuple[float, float]:
        """Slope and offset, by the score that each judged text has among the others."""
        judged = self._judged
        if not len(judged):
            return self.slope, 0.0
        lengths = _root(np.diag(judged.gram))
        cosines = judged.gram / np.outer(lengths, lengths)
        np.fill_diagonal(cosines, np.nan)
        return calibrate(
            self._score(cosines) + self._expected,
            judged.likings,
            judged.weights,
            slope=self.slope,
            shift=UNBALANCED_SHIFT,
        )

    def _cosines(self, features: Features) -> Matrix:
        """(n judged, m) cosine with each of m texts, 0 for a text that says nothing."""
        lengths, others = _root(np.diag(self._judged.gram)), _root(self._judged.squares(features))
        return self._judged.products(features) / np.outer(lengths, others)

    def _score(self, cosines: Matrix) -> Vector:
        """(m,) nearest liked minus nearest disliked; a side without a text counts 0, a judged text that is
        nan is not there.
        """
        likings = self._judged.likings
        return _nearest(cosines, likings, likings > 0) - _nearest(cosines, -likings, likings < 0)


def _nearest(cosines: Matrix, amounts: Vector, side: "np.ndarray[tuple[int], np.dtype[np.bool]]") -> Vector:
    near = amounts[side, None] * cosines[side]
    best: Vector = np.fmax.reduce(near, axis=0, initial=-np.inf)
    return np.where(np.isfinite(best), best, 0.0)


def _root(squares: Vector) -> Vector:
    """Lengths, with 1 for what has none."""
    return np.sqrt(np.where(squares > 0, squares, 1.0))
