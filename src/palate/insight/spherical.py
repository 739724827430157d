"""Spherical k-means: groups of vectors by their direction from the middle of all."""

from typing import NamedTuple

import numpy as np

from palate.errors import BadValue, MissingExtra
from palate.insight.neighbours import unit_rows
from palate.parts import Matrix, Rows, Vector

RUNS = 3  # from different beginnings, of which the best is kept
SAMPLED_TEXTS = 50_000  # that groups are learned from, where there are more


class Directions(NamedTuple):
    """k groups. mean: (d,) of all vectors. centres: (k, d) rows of length 1."""

    mean: Vector
    centres: Matrix

    def cosines(self, vectors: Matrix) -> Matrix:
        """Returns (n, k) how near each of (n, d) vectors lies to each centre, as seen from the mean."""
        return np.asarray(unit_rows(vectors - self.mean) @ self.centres.T, dtype=np.float32)


def spherical_kmeans(vectors: Matrix, k: int, *, seed: int = 0) -> tuple[Directions, Rows]:
    """Groups (n, d) vectors into k groups by their direction from their mean; returns these and (n,) the
    group of each.

    Use it for embeddings, whose lengths say nothing: what all texts have in common is taken off first. Of
    more than 50,000 vectors a sample is learned from. Costs O(n k d) a round. Raises BadValue where k is not
    between 1 and the number of different vectors, MissingExtra without [insight].
    Source: Dhillon and Modha (Machine Learning 2001), by scikit-learn's k-means on rows of length 1.
    """
    rng = np.random.default_rng(seed)
    n = len(vectors)
    learned = vectors
    if n > SAMPLED_TEXTS:
        learned = vectors[np.sort(rng.choice(n, SAMPLED_TEXTS, replace=False))]
    mean = learned.mean(axis=0, dtype=np.float64) if n else np.zeros(vectors.shape[1])
    units = unit_rows(learned - mean)
    directions = Directions(np.asarray(mean, np.float32), centres_of(units, kmeans(units, k, seed=seed), k))
    return directions, np.asarray(directions.cosines(vectors).argmax(axis=1))


def kmeans(points: Matrix, k: int, *, seed: int) -> Rows:
    """Returns (n,) the group, 0 to k - 1, of each of (n, d) points: the best of three beginnings.

    Raises BadValue where k is not between 1 and the number of different points, MissingExtra without
    [insight].
    """
    different = count_different(points) if len(points) <= 10 * k else len(points)
    if not 1 <= k <= different:
        raise BadValue(
            f"{k} groups need as many texts that differ, there are {different}; ask for fewer with --k"
        )
    try:
        from sklearn.cluster import KMeans
    except ModuleNotFoundError:
        raise MissingExtra("grouping texts", "insight") from None
    return np.asarray(KMeans(k, n_init=RUNS, random_state=seed).fit_predict(points), np.int64)


def count_different(points: Matrix) -> int:
    """Returns how many points differ by more than rounding."""
    return len(np.unique(points.round(6), axis=0))


def centres_of(units: Matrix, labels: Rows, k: int) -> Matrix:
    """Returns (k, d) the direction of the mean of each group of rows of length 1; 0 for a group without any.

    labels: (n,) below 0 for rows of no group.
    """
    sums = np.zeros((k, units.shape[1]), np.float32)
    held = labels >= 0
    np.add.at(sums, labels[held], units[held])
    return unit_rows(sums)
