"""Judged: the texts a kernel taste has learned from, and the inner products between them."""

from collections import deque
from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from palate.features import Block, Features
from palate.weights import Columns, Sparse, Weights

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]
Rows = np.ndarray[tuple[int], np.dtype[np.integer[Any]]]


class Judged:
    """n judged texts, oldest first, under a kernel: the sum over blocks of scale times inner product.

    It stands for a linear model with one weight per feature: `combine` turns weights per judged text into
    those. Adding a text costs O(n (d + terms)), dropping any number O(n^2).

    scales: how much each block counts, above 0; a block that is not named is not used.
    """

    def __init__(self, scales: Mapping[str, float]) -> None:
        self.scales = dict(scales)
        self._grams: Array = np.zeros((0, 0))  # has room for more texts, so that adding one need not copy it
        self.likings: Array = np.zeros(0)
        self.weights: Array = np.zeros(0)
        self._rows: dict[str, _DenseRows | _SparseRows] = {}

    def __len__(self) -> int:
        return len(self.likings)

    @property
    def gram(self) -> Array:
        """(n, n) kernel between the judged texts."""
        return self._grams[: len(self), : len(self)]

    def add(self, features: Features, liking: float, weight: float) -> None:
        """Take in one text: features has one row."""
        if not self._rows:
            self._rows = {name: _rows_like(features.blocks[name]) for name in self.scales}
        n = len(self)
        if n == len(self._grams):
            room = np.zeros((2 * n + 8, 2 * n + 8))
            room[:n, :n] = self._grams
            self._grams = room
        self._grams[n, :n] = self._grams[:n, n] = self.products(features)[:, 0]
        self._grams[n, n] = self.squares(features)[0]
        self.likings = np.append(self.likings, liking)
        self.weights = np.append(self.weights, weight)
        for name, rows in self._rows.items():
            rows.append(features.blocks[name])

    def drop(self, place: int | Rows) -> None:
        """Let go of the text at a place, or of all at some places."""
        places = np.atleast_1d(place)
        if not len(places):
            return
        self._grams = np.delete(np.delete(self.gram, places, axis=0), places, axis=1)
        self.likings = np.delete(self.likings, places)
        self.weights = np.delete(self.weights, places)
        for rows in self._rows.values():
            rows.delete(places)

    def products(self, features: Features) -> Array:
        """(n, m) kernel between the judged texts and the m of features."""
        if not len(self):
            return np.zeros((0, len(features)))
        return sum(
            (self.scales[name] * rows.products(features.blocks[name]) for name, rows in self._rows.items()),
            np.zeros((len(self), len(features))),
        )

    def squares(self, features: Features) -> Array:
        """(m,) kernel of each text of features with itself."""
        return sum(
            (scale * _squares(features.blocks[name]) for name, scale in self.scales.items()),
            np.zeros(len(features)),
        )

    def combine(self, amounts: Array) -> dict[str, Weights]:
        """Weights per feature of each block: the scale times the sum of the judged rows, each times its
        amount (n,).
        """
        return {name: self.scales[name] * rows.combine(amounts) for name, rows in self._rows.items()}


def survivors(liked: np.ndarray[Any, np.dtype[np.bool_]], most: int) -> Rows:
    """Places of those of (n,) judgements that are left when each, as it comes in beyond `most`, makes the
    oldest of the larger side go.

    >>> survivors(np.array([True, False, False, False, True]), most=3).tolist()
    [0, 3, 4]
    """
    sides: dict[bool, deque[int]] = {True: deque(), False: deque()}
    for place, side in enumerate(liked.tolist()):
        sides[side].append(place)
        if len(sides[True]) + len(sides[False]) > most:
            sides[len(sides[True]) > len(sides[False])].popleft()
    return np.array(sorted([*sides[True], *sides[False]]), dtype=np.int64)


def _rows_like(block: Block) -> "_DenseRows | _SparseRows":
    return _SparseRows(block) if isinstance(block, csr_array) else _DenseRows(block)


def _squares(block: Block) -> Array:
    if isinstance(block, csr_array):
        return np.asarray(block.multiply(block).sum(axis=1), dtype=np.float64)
    squares: Array = np.einsum("nd,nd->n", block, block, dtype=np.float64)
    return squares


