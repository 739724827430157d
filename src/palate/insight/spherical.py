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
    try:
        from sklearn.cluster import KMeans
    except ModuleNotFoundError:
        raise MissingExtra("grouping texts", "insight") from None
    rng = np.random.default_rng(seed)
    n = len(vectors)
    learned = vectors
    if n > SAMPLED_TEXTS:
        learned = vectors[np.sort(rng.choice(n, SAMPLED_TEXTS, replace=False))]
    mean = learned.mean(axis=0, dtype=np.float64) if n else np.zeros(vectors.shape[1])
    units = unit_rows(learned - mean)
    different = len(np.unique(units.round(6), axis=0)) if n <= 10 * k else n
    if not 1 <= k <= different:
        raise BadValue(
            f"{k} groups need as many texts that differ, there are {different}; ask for fewer with --k"
        )
    fitted = KMeans(k, n_init=RUNS, random_state=seed).fit(units)
    directions = Directions(np.asarray(mean, np.float32), unit_rows(fitted.cluster_centers_))
    return directions, np.asarray(directions.cosines(vectors).argmax(axis=1))
