"""Silhouette: how many groups some vectors fall into, and how well each text sits in its own."""

from collections.abc import Sequence

import numpy as np

from palate.errors import BadValue
from palate.insight.neighbours import unit_rows
from palate.insight.spherical import spherical_kmeans
from palate.parts import Matrix, Rows, Vector

SAMPLED_TEXTS = 2000  # of which silhouettes are taken, where there are more
CANDIDATES = (2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30)


def silhouettes(vectors: Matrix, labels: Rows) -> Vector:
    """Returns (n,) the silhouette of each of (n, d) vectors, -1 to 1, by cosine; 0 where a group is of one.

    Above 0 a text is nearer to its own group than to any other. Costs O(n^2 d).
    Source: Rousseeuw, Silhouettes (1987), held to scikit-learn's silhouette_samples.

    >>> silhouettes(np.array([[1, 0], [1, 0.1], [0, 1], [0.1, 1]]), np.array([0, 0, 1, 1])).round(1).tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    units = unit_rows(vectors)
    names, codes = np.unique(labels, return_inverse=True)
    sizes = np.bincount(codes)
    sums = np.zeros((len(names), units.shape[1]))
    np.add.at(sums, codes, units)
    distances = sizes - units @ sums.T  # (n, k) sums of cosine distances
    own = np.arange(len(units))
    within = (distances[own, codes] - (1 - np.sum(units * units, axis=1))) / np.maximum(sizes[codes] - 1, 1)
    others = distances / sizes
    others[own, codes] = np.inf
    nearest = others.min(axis=1)
    larger = np.maximum(within, nearest)
    found = np.where(larger > 0, (nearest - within) / np.where(larger > 0, larger, 1), 0.0)
    return np.where(sizes[codes] > 1, found, 0.0) if len(names) > 1 else np.zeros(len(units))


def best_k(vectors: Matrix, *, candidates: Sequence[int] = CANDIDATES, seed: int = 0) -> int:
    """Returns the number of groups with the highest mean silhouette, the smallest of equals.

    Of more than 2,000 vectors a sample is asked. Raises BadValue where there are fewer than three different
    vectors.
    """
    rng = np.random.default_rng(seed)
    if len(vectors) > SAMPLED_TEXTS:
        vectors = vectors[np.sort(rng.choice(len(vectors), SAMPLED_TEXTS, replace=False))]
    offsets = vectors - vectors.mean(axis=0) if len(vectors) else vectors
    n_different = len(np.unique(unit_rows(offsets).round(6), axis=0))
    possible = [k for k in candidates if k < n_different]
    if not possible:
        raise BadValue(
            f"groups need three texts that differ, there are {n_different};"
            " add others, or say how many with --k"
        )
    means = [float(silhouettes(offsets, spherical_kmeans(vectors, k, seed=seed)[1]).mean()) for k in possible]
    return possible[int(np.argmax(means))]
