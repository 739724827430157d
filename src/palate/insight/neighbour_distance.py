"""Neighbour distance: how far the nearest points of a point are."""

import numpy as np

from palate.parts import Matrix, Vector

POOL_POINTS = 20_000  # among which the nearest are looked for; of more, a sample
BLOCK = 1024  # points whose distances are in memory together


def neighbour_distances(points: Matrix, *, seed: int = 0) -> Vector:
    """Returns (n,) the distance of each of (n, d) points to its k-th nearest other.

    k is twice the root of the number of points: a group of odd ones that is smaller than that is far from the
    rest, however near they are to each other. Of more than 20,000 points a sample stands for all. Costs
    O(n^2 d) up to there, 3 s for 12,000.
    Source: Ramaswamy, Rastogi and Shim, Efficient algorithms for mining outliers (SIGMOD 2000).

    >>> neighbour_distances(np.array([[1.0, 0.0], [1.0, 0.5], [0.0, 0.0]])).round(1).tolist()
    [1.0, 1.1, 1.1]
    """
    n = len(points)
    if n < 2:
        return np.zeros(n)
    pool = np.arange(n)
    if n > POOL_POINTS:
        pool = np.sort(np.random.default_rng(seed).choice(n, POOL_POINTS, replace=False))
    k = min(round(2 * np.sqrt(len(pool))), len(pool) - 1)
    rows = np.asarray(points, np.float32)
    sampled, squares = rows[pool], np.einsum("nd,nd->n", rows, rows)
    is_pooled = np.isin(np.arange(n), pool)
    found = np.zeros(n)
    for first in range(0, n, BLOCK):
        part = slice(first, first + BLOCK)
        squared = squares[part, None] + squares[pool] - 2 * rows[part] @ sampled.T
        nearest = np.partition(squared, (k - 1, k), axis=1) if k < len(pool) else np.sort(squared, axis=1)
        # the nearest of a point of the sample is itself
        kth = np.where(is_pooled[part], nearest[:, min(k, len(pool) - 1)], nearest[:, k - 1])
        found[part] = np.sqrt(np.maximum(kth, 0))
    return found
