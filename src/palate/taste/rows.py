"""Rows: one block of the judged texts, to which a text is added in time that its own words take."""

from typing import Any

import numpy as np
from scipy.sparse import csr_array

from palate.features import Block
from palate.taste.columns import KnownColumns
from palate.weights import Columns, Sparse

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]
Indices = np.ndarray[tuple[int], np.dtype[np.integer[Any]]]


class DenseRows:
    """n rows of d numbers, in double precision. like: a block of the same width."""

    def __init__(self, like: Block) -> None:
        # doubled when full, so that adding a row need not copy it
        self._room: Array = np.zeros((8, like.shape[1]))
        self._n = 0

    @property
    def _rows(self) -> Array:
        return self._room[: self._n]

    def append(self, block: Block, row: int) -> None:
        """Adds one row of a block."""
        if self._n == len(self._room):
            self._room = np.vstack([self._room, np.zeros_like(self._room)])
        self._room[self._n] = block[row]
        self._n += 1

    def delete(self, indices: Indices) -> None:
        """Deletes the rows at some indices."""
        kept = np.delete(self._rows, indices, axis=0)
        self._n = len(kept)
        self._room[: self._n] = kept

    def products_with(self, block: Block, row: int) -> Array:
        """(n,) inner products with one row of a block. Each is summed by itself, so that its bits do not depend
        on the other rows.
        """
        text = np.asarray(block[row], dtype=np.float64)
        return np.asarray(np.einsum("nd,d->n", self._rows, text))

    def products(self, block: Block) -> Array:
        """(n, m) inner products with the m rows of a block."""
        return np.asarray(self._rows @ np.asarray(block, dtype=np.float64).T)

    def combine(self, amounts: Array) -> Array:
        """(d,) sum of the rows, each times its amount (n,)."""
        return np.asarray(amounts @ self._rows)


class SparseRows:
    """n rows as one long run of columns and numbers, with room for more: appending to it is far quicker than
    stacking sparse matrices.

    The columns that occur in it are `known`, and each entry has the position of its own among them, so that
    sums over the rows need no more room than the words of the judged texts. Each inner product is summed in
    the order of its columns, so that its bits do not depend on the other rows.

    like: a block of the same width and precision; the columns of a row are ascending."""

    def __init__(self, like: Block) -> None:
        self._width = like.shape[1]
        self._columns: Columns = np.zeros(64, np.int32)
        self._positions: Columns = np.zeros(64, np.int32)  # among the known columns
        self._numbers: Array = np.zeros(64, like.dtype)
        self._lengths: list[int] = []
        self._n = self._n_placed = 0  # entries, and those of them that have a position
        self._known = KnownColumns()

    def append(self, block: Block, row: int) -> None:
        """Adds one row of a block."""
        columns, numbers = entries_of(block, row)
        last = self._n + len(columns)
        while last > len(self._columns):
            self._columns, self._positions, self._numbers = (
                np.concatenate([room, np.zeros(len(room) // 2, room.dtype)])
                for room in (self._columns, self._positions, self._numbers)
            )
        self._columns[self._n : last], self._numbers[self._n : last] = columns, numbers
        self._lengths.append(len(columns))
        self._n = last

    def delete(self, indices: Indices) -> None:
        """Deletes the rows at some indices."""
        kept = np.ones(len(self._lengths), dtype=np.bool_)
        kept[indices] = False
        entries = np.flatnonzero(np.repeat(kept, self._lengths))
        self._lengths = np.array(self._lengths)[kept].tolist()
        self._n = len(entries)
        self._n_placed = int(np.searchsorted(entries, self._n_placed))
        for room in (self._columns, self._positions, self._numbers):
            room[: self._n] = room[entries]
        if len(self._known) > self._n:  # most of them are of rows that were deleted
            self._n_placed, self._known = 0, KnownColumns()

    def products_with(self, block: Block, row: int) -> Array:
        """(n,) inner products with one row of a block. Costs O(entries)."""
        text = Sparse(*entries_of(block, row), self._width)
        if not len(text.columns):
            return np.zeros(len(self._lengths))
        products = self._numbers[: self._n] * text.at(self._columns[: self._n])
        owners = np.repeat(np.arange(len(self._lengths)), self._lengths)
        return np.bincount(owners, products, len(self._lengths)).astype(np.float64, copy=False)

    def products(self, block: Block) -> Array:
        """(n, m) inner products with the m rows of a block."""
        assert isinstance(block, csr_array)
        self._place()
        k = len(self._known)
        if not k:
            return np.zeros((len(self._lengths), block.shape[0]))
        starts = np.concatenate([[0], np.cumsum(self._lengths)])
        numbers = self._numbers[: self._n].astype(np.float64)
        rows = csr_array((numbers, self._positions[: self._n], starts), shape=(len(self._lengths), k + 1))
        # what is not known has the column behind all others, which is empty
        positions = Sparse(self._known.columns, np.arange(k) - float(k), self._width).at(block.indices) + k
        texts = csr_array(
            (block.data.astype(np.float64), positions.astype(np.int32), block.indptr),
            shape=(block.shape[0], k + 1),
        )
        return np.asarray((texts @ rows.T).toarray().T)

    def combine(self, amounts: Array) -> Sparse:
        """(width,) sum of the rows, each times its amount (n,)."""
        self._place()
        shares = self._numbers[: self._n] * np.repeat(amounts, self._lengths)
        sums = np.bincount(self._positions[: self._n], shares, len(self._known))
        return Sparse(self._known.columns, sums.astype(np.float64, copy=False), self._width)

    def _place(self) -> None:
        """Gives the new entries their positions."""
        if self._n_placed == self._n:
            return
        new = self._columns[self._n_placed : self._n]
        positions = self._known.add(new)
        if positions is not None:
            before = self._positions[: self._n_placed]
            before[:] = positions[before]
        self._positions[self._n_placed : self._n] = self._known.positions(new)
        self._n_placed = self._n


def entries_of(block: Block, row: int) -> tuple[Columns, Array]:
    """Columns of one row of a sparse block, and the numbers there.

    >>> [part.tolist() for part in entries_of(csr_array(np.array([[0.0, 0.0], [0.0, 0.5]])), 1)]
    [[1], [0.5]]
    """
    assert isinstance(block, csr_array)
    entries = slice(block.indptr[row], block.indptr[row + 1])
    return block.indices[entries], block.data[entries]


def rows_like(block: Block) -> DenseRows | SparseRows:
    """No rows yet, of the width of a block."""
    return SparseRows(block) if isinstance(block, csr_array) else DenseRows(block)
