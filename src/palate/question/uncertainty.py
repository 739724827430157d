"""Uncertainty: ask about what could go either way."""

import numpy as np

from palate.parts import Rows, Vector


class Uncertainty:
    """The texts whose probability of a like is nearest to one half; of equal ones those with the larger sd, then the first.

    Use it to sharpen a taste; it does not look at what the reader would enjoy reading. Costs O(m log m).
    Source: Lewis and Gale, A sequential algorithm for training text classifiers (1994).

    >>> Uncertainty().choose(np.array([0.9, 0.45, 0.5, 0.1]), np.full(4, 0.1), 2).tolist()
    [2, 1]
    """

    def choose(self, mean: Vector, sd: Vector, n: int) -> Rows:
        return np.lexsort((-sd, np.abs(mean - 0.5)))[:n]
