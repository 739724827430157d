"""Neighbour distance: how far the nearest texts of a text are."""

import numpy as np

from palate.insight.neighbours import nearest_neighbours
from palate.parts import Matrix, Vector

POOL_TEXTS = 20_000  # among which the nearest are looked for; of more, a sample


def neighbour_distances(vectors: Matrix, *, seed: int = 0) -> Vector:
    """Returns (n,) the cosine distance of each of (n, d) vectors to its k-th nearest other, 0 to 2.

    k is twice the root of the number of texts: a group of odd texts that is smaller than that is far from the
    rest, however near its texts are to each other. Of more than 20,000 texts a sample stands for all. Costs
    O(n^2 d) up to there.
    Source: Ramaswamy, Rastogi and Shim, Efficient algorithms for mining outliers (SIGMOD 2000).

    >>> far = neighbour_distances(np.array([[1.0, 0.0], [1.0, 0.1], [0.0, 1.0]]))
    >>> [round(float(distance), 1) for distance in far]
    [1.0, 0.9, 1.0]
    """
    n = len(vectors)
    if n < 2:
        return np.zeros(n)
    pool = np.arange(n)
    if n > POOL_TEXTS:
        pool = np.sort(np.random.default_rng(seed).choice(n, POOL_TEXTS, replace=False))
    k = min(round(2 * np.sqrt(len(pool))), len(pool) - 1)
    if len(pool) == n:
        return np.asarray(1 - nearest_neighbours(vectors, k)[1][:, -1])
    cosines = nearest_neighbours(vectors, k + 1, of=vectors[pool])[1]
    is_pooled = np.isin(np.arange(n), pool)  # the nearest of a text of the sample is itself
    return np.asarray(1 - np.where(is_pooled, cosines[:, k], cosines[:, k - 1]))
