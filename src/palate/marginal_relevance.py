"""An order by marginal relevance: near-stories do not fill the page."""

import numpy as np

from palate.parts import Mask, Matrix, Rows, Vector

POOL_TEXTS = 100  # best ones that are put into order
RELEVANCE_SHARE = 0.3  # of a text's gain, as the paper sets it to look around; the rest: unlike those before


def marginal_order(relevance: Vector, vectors: Matrix, n: int, first: Mask) -> Rows:
    """Returns the n indices that are best by maximal marginal relevance, each beside those before it.

    Use it where a page should show much of what there is. relevance: (m,), brought to [0, 1] here, so that
    any scale does; of equal gains the first index counts. vectors: (m, d) of length 1. first: (m,) those that
    stand before all others. Costs O(n m d).
    Source: Carbonell and Goldstein, The use of MMR (SIGIR 1998), with cosine as likeness.

    >>> vectors = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    >>> marginal_order(np.array([0.9, 0.8, 0.5]), vectors, 3, np.zeros(3, np.bool_)).tolist()
    [0, 2, 1]
    """
    spread = np.ptp(relevance) if len(relevance) else 0.0
    scaled = (relevance - relevance.min()) / spread if spread else np.zeros(len(relevance))
    left, nearest = np.ones(len(relevance), np.bool_), np.zeros(len(relevance))
    taken: list[int] = []
    for _ in range(min(n, len(relevance))):
        pool = left & first if np.any(left & first) else left
        gain = RELEVANCE_SHARE * scaled - (1 - RELEVANCE_SHARE) * nearest
        best = int(np.argmax(np.where(pool, gain, -np.inf)))
        taken.append(best)
        left[best] = False
        np.maximum(nearest, vectors @ vectors[best], out=nearest)
    return np.array(taken, dtype=np.int64)
