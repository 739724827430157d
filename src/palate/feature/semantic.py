"""Semantic: vectors seen against the corpus, so that what all texts share counts little."""

from typing import Any, Self

import numpy as np

from palate.parts import Matrix, Vector

SAMPLE = 20_000  # texts that the background is estimated from
ROWS_AT_ONCE = 64  # in one product
ISOTROPIC = 50  # pseudo-texts spread evenly in all directions: what is assumed before there are texts


class Semantic:
    """The background of a corpus: weak negatives that every taste starts from.

    A Bayesian linear taste that takes each corpus text as a weak, neutral observation has the prior precision
    `shrinkage + covariance` on its weights. Learning such a taste on vectors is learning one with a plain
    prior on vectors that are centred and whitened by that precision, which is what `transform` gives.

    `fit` takes (n, d) vectors of the corpus, of which at most 20,000 evenly spaced ones are used. Costs O(n
    d^2). mean: (d,). matrix: (d, d).
    shrinkage: ridge of the precision in mean eigenvalues, above 0; higher is closer to plain cosine. It grows
    by d / n, since few texts tell little of d directions: whitened by what they happen to vary in, a small
    store would lose what its subjects have in common (decision 0026). Source: Bishop, PRML (2006), section
    3.3 (the posterior of one round of observations is the prior of the next).

    >>> rng = np.random.default_rng(0)
    >>> corpus = rng.normal(size=(500, 4)) * [3, 1, 1, 1] + [5, 0, 0, 0]
    >>> features = Semantic.fit(corpus).transform(corpus)
    >>> bool(abs(features.mean()) < 0.2), bool(0.9 < (features**2).sum(axis=1).mean() < 1.1)
    (True, True)
    """

    def __init__(self, mean: Vector, matrix: Matrix) -> None:
        self.mean: Vector = mean  # (d,)
        self.matrix: Matrix = matrix  # (d, d)

    @classmethod
    def fit(cls, vectors: Matrix, *, shrinkage: float = 3.0) -> Self:
        """Returns the background of (n, d) vectors."""
        sample = np.asarray(vectors[:: sample_step(len(vectors))], dtype=np.float64)
        n, dims = sample.shape
        total = n + ISOTROPIC
        mean: Vector = sample.sum(axis=0) / total
        centred = sample - mean
        covariance = (centred.T @ centred + np.eye(dims) * (ISOTROPIC / dims)) / total
        eigenvalues, axes = np.linalg.eigh(covariance)
        ridge = shrinkage * (1 + dims / max(n, 1))
        whitened = 1 / (eigenvalues + ridge * eigenvalues.mean())
        energy = float(eigenvalues @ whitened)  # mean squared length after whitening
        return cls(mean, axes * np.sqrt(whitened / energy))

    def transform(self, vectors: Matrix) -> np.ndarray[tuple[int, int], np.dtype[Any]]:
        """Returns (n, d) float32 features, of a mean squared length of 1 over the corpus, from (n, d)
        vectors.

        The bits of a row do not depend on the others: products are made of `ROWS_AT_ONCE` rows, zeros among
        them, since BLAS sums in another order where there are few."""
        rows = np.zeros((-(-len(vectors) // ROWS_AT_ONCE) * ROWS_AT_ONCE, vectors.shape[1]), np.float32)
        np.subtract(vectors, self.mean.astype(np.float32), out=rows[: len(vectors)], dtype=np.float32)
        matrix, features = self.matrix.astype(np.float32), np.empty_like(rows)
        for begin in range(0, len(rows), ROWS_AT_ONCE):
            part = slice(begin, begin + ROWS_AT_ONCE)
            np.matmul(rows[part], matrix, out=features[part])
        return features[: len(vectors)]

    def direction(self, weights: Vector) -> Vector:
        """Weights on features as weights on vectors: `transform(x) @ weights == (x - mean) @
        direction(weights)`.
        """
        return self.matrix @ weights


def sample_step(n: int) -> int:
    """Returns the step between the vectors of n that the background is estimated from.

    >>> sample_step(5), sample_step(40_001)
    (1, 3)
    """
    return max(1, -(-n // SAMPLE))
