"""Diverse: ask about texts that stand for many others."""

from typing import Literal

import numpy as np

from palate.parts import Candidates, Matrix, Rows, Vector
from palate.question.distinct import distinct

TEXTS_PER_QUESTION = 50  # uncertain texts that are clustered for each question
LLOYD_ITERATIONS = 20  # of Lloyd's algorithm; it settles in fewer


class Diverse:
    """Clusters the uncertain texts and asks about the text nearest to the centre of each of n clusters, the
    heaviest cluster first.

    A text weighs p (1 - p). Use it for a batch of questions that are answered together, or to look around
    before anything is known: what is typical of many texts teaches more than an outlier. Costs O(n m d).
    Source: Zhdanov, Diverse mini-batch active learning (arXiv:1901.05954, 2019), algorithm 1, on the sphere;
    k-means++: Arthur and Vassilvitskii (SODA 2007)."""

    pool: Literal["even", "best", "all"] = "even"

    def choose(self, candidates: Candidates, n: int, rng: np.random.Generator) -> Rows:
        weights = candidates.mean * (1 - candidates.mean) + 1e-9
        heaviest_first = np.argsort(-weights, kind="stable")
        indices = heaviest_first[: TEXTS_PER_QUESTION * n]
        if not len(indices):
            return indices
        vectors = np.asarray(candidates.vectors[indices], dtype=np.float64)
        centres = clusters(vectors, weights[indices], min(n, len(indices)), rng)
        cosines = vectors @ centres.T
        taken: list[int] = []
        for centre in range(len(centres)):
            cosines[taken, centre] = -np.inf
            taken.append(int(np.argmax(cosines[:, centre])))
        central = indices[taken]
        others = heaviest_first[~np.isin(heaviest_first, central)]
        return distinct(np.concatenate([central, others]), candidates.vectors, n)


def clusters(vectors: Matrix, weights: Vector, n: int, rng: np.random.Generator) -> Matrix:
    """Returns (n, d) centres of length 1 of the n clusters of (m, d) vectors with weights above 0, the
    heaviest cluster first.

    >>> vectors = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    >>> clusters(vectors, np.ones(3), 2, np.random.default_rng(0)).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    centres = vectors[[int(rng.choice(len(vectors), p=weights / weights.sum()))]]
    while len(centres) < n:
        distances = weights * np.clip(1 - (vectors @ centres.T).max(axis=1), 1e-12, None)
        centres = np.vstack([centres, vectors[int(rng.choice(len(vectors), p=distances / distances.sum()))]])
    for _ in range(LLOYD_ITERATIONS):
        nearest = (vectors @ centres.T).argmax(axis=1)
        sums = np.zeros_like(centres)
        np.add.at(sums, nearest, weights[:, None] * vectors)
        length = np.linalg.norm(sums, axis=1, keepdims=True)
        centres = np.where(length > 0, sums / np.maximum(length, 1e-300), centres)
    cluster_weights = np.bincount((vectors @ centres.T).argmax(axis=1), weights, minlength=n)
    return np.asarray(centres[np.argsort(-cluster_weights, kind="stable")])
