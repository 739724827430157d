"""A batch of questions without near-copies."""

import numpy as np

from palate.parts import Matrix, Rows

MAX_COSINE = 0.95  # cosine above which two texts ask the same


def distinct(order: Rows, vectors: Matrix, n: int) -> Rows:
    """Returns the first n indices of an order without texts whose cosine to one taken before is above 0.95.

    Those left out follow at the end, in order, where nothing else is left. Costs O(n m d) for m indices and
    d dims. Source: maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998) with a threshold in place
    of the trade-off.

    >>> distinct(np.array([2, 1, 0]), np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 0.0]]), 2).tolist()
    [2, 0]
    """
    taken: list[int] = []
    copies: list[int] = []
    nearest = np.full(len(vectors), -np.inf)  # cosine to the nearest text taken
    for index in order.tolist():
        if len(taken) >= n:
            break
        if nearest[index] > MAX_COSINE:
            copies.append(index)
            continue
        taken.append(index)
        np.maximum(nearest, vectors @ vectors[index], out=nearest)
    return np.array([*taken, *copies][:n], dtype=np.int64)
