"""Axis: a text's position among the stored texts along one direction, an integer from 0 to 1000."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from palate.insight.pca import principal_axes
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


def principal_axis(parts: Iterable[Matrix]) -> Axis:
    """Returns the direction along which n texts differ most: the first principal component of their vectors.

    parts: of the (n, d) vectors, one after the other, so that they need not be in memory together.
    Use it to put texts in one order by what divides them most, whatever the reader. Its sign may turn where
    texts are added that change what divides them. Costs O(n d^2). Raises BadValue where no two texts differ.
    Source: see `principal_axes`.

    >>> axis = principal_axis([np.array([[1.0, 0.0], [0.6, -0.8]]), np.array([[0.6, 0.8]])])
    >>> axis.direction.round(2).tolist(), round(axis.spread, 2)
    ([0.0, 1.0], 0.92)
    """
    found = principal_axes(parts, 1)
    return Axis(found.axes[0], found.mean, float(found.shares[0]))


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
