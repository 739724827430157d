"""Qdrant's recommendations from liked and disliked texts, by two of its strategies. Its collections keep unit
vectors.

Source: qdrant-client 1.20.0, qdrant_client/local (recommend with average_vector, best_score); tests hold the
scores to it."""

import numpy as np
from numpy.typing import NDArray

from palate.encoder.windows import unit
from palate.evaluation.arrays import IntVector, Vector
from palate.evaluation.replay_corpus import ReplayCorpus


class QdrantAverage:
    """average_vector: the cosine to 2 mean(liked) - mean(disliked), to mean(liked) without dislikes.

    Qdrant refuses this strategy without a like; here all texts tie at 0 then.
    """

    name = "qdrant-average"
    calibrated = False

    def __init__(self, corpus: ReplayCorpus, _: np.random.Generator) -> None:
        self.vectors = unit(corpus.vectors)

    def scores(self, rows: IntVector, likings: Vector) -> Vector:
        liked, disliked = self.vectors[rows[likings > 0]], self.vectors[rows[likings <= 0]]
        if len(liked) == 0:
            return np.zeros(len(self.vectors))
        query = liked.mean(axis=0)
        if len(disliked):
            query = 2 * query - disliked.mean(axis=0)
        return np.asarray(self.vectors @ query, dtype=np.float64) / (float(np.linalg.norm(query)) or 1.0)


class QdrantBest:
    """best_score: s(p) where p, the best cosine to a liked text, is above q, the best to a disliked one; else
    -s(q).

    s(x) = (x / (1 + |x|) + 1) / 2. Without any judgement, where Qdrant refuses, all texts tie.
    """

    name = "qdrant-best"
    calibrated = False

    def __init__(self, corpus: ReplayCorpus, _: np.random.Generator) -> None:
        self.vectors = unit(corpus.vectors)
        self._learned = 0
        # (2, n) best cosine, to disliked texts and to liked ones
        self._best = np.full((2, len(self.vectors)), -np.inf, dtype=np.float32)

    def scores(self, rows: IntVector, likings: Vector) -> Vector:
        for row, liking in zip(rows[self._learned :], likings[self._learned :], strict=True):
            best = self._best[int(liking > 0)]
            np.maximum(best, self.vectors @ self.vectors[row], out=best)
        self._learned = len(rows)
        if len(rows) == 0:
            return np.zeros(len(self.vectors))
        negative, positive = self._best
        return np.where(positive > negative, _squeezed(positive), -_squeezed(negative)).astype(np.float64)


def _squeezed(cosines: NDArray[np.float32]) -> NDArray[np.float32]:
    """Maps (-1, 1) to (1/4, 3/4). Minus infinity, the best of none, is never chosen, as long as the other is
    finite.
    """
    finite = np.maximum(cosines, np.float32(-2.0))
    return np.asarray((finite / (1 + np.abs(finite)) + 1) / 2)
