"""The Beta belief about a probability that a mean and an sd stand for."""

from typing import Any

import numpy as np

from palate.parts import Vector

MIN_PROBABILITY = 1e-6  # and the same below 1: at 0 and 1 a Beta has no density


def beta_of(mean: Vector, sd: Vector) -> tuple[Vector, Vector]:
    """Returns (a, b), each (m,), of the Beta distributions with these means and sds. An sd of 0 is taken as
    one of about 0; no Beta is wider than one with all its mass at 0 and 1.

    >>> a, b = beta_of(np.array([0.5, 0.25]), np.array([0.12**0.5 / 1.2, 0.0]))
    >>> float(round(a[0], 6)), float(round(b[0], 6)), bool(a[1] > 1e9)
    (1.0, 1.0, True)
    """
    mean = np.clip(mean, MIN_PROBABILITY, 1 - MIN_PROBABILITY)
    variance: np.ndarray[Any, np.dtype[np.floating[Any]]] = mean * (1 - mean)
    # a + b: the number of judgements that the belief amounts to
    pseudo_count = np.clip(variance / np.maximum(sd, 1e-9) ** 2 - 1, MIN_PROBABILITY, None)
    return mean * pseudo_count, (1 - mean) * pseudo_count
