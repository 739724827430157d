"""PureSVD: readers and texts as singular vectors of the crowd's likings."""

from functools import lru_cache

import numpy as np
from scipy.sparse import csr_array

from palate.evaluation.arrays import IntVector, Vector
from palate.evaluation.replay_corpus import ReplayCorpus
from palate.feedback import CrowdFeedback
from palate.parts import Matrix

READERS_PER_FACTOR = 6  # or texts, where they are fewer
MAX_FACTORS = 500


class PureSvd:
    """A reader's likings, projected on the crowd's largest right singular vectors; what was not judged counts
    as 0.

    Use it as the purely collaborative baseline: it never reads a text. A text that nobody in the crowd has
    judged scores 0. Its authors chose the number of factors for each data set by trial; the rule here was the
    best but one tried for dev readers of citeulike-a, where more are better, at a cost that can be borne, 20
    s.
    Source: Cremonesi, Koren and Turrin, Performance of Recommender Algorithms on Top-N Recommendation Tasks,
    RecSys 2010."""

    name = "puresvd"
    calibrated = False

    def __init__(self, corpus: ReplayCorpus, _: np.random.Generator) -> None:
        self.factors = item_factors(corpus.required_crowd())

    def scores(self, rows: IntVector, likings: Vector) -> Vector:
        return np.asarray(self.factors @ (likings @ self.factors[rows]))


@lru_cache(maxsize=2)
def item_factors(crowd: CrowdFeedback, factors: int | None = None) -> Matrix:
    """Returns (n_texts, f), the right singular vectors of the (readers, n_texts) matrix of likings with the
    largest singular values.

    factors: how many at most; by the rule of this file if None.
    """
    from scipy.sparse.linalg import svds

    n_readers = int(crowd.readers.max(initial=-1)) + 1
    likings = csr_array((crowd.likings, (crowd.readers, crowd.indices)), shape=(n_readers, crowd.n_texts))
    default_factors = min(MAX_FACTORS, max(min(likings.shape) // READERS_PER_FACTOR, 1))
    n_factors = min(default_factors if factors is None else factors, *likings.shape)
    if n_factors == 0:
        return np.zeros((crowd.n_texts, 0))
    if n_factors == min(likings.shape):
        return np.linalg.svd(likings.toarray(), full_matrices=False)[2][:n_factors].T
    _, _, right = svds(likings, k=n_factors, v0=np.ones(min(likings.shape)))
    return np.asarray(right).T
