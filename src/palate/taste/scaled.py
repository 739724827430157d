"""ScaledTaste: the profile of likes and dislikes, each dimension scaled by how well it tells the two
apart.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from palate.features import Background, Features
from palate.parts import Vector
from palate.taste.average import average_row
from palate.taste.blocks import chosen
from palate.taste.calibration import MAX_CALIBRATED, UNBALANCED_SHIFT, calibrate
from palate.taste.chance import chance, linear
from palate.taste.contrast import Contrast, contrast_like
from palate.taste.rate import LeftOut
from palate.weights import Weights

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]


class ScaledTaste:
    """A profile, the mean of what was liked minus the mean of what was disliked, times a learned scale per
    dimension.

    Use it where a few dimensions or words decide: they are found by themselves, in time that is linear in
    everything. The scale of a dimension is its squared t-statistic, how many standard errors the two means
    are apart, drawn towards 1. Both means start at the average text with the weight of `trust` judgements:
    likes alone set "this" apart from "everything". A liking between -1 and 1 belongs to both sides in
    proportion. A judgement costs O(d + terms), and the first value after it O(d + words) for the words of
    all judged texts; calibration, by left-out scores, takes the newest 128. Valuing costs O(d + terms) a
    text, 0.3 ms for 1,000. Of the words that no judged text has, those count that are commonest in the
    average text (see average.py).

    scales: how much each block counts, above 0. trust: judgements that the average text stands for, above 0.
    even: how strongly scales are drawn towards 1, in squared standard errors, above 0; infinity is a plain
    profile. slope: logit for one unit of score before calibration, above 0. Raises ValueError outside these
    ranges.
    Source: diagonal linear discriminants with shrinkage as in Tibshirani et al., Diagnosis of multiple cancer
    types by shrunken centroids (2002), eq. 1-2 (the t-statistic), here as a soft weight as in RELIEF, Kira
    and Rendell (1992).

    >>> taste = ScaledTaste({"semantic": 1.0})
    >>> taste.learn(Features({"semantic": np.eye(2)}), np.array([1.0, -1.0]), np.ones(2))
    >>> mean, sd = taste.value(Features({"semantic": np.eye(2)}))
    >>> bool(mean[0] > 0.5 > mean[1])
    True
    """

    def __init__(
        self,
        scales: Mapping[str, float],
        *,
        trust: float = 2.0,
        even: float = 3.0,
        slope: float = 4.0,
        background: Background | None = None,
    ) -> None:
        if not scales or min(*scales.values(), trust, even, slope) <= 0:
            raise ValueError(
                "scales, trust, even and slope must be above 0;"
                f" got {dict(scales)}, {trust=}, {even=}, {slope=}"
            )
        self.scales, self.trust, self.even, self.slope = dict(scales), trust, even, slope
        self._background = background if background and background.average.blocks else None
        self._prior = dict(background.prior) if background else {}
        self.forget()

    def forget(self) -> None:
        """Returns to the state before any feedback."""
        self.dropped = 0
        self._contrasts: dict[str, Contrast] = {}
        self._sides: Array = np.zeros(2)  # weight of the likes and of the dislikes
        self._newest: list[tuple[float, float, float]] = []  # liking, weight and score by the prior
        self._fitted: tuple[float, dict[str, Weights], Array] | None = None
        self._n_learned = 0

    def cost_ms(self, n: int) -> float:
        return 2 + 0.012 * min(n, MAX_CALIBRATED) + 0.003 * n

    def learn(self, features: Features, likings: Vector, weights: Vector) -> None:
        """Learns from n texts in order: likings (n,) in [-1, 1], weights (n,) above 0."""
        blocks = chosen(features, dict.fromkeys([*self.scales, *self._prior]))
        if len(likings) and not self._contrasts:
            self._contrasts = {
                name: contrast_like(
                    blocks[name],
                    average_row(self._background, name) if self._background else None,
                    trust=self.trust,
                    even=self.even,
                )
                for name in self.scales
            }
        for name, contrast in self._contrasts.items():
            contrast.meet(blocks[name])
        for row, (liking, weight) in enumerate(zip(likings.tolist(), weights.tolist(), strict=True)):
            sides = weight * (1 + np.array([liking, -liking])) / 2
            self._sides = self._sides + sides
            for name, contrast in self._contrasts.items():
                contrast.add(blocks[name], row, sides)
            expected = 0.0
            if self._prior:
                expected = float(linear(features[row : row + 1], 0.0, self._prior, np.float64)[0])
            self._newest = [*self._newest, (liking, weight, expected)][-MAX_CALIBRATED:]
            for contrast in self._contrasts.values():
                contrast.keep(MAX_CALIBRATED)
        self._n_learned += len(likings)
        self._fitted = None

    def logits(self, features: Features) -> Vector:
        """(n,) log odds of a like, in single precision."""
        return linear(features, *self.explain(), np.float32)

    def value(self, features: Features) -> tuple[Vector, Vector]:
        """Probability of a like and its sd, each (n,).

        The sd is that of as many judgements as the two means are sure of: all where both sides were judged as
        often, two at most where only one was."""
        errors = float((1 / (self.trust + self._sides)).sum())
        return chance(linear(features, *self.explain(), np.float64), float(4 / errors - 2 * self.trust))

    def explain(self) -> tuple[float, dict[str, Weights]]:
        """(base, weights of each block) with logit(mean) = base + the sum over blocks of row @ weights."""
        base, weights, _ = self._fit()
        return base, weights

    def left_out(self) -> LeftOut:
        """What the newest judged texts come out as, each by the means of the others."""
        likings, weights, _ = np.array(self._newest).reshape(-1, 3).T
        places = np.arange(self._n_learned - len(likings), self._n_learned)
        return LeftOut(places, self._fit()[2], likings, weights)

    def nonlinear_shares(self, features: Features) -> dict[str, Vector]:  # noqa: ARG002  nothing is
        """By name, (n,) shares of the logit that no weights explain: a linear taste has none."""
        return {}

    def _fit(self) -> tuple[float, dict[str, Weights], Array]:
        """The offset, the weights, and the logits of the newest judged texts, left out."""
        if self._fitted is None:
            self._fitted = self._solve()
        return self._fitted

    def _solve(self) -> tuple[float, dict[str, Weights], Array]:
        if not self._newest:
            return 0.0, dict(self._prior), np.zeros(0)
        likings, weights, expected = np.array(self._newest).T
        left_out = expected / self.slope
        directions: dict[str, Weights] = {name: prior / self.slope for name, prior in self._prior.items()}
        for name, scale in self.scales.items():
            scores, direction = self._contrasts[name].scores_and_direction(self._sides)
            left_out = left_out + scale * scores
            weighted = direction * scale
            directions[name] = directions[name] + weighted if name in directions else weighted
        slope, offset = calibrate(left_out, likings, weights, slope=self.slope, shift=UNBALANCED_SHIFT)
        blocks = {name: direction * slope for name, direction in directions.items()}
        return offset, blocks, np.asarray(slope * left_out + offset)
