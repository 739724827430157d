"""PCA: the directions along which vectors differ most, with the share of their variance that each keeps."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from palate.errors import BadValue
from palate.parts import Matrix, Vector


class Pca(NamedTuple):
    """k directions through the mean of some vectors, that with the most variance first.

    mean: (d,). axes: (k, d), orthogonal rows of length 1. shares: (k,) of the variance.
    """

    mean: Vector
    axes: Matrix
    shares: Vector

    def along(self, vectors: Matrix) -> Matrix:
        """Returns (n, k) how far each of (n, d) vectors lies from the mean along each axis."""
        along: Matrix = (vectors - self.mean) @ self.axes.T
        return along

    def left_out(self, vectors: Matrix) -> Vector:
        """Returns (n,) the length of what the axes leave out of each of (n, d) vectors."""
        offsets = np.asarray(vectors, np.float64) - self.mean
        return np.asarray(np.linalg.norm(offsets - (offsets @ self.axes.T) @ self.axes, axis=1))


def principal_axes(parts: Iterable[Matrix], k: int) -> Pca:
    """Returns the k principal axes of n vectors; fewer where these have fewer dims.

    parts: of the (n, d) vectors, one after the other, so that they need not be in memory together. The sign,
    which principal components leave open, is such that the largest coordinate is positive: equal vectors give
    the same axes on one machine. Costs O(n d^2). Raises BadValue where no two vectors differ.
    Source: Pearson (1901); the sign as scikit-learn's svd_flip.

    >>> found = principal_axes([np.array([[1.0, 0.0], [0.6, -0.8]]), np.array([[0.6, 0.8]])], 2)
    >>> found.axes.round(2).tolist(), found.shares.round(2).tolist()
    ([[0.0, 1.0], [1.0, 0.0]], [0.92, 0.08])
    """
    n, first, total, scatter = 0, np.zeros(0), np.zeros(0), np.zeros((0, 0))
    for part in parts:
        rows = np.asarray(part, dtype=np.float64)
        if not len(rows):
            continue
        if not n:
            dims = rows.shape[1]
            first, total, scatter = rows[0].copy(), np.zeros(dims), np.zeros((dims, dims))
        n += len(rows)
        offsets = rows - first  # squares around one of the vectors lose fewer digits than around 0
        total += offsets.sum(axis=0)
        scatter += offsets.T @ offsets
    if not scatter.any():
        raise BadValue(f"an axis needs texts that differ, all {n} are alike; add others with: palate add")
    offset = total / n
    mean: Vector = first + offset
    variances, directions = np.linalg.eigh(scatter - n * np.outer(offset, offset))  # ascending
    axes = directions[:, ::-1][:, :k].T
    axes = axes * np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])[:, None]
    shares = np.maximum(variances[::-1][:k], 0) / variances.sum()
    return Pca(mean, axes, shares)
