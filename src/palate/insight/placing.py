"""Placing: new texts on a map that is there, without moving what is on it."""

import numpy as np

from palate.insight.neighbours import nearest_neighbours
from palate.parts import Matrix

NEIGHBOURS = 15  # of a new text that say where it belongs
STEPS = 20
TEMPERATURE = 0.1  # cosine by which a neighbour that is less near weighs e times less


def placed(vectors: Matrix, mapped: Matrix, positions: Matrix) -> Matrix:
    """Returns (n, 2) float32 positions of new vectors (n, d) on a map of others.

    mapped: (m, d) the vectors on the map, one or more. positions: (m, 2) theirs. Each new text settles where
    the attraction of its nearest mapped texts is in balance, under the kernel of t-SNE: where these lie in
    two groups it goes to one of them, not between. Costs O(n m d): 1 s for 1,000 on 100,000.
    Source: the attractive half of the gradient of van der Maaten and Hinton (JMLR 2008), eq. 5, set to 0 and
    iterated; start as openTSNE's, but the neighbour with most neighbours around it in place of the mean.

    >>> positions = np.array([[0.0, 0.0], [10.0, 0.0]])
    >>> placed(np.array([[1.0, 0.1]]), np.eye(2), positions).round(1).tolist()
    [[0.0, 0.0]]
    """
    if not len(vectors):
        return np.zeros((0, 2), np.float32)
    mean = mapped.mean(axis=0)  # as a map by t-SNE sees them
    indices, cosines = nearest_neighbours(vectors - mean, min(NEIGHBOURS, len(mapped)), of=mapped - mean)
    weights = np.exp((cosines - cosines[:, :1]) / TEMPERATURE)  # (n, k)
    around = positions[indices].astype(np.float64)  # (n, k, 2)
    scale = max(float(np.median(np.ptp(around, axis=1))), 1e-12) / 4  # of a neighbourhood on this map
    around_each = np.linalg.norm(around[:, :, None] - around[:, None], axis=-1) / scale  # (n, k, k)
    attraction = np.einsum("nk,njk->nj", weights, 1 / (1 + around_each**2))
    points = around[np.arange(len(around)), attraction.argmax(axis=1)]
    for _ in range(STEPS):
        near = weights / (1 + (np.linalg.norm(around - points[:, None], axis=-1) / scale) ** 2)
        points = np.einsum("nk,nkx->nx", near, around) / near.sum(axis=1, keepdims=True)
    return np.asarray(points, dtype=np.float32)
