"""The belief about a probability that a mean and an sd stand for."""

from typing import Any

import numpy as np

from palate.parts import Vector

MIN_PROBABILITY = 1e-6  # how near to 0 and 1 a mean may come; at the ends a Beta has no density


def beta_of(mean: Vector, sd: Vector) -> tuple[Vector, Vector]:
    """(a, b), each (m,), of the Beta distributions with these means and sds; no sd is one of about 0, no Beta
    is wider than 0/1.

    >>> a, b = beta_of(np.array([0.5, 0.25]), np.array([0.12**0.5 / 1.2, 0.0]))
    >>> float(round(a[0], 6)), float(round(b[0], 6)), bool(a[1] > 1e9)
    (1.0, 1.0, True)
    """
    mean = np.clip(mean, MIN_PROBABILITY, 1 - MIN_PROBABILITY)
    variance: np.ndarray[Any, np.dtype[np.floating[Any]]] = mean * (1 - mean)
    # a + b: judgements the belief is worth
    worth = np.clip(variance / np.maximum(sd, 1e-9) ** 2 - 1, MIN_PROBABILITY, None)
    return mean * worth, (1 - mean) * worth
