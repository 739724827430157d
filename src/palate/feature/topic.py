"""Topic: what a text shares with its nearest texts, so that those count which say the same in other words."""

import numpy as np

from palate.feature.nearest import nearest, unit_rows
from palate.parts import Matrix, Vector

SAMPLE_TEXTS = 20_000  # texts among which neighbours are sought


class Topic:
    """The mean of a text's neighbours: the nearest ones, and those to which it is among the nearest.

    Use it beside vectors where a reader's likes are few and texts short, such as titles: two texts that share
    neighbours are alike though their own vectors are apart. Costs n times min(n, 20,000) times d: 8 s for
    17,000 texts of 256 dims on one core.

    rows: (n, d) features of the content, here the semantic block. neighbours: how many are nearest, 1 or
    more. block: (n, d) float32 around 0 with a mean squared row length of 1; a text without neighbours lies
    at the mean. Raises ValueError outside this range.
    Source: one step of smoothing over the graph of nearest neighbours, as in Zhou, Bousquet, Lal, Weston and
    Schölkopf, Learning with Local and Global Consistency, NIPS 2003.

    >>> topic = Topic(np.array([[1.0, 0.0], [0.8, 0.6], [0.6, 0.8], [-1.0, 0.0], [-0.8, -0.6]]), neighbours=1)
    >>> first, second, third, other, last = topic.block
    >>> bool(first @ third > 0.5 > first @ other)
    True
    """

    def __init__(self, rows: Matrix, *, neighbours: int = 10) -> None:
        if neighbours < 1:
            raise ValueError(f"neighbours must be 1 or more, got {neighbours}")
        unit = unit_rows(rows)
        n = len(unit)
        sample = np.arange(0, n, max(1, -(-n // SAMPLE_TEXTS)))
        places = np.full(n, -1)
        places[sample] = np.arange(len(sample))
        self.neighbours = neighbours
        self._sample = unit[sample]
        weights = nearest(unit, self._sample, neighbours, own=places)
        sums = weights @ self._sample
        counts = np.asarray(weights.sum(axis=1), dtype=np.float32)
        sums[sample] += weights.T @ unit
        counts[sample] += np.asarray(weights.sum(axis=0), dtype=np.float32)
        means = sums / np.where(counts > 0, counts, 1)[:, None]
        held = means[counts > 0]
        self._mean: Vector = held.mean(axis=0) if len(held) else np.zeros(unit.shape[1], np.float32)
        energy = float(np.square(held - self._mean).sum()) / max(n, 1)
        self._scale = np.float32(1 / np.sqrt(energy) if energy > 1e-12 else 1.0)
        self.block: Matrix = np.where(
            (counts > 0)[:, None], (means - self._mean) * self._scale, np.float32(0)
        )

    def transform(self, rows: Matrix) -> Matrix:
        """(m, d) float32 of m new texts from their (m, d) features."""
        weights = nearest(unit_rows(rows), self._sample, self.neighbours)
        held = np.diff(weights.indptr) > 0
        means = (weights @ self._sample - self._mean) * self._scale
        return np.asarray(np.where(held[:, None], means, np.float32(0)), dtype=np.float32)
