"""Reconstruction error: how much of a vector the main axes of the usual ones leave out."""

import numpy as np

from palate.insight.pca import principal_axes
from palate.parts import Matrix, Vector

AXES = 32
TEXTS_AN_AXIS = 10  # at least, so that the axes are not those of single vectors
USUAL_SHARE = 0.5  # of the vectors, those that are nearest to the others, of which the axes are made


def reconstruction_errors(vectors: Matrix, distances: Vector) -> Vector:
    """Returns (n,) the length of what 32 main axes leave out of each of (n, d) vectors; of few vectors fewer
    axes.

    The axes are those of the half of the vectors with the smallest distances (n,): odd ones that are many and
    alike would have an axis of their own, and so no error. Costs O(n d^2).
    Source: the trimming of Rousseeuw's least trimmed squares (1984), in one step.
    """
    usual = np.argsort(distances, kind="stable")[: max(2, round(USUAL_SHARE * len(vectors)))]
    if not np.any(vectors[usual] != vectors[usual[0]]):
        return np.asarray(np.linalg.norm(vectors - vectors[usual[0]], axis=1))
    axes = max(1, min(AXES, len(usual) // TEXTS_AN_AXIS, vectors.shape[1] // 2))
    return principal_axes([vectors[usual]], axes).left_out(vectors)
