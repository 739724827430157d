"""ExactIndex: nearest texts by the cosine to every vector."""

from typing import TypeGuard

import numpy as np

from palate.parts import Mask, Matrix, Rows, Vector


class ExactIndex:
    """Compares a query with every vector.

    Use it below 200,000 texts, and as the oracle in tests of quicker indexes. A search costs O(n d), 0.5 ms
    for 12,000 x 256.

    vectors: (n, d) float32 rows of length 1 (or 0, whose cosine is 0).

    >>> index = ExactIndex(np.eye(3, dtype=np.float32))
    >>> indices, cosine = index.nearest(np.array([0.0, 0.6, 0.8]), 2)
    >>> indices.tolist(), cosine.round(2) == np.float32([0.8, 0.6])
    ([2, 1], array([ True,  True]))
    >>> index.nearest(np.array([0.0, 0.6, 0.8]), 2, allowed=np.array([0, 1]))[0].tolist()
    [1, 0]
    """

    def __init__(self, vectors: Matrix) -> None:
        self._vectors = vectors

    def nearest(self, vector: Vector, n: int, allowed: Mask | Rows | None = None) -> tuple[Rows, Vector]:
        """Returns indices of the n nearest vectors and their cosine to `vector`, nearest first, then in
        order. allowed: as for `Index`.
        """
        indices = None if allowed is None else indices_of(allowed)
        vectors = self._vectors if indices is None else self._vectors[indices]
        length = float(np.linalg.norm(vector))
        cosine = vectors @ (vector / length if length else vector).astype(np.float32)
        best = best_of(cosine, n)
        return best if indices is None else indices[best], cosine[best]


def is_mask(allowed: Mask | Rows) -> TypeGuard[Mask]:
    """Tells whether this is a mask, not indices."""
    return allowed.dtype == np.bool_


def indices_of(allowed: Mask | Rows) -> Rows:
    """Returns the indices that a mask, or already a line of indices, allows."""
    return np.flatnonzero(allowed) if is_mask(allowed) else np.asarray(allowed, dtype=np.int64)


def best_of(scores: Vector, n: int) -> Rows:
    """Returns the indices of the n highest scores, highest first, then in order.

    >>> best_of(np.array([1.0, 3.0, 3.0, 2.0]), 3).tolist()
    [1, 2, 3]
    """
    n = min(n, len(scores))
    cut = np.partition(scores, len(scores) - n)[len(scores) - n] if 0 < n < len(scores) else -np.inf
    candidates = np.flatnonzero(scores >= cut)
    return candidates[np.argsort(-scores[candidates], kind="stable")][:n]