class _DenseRows:
    def __init__(self, like: Block) -> None:
        # doubled when full, so that adding a row need not copy it
        self._room: Array = np.zeros((8, like.shape[1]))
        self._n = 0

    @property
    def _rows(self) -> Array:
        return self._room[: self._n]

    def append(self, row: Block) -> None:
        if self._n == len(self._room):
            self._room = np.vstack([self._room, np.zeros_like(self._room)])
        self._room[self._n] = np.asarray(row)[0]
        self._n += 1

    def delete(self, places: Rows) -> None:
        kept = np.delete(self._rows, places, axis=0)
        self._n = len(kept)
        self._room[: self._n] = kept

    def products(self, block: Block) -> Array:
        if len(block) == 1:  # each product by itself, so that its bits do not depend on what else is there
            return np.asarray(np.einsum("nd,d->n", self._rows, np.asarray(block[0], dtype=np.float64)))[
                :, None
            ]
        return np.asarray(self._rows @ np.asarray(block, dtype=np.float64).T)

    def combine(self, amounts: Array) -> Array:
        return np.asarray(amounts @ self._rows)


class _SparseRows:
    """One long run of columns and values, with room for more: appending to it is far quicker than stacking
    sparse matrices.

    The columns that stand in it are `known`, and each entry has the place of its own among them, so that sums
    over the rows need no more room than the words of the judged texts."""

    def __init__(self, like: Block) -> None:
        self._width = like.shape[1]
        self._columns: Columns = np.zeros(64, np.int32)
        self._places: Columns = np.zeros(64, np.int32)  # among the known columns
        self._values: Array = np.zeros(64)
        self._lengths: list[int] = []
        self._n = self._placed = 0  # entries, and those of them that have a place
        self._known: Columns = np.zeros(0, np.int32)  # ascending
        self._spread: Array = np.zeros(self._width, like.dtype)  # of one text, all 0 between two uses

    def append(self, row: Block) -> None:
        assert isinstance(row, csr_array)
        last = self._n + row.nnz
        while last > len(self._columns):
            self._columns, self._places, self._values = (
                np.concatenate([room, np.zeros_like(room)])
                for room in (self._columns, self._places, self._values)
            )
        self._columns[self._n : last], self._values[self._n : last] = row.indices, row.data
        self._lengths.append(row.nnz)
        self._n = last

    def delete(self, places: Rows) -> None:
        kept = np.ones(len(self._lengths), dtype=np.bool_)
        kept[places] = False
        entries = np.flatnonzero(np.repeat(kept, self._lengths))
        self._lengths = np.array(self._lengths)[kept].tolist()
        self._n = len(entries)
        self._placed = int(np.searchsorted(entries, self._placed))
        for room in (self._columns, self._places, self._values):
            room[: self._n] = room[entries]
        if len(self._known) > self._n:  # most of them are of texts that are gone
            self._placed, self._known = 0, np.zeros(0, np.int32)

    def products(self, block: Block) -> Array:
        assert isinstance(block, csr_array)
        if block.shape[0] == 1:
            self._spread[block.indices] = block.data
            products = self._values[: self._n] * self._spread[self._columns[: self._n]]
            self._spread[block.indices] = 0
            owners = np.repeat(np.arange(len(self._lengths)), self._lengths)
            return np.bincount(owners, products, minlength=len(self._lengths)).astype(np.float64, copy=False)[
                :, None
            ]
        self._place()
        starts, k = np.concatenate([[0], np.cumsum(self._lengths)]), len(self._known)
        rows = csr_array(
            (self._values[: self._n], self._places[: self._n], starts), shape=(len(self._lengths), k)
        )
        places = np.searchsorted(self._known, block.indices)
        shared = np.append(self._known, -1)[places] == block.indices
        others = np.concatenate([[0], np.cumsum(shared)])[block.indptr]
        texts = csr_array(
            (block.data[shared].astype(np.float64), places[shared], others), shape=(block.shape[0], k)
        )
        return np.asarray((rows @ texts.T).toarray())

    def combine(self, amounts: Array) -> Sparse:
        self._place()
        weights = self._values[: self._n] * np.repeat(amounts, self._lengths)
        sums = np.bincount(self._places[: self._n], weights, minlength=len(self._known)).astype(
            np.float64, copy=False
        )
        return Sparse(self._known, sums, self._width)

    def _place(self) -> None:
        """Give the new entries their places."""
        if self._placed == self._n:
            return
        new = self._columns[self._placed : self._n]
        found = np.unique(new)
        before = np.searchsorted(self._known, found)
        fresh = np.append(self._known, -1)[before] != found
        moved = (
            np.arange(len(self._known))
            + np.cumsum(np.bincount(before[fresh], minlength=len(self._known) + 1))[:-1]
        )
        self._known = np.insert(self._known, before[fresh], found[fresh])
        self._places[: self._placed] = moved[self._places[: self._placed]]
        self._places[self._placed : self._n] = np.searchsorted(self._known, new)
        self._placed = self._n
