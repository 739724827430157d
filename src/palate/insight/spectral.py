"""Spectral coordinates: texts placed by whom they are neighbours of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, diags_array
from scipy.sparse.linalg import eigsh

from palate.insight.neighbours import nearest_neighbours, unit_rows

if TYPE_CHECKING:
    from palate.parts import Matrix

NEIGHBOURS, DIMS = 15, 10
CONNECTED = 1 - 1e-6  # below which the second eigenvalue is that of a graph in one part
DENSE = 256  # points up to which all eigenvectors are found at once


def spectral(points: Matrix, *, seed: int, neighbours: int = NEIGHBOURS, dims: int = DIMS) -> Matrix:
    """Returns (n, dims) coordinates of length 1: the first eigenvectors of the graph of nearest neighbours,
    without the constant one. Two texts lie close that are joined by many short ways over texts between them.

    points: (n, d) of length 1, n above 2; dims is less where n is small. seed: of the eigenvectors' start.
    Source: Ng, Jordan and Weiss, On spectral clustering, NIPS 2001; von Luxburg, A tutorial on spectral
    clustering, Statistics and Computing 17 (2007), the random walk's eigenvectors.
    """
    n = len(points)
    near, _ = nearest_neighbours(points, min(neighbours, n - 1))
    graph = csr_array(
        (np.ones(near.size), near.ravel(), np.arange(0, near.size + 1, near.shape[1])), shape=(n, n)
    )
    graph = csr_array(((graph + graph.T) > 0).astype(np.float64))
    scale = 1 / np.sqrt(np.asarray(graph.sum(axis=1)).ravel())
    walk = csr_array(diags_array(scale) @ graph @ diags_array(scale))
    wanted = min(dims + 1, n - 1)
    if n <= DENSE:
        values, vectors = (found[..., -wanted:] for found in np.linalg.eigh(walk.toarray()))
    else:
        start = np.random.default_rng(seed).normal(size=n)
        values, vectors = eigsh(walk, k=wanted, which="LA", tol=1e-4, v0=start)
    # of a graph in parts there is no constant one, but one for each part
    kept = vectors[:, :-1] if values[-2] < CONNECTED else vectors[:, 1:]
    return unit_rows(scale[:, None] * kept)
