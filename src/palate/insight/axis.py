"""Axis: a text's position among the stored texts along one direction, an integer from 0 to 1000."""

from typing import NamedTuple

import numpy as np

from palate.errors import BadValue
from palate.parts import Matrix, Vector

TOLERANCE = 1e-6


class Axis(NamedTuple):
    """A direction through the mean of some texts. direction: (d,) of length 1. mean: (d,) of the texts.
    spread: the share of their variance along it.
    """

    direction: Vector
    mean: Vector
    spread: float

    def along(self, vectors: Matrix) -> Vector:
        """Returns (n,) how far each of (n, d) vectors lies from the mean along the axis."""
        along: Vector = (vectors - self.mean) @ self.direction
        return along


def principal_axis(vectors: Matrix) -> Axis:
    """Returns the direction along which n texts differ most: the first principal component of their (n, d)
    vectors.

    Use it to put texts in one order by what divides them most, whatever the reader. The sign, which principal
    components leave open, is such that the largest coordinate is positive, so equal texts give the same axis
    on one machine; it may turn where texts are added that change what divides them. Costs O(n d^2). Raises
    BadValue where no two texts differ.
    Source: Pearson (1901); the sign as scikit-learn's svd_flip.

    >>> axis = principal_axis(np.array([[1.0, 0.0], [0.6, -0.8], [0.6, 0.8]]))
    >>> axis.direction.round(2).tolist(), round(axis.spread, 2)
    ([0.0, 1.0], 0.92)
    """
    rows = np.asarray(vectors, dtype=np.float64)
    if (rows == rows[:1]).all():
        raise BadValue(
            f"an axis needs texts that differ, all {len(vectors)} are alike; add others with: palate add"
        )
    mean: Vector = rows.mean(axis=0)
    variances, directions = np.linalg.eigh((rows - mean).T @ (rows - mean))  # ascending
    direction = directions[:, -1]
    return Axis(
        direction * np.sign(direction[np.abs(direction).argmax()]),
        mean,
        float(variances[-1] / variances.sum()),
    )


def position(value: float, others: Vector) -> int:
    """Returns the position of a value among others, (n,): the share of them below it in thousandths, plus
    half of those that are equal.

    A rank and not a distance, so that 500 is the middle text, whatever the scale, and an outlier moves
    no other. Values are equal where they differ by less than 1e-6: a text alone and the same among others are
    rounded differently.

    >>> position(3.0, np.array([1.0, 2.0, 3.0, 9.0])), position(0.0, np.array([1.0]))
    (625, 0)
    """
    equal = np.abs(others - value) < TOLERANCE
    return round(1000 * float(((others < value) & ~equal).mean() + equal.mean() / 2))
