"""Neighbours: the nearest of some vectors by cosine, exact, block by block."""

import numpy as np

from palate.parts import Matrix

MAX_COSINES = 2**24  # in memory together, 64 MB


def unit_rows(vectors: Matrix) -> Matrix:
    """Returns (n, d) float32 rows of length 1; rows of 0 stay so."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths, lengths, 1), dtype=np.float32)


def nearest_neighbours(
    vectors: Matrix, k: int, of: Matrix | None = None
) -> tuple[np.ndarray[tuple[int, int], np.dtype[np.int64]], Matrix]:
    """Returns for each vector the indices (n, k) of its k nearest by cosine, nearest first, and the cosines.

    vectors: (n, d). of: (m, d) the vectors among which the nearest are found; None for the n themselves, of
    which no vector is its own neighbour. k: less than their number. Costs O(n m d), 1 s for 12,000 of 256
    dims on one core.

    >>> indices, cosines = nearest_neighbours(np.array([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]]), 1)
    >>> indices[:, 0].tolist(), cosines[:, 0].round(2).tolist()
    ([2, 2, 1], [0.6000000238418579, 0.800000011920929, 0.800000011920929])
    """
    asked, pool = unit_rows(vectors), unit_rows(vectors if of is None else of)
    indices = np.zeros((len(asked), k), np.int64)
    cosines = np.zeros((len(asked), k), np.float32)
    step = max(1, MAX_COSINES // max(len(pool), 1))
    for first in range(0, len(asked), step):
        block = asked[first : first + step] @ pool.T
        if of is None:
            own = np.arange(len(block))
            block[own, first + own] = -np.inf
        best = np.argpartition(block, len(pool) - k, axis=1)[:, len(pool) - k :]
        found = np.take_along_axis(block, best, axis=1)
        order = np.lexsort((best, -found), axis=1)
        indices[first : first + step] = np.take_along_axis(best, order, axis=1)
        cosines[first : first + step] = np.take_along_axis(found, order, axis=1)
    return indices, cosines
