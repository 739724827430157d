"""ProfileTaste: the mean of what was liked minus the mean of what was disliked; the plainest learner, and a
fair opponent.
"""

from typing import Any

import numpy as np

from palate.features import Features

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]


class ProfileTaste:
    """One profile vector, moved towards each liked text and away from each disliked one.

    Use it where there are only likes, or as the baseline a better taste must beat. Learning costs O(n d) for
    n judged texts, valuing O(d) a text. Uses one dense block.

    block: the block it reads. half_life: the judgement that came this many judgements ago counts half, above
    0; infinity counts all alike. sharpness: logit of a text that lies on a profile of unit length, above 0.
    Source: Rocchio, Relevance feedback in information retrieval (1971), with beta = gamma and exponential
    forgetting.

    >>> taste = ProfileTaste()
    >>> taste.learn(Features({"semantic": np.eye(2)}), np.array([1.0, -1.0]), np.ones(2))
    >>> mean, sd = taste.value(Features({"semantic": np.array([[1.0, 0.0], [0.0, 1.0]])}))
    >>> mean.round(2).tolist()
    [0.88, 0.12]
    """

    def __init__(self, *, block: str = "semantic", half_life: float = np.inf, sharpness: float = 2.0) -> None:
        if half_life <= 0 or sharpness <= 0:
            raise ValueError(f"half_life and sharpness must be above 0, got {half_life=}, {sharpness=}")
        self.block, self.half_life, self.sharpness = block, half_life, sharpness
        self.forget()

    def forget(self) -> None:
        """Returns to the state before any feedback."""
        self.dropped = 0
        self._rows: Array = np.zeros((0, 0))
        self._likings: Array = np.zeros(0)
        self._weights: Array = np.zeros(0)

    def cost_ms(self, n: int) -> float:
        return 0.04 + 0.0004 * n

    def learn(self, features: Features, likings: Array, weights: Array) -> None:
        """Learns from n texts in order: likings (n,) in [-1, 1], weights (n,) above 0."""
        rows = np.asarray(features.blocks[self.block], dtype=np.float64)
        self._rows = np.vstack([self._rows, rows]) if len(self._rows) else rows
        self._likings = np.concatenate([self._likings, likings])
        self._weights = np.concatenate([self._weights, weights])

    def logits(self, features: Features) -> Array:
        """(n,) logit of a like."""
        profile, _ = self._profile()
        if not len(profile):
            return np.zeros(len(features))
        return self.sharpness * (np.asarray(features.blocks[self.block]) @ profile)

    def value(self, features: Features) -> tuple[Array, Array]:
        """Probability of a like and its sd, each (n,). The sd is that of the mean of as many coin flips as
        were judged.
        """
        mean = 1 / (1 + np.exp(-self.logits(features)))
        return mean, np.sqrt(mean * (1 - mean) / (self._profile()[1] + 1))

    def explain(self) -> tuple[float, dict[str, Array]]:
        """(base, weights of the block) with logit(mean) = base + row @ weights."""
        profile, _ = self._profile()
        return 0.0, ({self.block: self.sharpness * profile} if len(profile) else {})

    def nonlinear_shares(self, features: Features) -> dict[str, Array]:  # noqa: ARG002  nothing is
        """By name, (n,) shares of the logit that no weights explain: a linear taste has none."""
        return {}

    def _profile(self) -> tuple[Array, float]:
        """The profile vector (d,), empty before any feedback, and the weight of what was judged."""
        if not len(self._rows):
            return np.zeros(0), 0.0
        age = np.arange(len(self._likings))[::-1]
        profile = np.zeros(self._rows.shape[1])
        for side in (self._likings > 0, self._likings < 0):
            # aged from the newest of its side, so that a side that was not judged lately stays
            if side.any():
                weights = self._weights[side] * 0.5 ** ((age[side] - age[side].min()) / self.half_life)
                profile += (weights * self._likings[side]) @ self._rows[side] / weights.sum()
        return profile, float(self._weights @ 0.5 ** (age / self.half_life))
