"""Rocchio: one query from what the reader wrote, the liked texts and the disliked ones."""

import numpy as np

from palate.evaluation.arrays import Vector
from palate.parts import Matrix

DESCRIPTION, LIKED, DISLIKED = 1.0, 0.75, 0.15


def rocchio(description: Vector, liked: Matrix, disliked: Matrix) -> Vector:
    """Returns (d,) the description + 0.75 mean(liked) - 0.15 mean(disliked), each of length 1 before or
    nothing.

    description: (d,), zeros where there is none. liked, disliked: (m, d), also of no text. Without a
    description it points to the mean of the likes, a little away from the dislikes.
    Source: Rocchio, 1971; weights of Manning, Raghavan and Schütze, Introduction to Information Retrieval,
    2008, section 9.1.1.

    >>> rocchio(np.zeros(2), np.array([[1.0, 0.0], [0.0, 1.0]]), np.zeros((0, 2))).tolist()
    [0.375, 0.375]
    """
    query = DESCRIPTION * description
    if len(liked):
        query = query + LIKED * liked.mean(axis=0)
    if len(disliked):
        query = query - DISLIKED * disliked.mean(axis=0)
    return np.asarray(query)
