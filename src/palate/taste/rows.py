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

    def append(self, block: Block, rows: Indices) -> None:
        """Adds one or more rows of a block."""
        n = self._n + len(rows)
        if n > len(self._room):
            room = np.zeros((max(n, 2 * len(self._room)), self._room.shape[1]))
            room[: self._n] = self._rows
            self._room = room
        self._room[self._n : n] = np.asarray(block[rows])
        self._n = n

    def delete(self, indices: Indices) -> None:
        """Deletes the rows at some indices."""
        kept = np.delete(self._rows, indices, axis=0)
        self._n = len(kept)
        self._room[: self._n] = kept

    def products_with(self, block: Block, rows: Indices) -> Array:
        """(n, m) inner products with one or more rows of a block. Each is summed by itself, so that its bits
        do not depend on the other rows."""
        texts = np.asarray(block[rows], dtype=np.float64)
        return np.stack([np.einsum("nd,d->n", self._rows, text) for text in texts], axis=1)

    def products(self, block: Block) -> Array:
        """(n, m) inner products with the m rows of a block."""
        return np.asarray(self._rows @ np.asarray(block, dtype=np.float64).T)

    def combine(self, amounts: Array) -> Array:
        """(d,) sum of the rows, each times its amount (n,)."""
        return np.asarray(amounts @ self._rows)


class SparseRows:
    """n rows by column: of each column that occurs, which rows have it and what stands there.

    Use it for words: whatever is asked of the rows touches the columns of the question alone, and they take
    8 bytes an entry. Each inner product is summed in the order of its columns, so that its bits do not
    depend on the other rows. Adding rows costs O(entries), of those that are there too.

    like: a block of the same width and precision; the columns of a row are ascending."""

    def __init__(self, like: Block) -> None:
        self._width, self._n = like.shape[1], 0
        self._known = KnownColumns()
        self._starts: Columns = np.zeros(
            1, np.int32
        )  # where the entries of each known column begin, and the end
        self._owners: Columns = np.zeros(0, np.int32)  # the row of each entry, ascending in a column
        self._numbers: Array = np.zeros(0, like.dtype)

    def append(self, block: Block, rows: Indices) -> None:
        """Adds one or more rows of a block."""
        entries = [entries_of(block, int(row)) for row in rows]
        columns, numbers = (np.concatenate(part) for part in zip(*entries, strict=True))
        owners = np.repeat(np.arange(self._n, self._n + len(rows)), [len(own) for own, _ in entries])
        order = np.argsort(columns, kind="stable")
        counts, positions = np.diff(self._starts), self._known.add(columns)
        if positions is not None:
            before, counts = counts, np.zeros(len(self._known), np.int32)
            counts[positions] = before
        own = self._known.positions(columns[order])
        new = np.cumsum(counts)[own] + np.arange(len(own))  # behind the older entries of its column
        old = np.ones(len(self._owners) + len(new), dtype=np.bool_)
        old[new] = False
        merged, there = np.empty(len(old), np.int32), np.empty(len(old), self._numbers.dtype)
        merged[old], there[old] = self._owners, self._numbers
        merged[new], there[new] = owners[order], numbers[order]
        self._owners, self._numbers = merged, there
        counts = counts + np.bincount(own, minlength=len(counts))
        self._starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        self._n += len(rows)

    def delete(self, indices: Indices) -> None:
        """Deletes the rows at some indices."""
        kept = np.ones(self._n, dtype=np.bool_)
        kept[indices] = False
        entries = kept[self._owners]
        counts = (
            np.add.reduceat(entries, self._starts[:-1], dtype=np.int32) if len(entries) else np.zeros(0, int)
        )
        self._known.keep(counts > 0)
        self._starts = np.concatenate([[0], np.cumsum(counts[counts > 0])]).astype(np.int32)
        self._owners = (np.cumsum(kept) - 1).astype(np.int32)[self._owners[entries]]
        self._numbers = self._numbers[entries]
        self._n = int(kept.sum())

    def products_with(self, block: Block, rows: Indices) -> Array:
        """(n, m) inner products with one or more rows of a block."""
        if len(rows) > 1:
            return self.products(block[rows])
        columns, numbers = entries_of(block, int(rows[0]))
        positions = np.searchsorted(self._known.columns, columns)
        shared = np.append(self._known.columns, -1)[positions] == columns
        positions, numbers = positions[shared], numbers[shared]
        starts = self._starts[positions]
        counts = self._starts[positions + 1] - starts
        entries = np.repeat(starts + counts - np.cumsum(counts), counts) + np.arange(counts.sum())
        products = self._numbers[entries] * np.repeat(numbers.astype(np.float64), counts)
        sums = np.bincount(self._owners[entries], products, self._n)
        return sums.astype(np.float64, copy=False)[:, None]

    def products(self, block: Block) -> Array:
        """(n, m) inner products with the m rows of a block."""
        assert isinstance(block, csr_array)
        k = len(self._known)
        if not k:
            return np.zeros((self._n, block.shape[0]))
        starts = np.append(self._starts, self._starts[-1])
        rows = csr_array((self._numbers.astype(np.float64), self._owners, starts), shape=(k + 1, self._n))
        # what is not known has the column behind all others, which is empty
        positions = Sparse(self._known.columns, np.arange(k) - float(k), self._width).at(block.indices) + k
        texts = csr_array(
            (block.data.astype(np.float64), positions.astype(np.int32), block.indptr),
            shape=(block.shape[0], k + 1),
        )
        return np.asarray((texts @ rows).toarray().T)

    def combine(self, amounts: Array) -> Sparse:
        """(width,) sum of the rows, each times its amount (n,)."""
        shares = self._numbers * amounts[self._owners]
        sums = np.add.reduceat(shares, self._starts[:-1]) if len(shares) else np.zeros(0)
        return Sparse(self._known.columns, sums, self._width)


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
