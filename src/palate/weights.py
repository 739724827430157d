"""Weights: what a linear taste gives to each feature of a block; of words, only of those it has met."""

from dataclasses import dataclass
from threading import local
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from palate.features import Block

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]
Columns = np.ndarray[tuple[int], np.dtype[np.int32]]
Precision = type[np.floating[Any]]
# as many times fewer columns are looked up one by one: past that, spreading the weights out is quicker
LOOKUP_FACTOR = 8


@dataclass(frozen=True, eq=False)
class Sparse:
    """A vector of `width` numbers, of which those that are not 0 are in some columns.

    Use it for weights of words: a store has a million of them, and the judged texts some ten thousand. It
    adds to another one or to a dense vector, is multiplied by a number, and NumPy takes it for the dense
    vector it stands for, at O(width).

    columns: (k,) ascending. values: (k,) float64.

    >>> one = Sparse(np.array([1, 3], np.int32), np.ones(2), 4)
    >>> other = Sparse(np.array([0, 3], np.int32), np.ones(2), 4)
    >>> np.asarray(one + 0.5 * other).tolist(), one.at(np.array([3, 2, 3])).tolist()
    ([0.5, 1.0, 0.0, 1.5], [1.0, 0.0, 1.0])
    """

    columns: Columns
    values: Array
    width: int

    def __len__(self) -> int:
        return self.width

    def at(self, columns: Any) -> Array:
        """(m,) what stands in some columns. Costs O(m log k) for few, else O(m + k)."""
        if LOOKUP_FACTOR * len(columns) > len(self.columns):
            return _ROOM.look_up(self, columns)
        places = np.minimum(np.searchsorted(self.columns, columns), len(self.columns) - 1)
        return np.where(self.columns[places] == columns, self.values[places], 0.0)

    def __mul__(self, factor: float) -> "Sparse":
        return Sparse(self.columns, factor * self.values, self.width)

    __rmul__ = __mul__

    def __add__(self, other: "Weights") -> "Weights":
        if isinstance(other, Sparse):
            if np.array_equal(self.columns, other.columns):
                return Sparse(self.columns, self.values + other.values, self.width)
            return self._merged(other)
        total = np.array(other, dtype=np.float64)
        total[self.columns] += self.values
        return total

    def _merged(self, other: "Sparse") -> "Sparse":
        """The sum. Two ascending runs are sorted in the time of one look at each, a tenth of what looking up
        their union takes."""
        columns = np.concatenate([self.columns, other.columns])
        order = np.argsort(columns, kind="stable")
        columns = columns[order]
        first = np.ones(len(columns), dtype=np.bool_)
        first[1:] = columns[1:] != columns[:-1]
        starts = np.flatnonzero(first)
        values = np.add.reduceat(np.concatenate([self.values, other.values])[order], starts)
        return Sparse(columns[starts], values, self.width)

    __radd__ = __add__
    __array_ufunc__ = None  # so that NumPy leaves sums and products to the methods above

    def __rmatmul__(self, rows: Array) -> Array:  # type: ignore[misc]
        return np.asarray(rows[..., self.columns] @ self.values)

    def __matmul__(self, other: Array) -> Array:
        return np.asarray(self.values @ other[self.columns])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return self.dense(dtype or np.float64)

    def dense(self, precision: Precision = np.float64) -> Array:
        """(width,) numbers."""
        dense: Array = np.zeros(self.width, dtype=precision)
        dense[self.columns] = self.values
        return dense


class _Room(local):
    """Zeros as wide as the widest vector yet, of each thread its own: fresh ones for every look would cost
    more than the look.
    """

    zeros: Array = np.zeros(0)

    def look_up(self, vector: Sparse, columns: Any) -> Array:
        """(m,) what stands in some columns."""
        if len(self.zeros) < vector.width:
            self.zeros = np.zeros(vector.width)
        self.zeros[vector.columns] = vector.values
        found = self.zeros[columns]
        self.zeros[vector.columns] = 0.0
        return np.asarray(found)


_ROOM = _Room()
Weights = Array | Sparse


def product(block: Block, weights: Weights, precision: Precision) -> Array:
    """(n,) row @ weights of each text, in some precision. Of few rows of words only their own weights are
    read.
    """
    if isinstance(block, csr_array) and block.nnz < len(weights):
        found = weights.at(block.indices) if isinstance(weights, Sparse) else weights[block.indices]
        owners = np.repeat(np.arange(block.shape[0]), np.diff(block.indptr))
        shares = block.data.astype(precision, copy=False) * found.astype(precision, copy=False)
        return np.bincount(owners, shares, minlength=block.shape[0]).astype(precision, copy=False)
    dense = weights.dense(precision) if isinstance(weights, Sparse) else weights.astype(precision, copy=False)
    return np.asarray(block.astype(precision, copy=False) @ dense)
