"""Balance: what likes and dislikes weigh, where one side is rare."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]


def balanced(liked: Array, disliked: Array, ratio: float) -> tuple[float, float]:
    """Factors on the weights of likes and of dislikes: all likes then weigh `ratio` times all dislikes, and
    the sum stays.

    liked, disliked: (n,) weight of each judgement on either side, 0 or more. With one side alone it weighs
    what its share would be beside the other. Source: the class "Balanced" of ASReview (van de Schoot et al.,
    Nature Machine Intelligence, 2021).

    >>> like, dislike = balanced(np.array([1.0, 0, 0, 0]), np.array([0.0, 1, 1, 1]), ratio=3.0)
    >>> round(like, 6), round(dislike, 6)
    (3.0, 0.333333)
    """
    likes, dislikes = float(liked.sum()), float(disliked.sum())
    total, share = likes + dislikes, ratio / (1 + ratio)
    return total * share / max(likes, 1e-12), total * (1 - share) / max(dislikes, 1e-12)
