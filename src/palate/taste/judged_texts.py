"""JudgedTexts: the texts that a kernel taste has learned from, and the inner products between them."""

from collections import deque
from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from palate.features import Block, Features
from palate.taste.blocks import chosen
from palate.taste.rows import DenseRows, Indices, SparseRows, entries_of, rows_like
from palate.weights import Weights

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]
SPARE_TEXTS = (
    64  # rows and columns by which the kernel's matrix grows, so that adding a text need not copy it
)


class JudgedTexts:
    """n judged texts, oldest first, under a kernel: the sum over blocks of scale times inner product.

    It stands for a linear model with one weight per feature: `combine` turns weights per judged text into
    those. Adding texts costs O(n (d + terms)) each, deleting any number O(n^2).

    scales: how much each block counts, above 0; a block that is not named is not used.
    """

    def __init__(self, scales: Mapping[str, float]) -> None:
        self.scales = dict(scales)
        self._gram_room: Array = np.zeros((0, 0))
        self.likings: Array = np.zeros(0)
        self.weights: Array = np.zeros(0)
        self._rows: dict[str, DenseRows | SparseRows] = {}

    def __len__(self) -> int:
        return len(self.likings)

    @property
    def gram(self) -> Array:
        """(n, n) kernel between the judged texts."""
        return self._gram_room[: len(self), : len(self)]

    def add(self, features: Features, rows: Indices, likings: Array, weights: Array) -> None:
        """Adds m rows of some features. likings, weights: (m,) of these."""
        blocks = chosen(features, self.scales)
        if not self._rows:
            self._rows = {name: rows_like(block) for name, block in blocks.items()}
        if not len(rows):
            return
        n, total = len(self), len(self) + len(rows)
        if total > len(self._gram_room):
            room = np.zeros((total + SPARE_TEXTS, total + SPARE_TEXTS))
            room[:n, :n] = self.gram
            self._gram_room = room
        products, squares = np.zeros((total, len(rows))), np.zeros(len(rows))
        for name, judged in self._rows.items():
            scale, block = self.scales[name], blocks[name]
            judged.append(block, rows)
            products += scale * judged.products_with(block, rows)
            squares += scale * np.array([_square(block, int(row)) for row in rows])
        self._gram_room[:total, n:total] = products
        self._gram_room[n:total, :n] = products[:n].T
        self._gram_room[np.arange(n, total), np.arange(n, total)] = squares
        self.likings = np.append(self.likings, likings)
        self.weights = np.append(self.weights, weights)

    def delete(self, indices: int | Indices) -> None:
        """Deletes the text at an index, or all at some indices."""
        deleted = np.atleast_1d(indices)
        if not len(deleted):
            return
        self._gram_room = np.delete(np.delete(self.gram, deleted, axis=0), deleted, axis=1)
        self.likings = np.delete(self.likings, deleted)
        self.weights = np.delete(self.weights, deleted)
        for rows in self._rows.values():
            rows.delete(deleted)

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


def retained(liked: np.ndarray[Any, np.dtype[np.bool_]], max_judgements: int) -> Indices:
    """Indices of those of (n,) judgements that are kept when each, as it comes in beyond `max_judgements`,
    makes the oldest of the larger side go.

    >>> retained(np.array([True, False, False, False, True]), max_judgements=3).tolist()
    [0, 3, 4]
    """
    if len(liked) <= max_judgements:
        return np.arange(len(liked))
    sides: dict[bool, deque[int]] = {True: deque(), False: deque()}
    for index, side in enumerate(liked.tolist()):
        sides[side].append(index)
        if len(sides[True]) + len(sides[False]) > max_judgements:
            sides[len(sides[True]) > len(sides[False])].popleft()
    return np.array(sorted([*sides[True], *sides[False]]), dtype=np.int64)


def _square(block: Block, row: int) -> float:
    if isinstance(block, csr_array):
        numbers = entries_of(block, row)[1]
        return float((numbers * numbers).sum(dtype=np.float64))
    return float(np.einsum("d,d->", block[row], block[row], dtype=np.float64))


def _squares(block: Block) -> Array:
    """(m,) squared length of each row."""
    if isinstance(block, csr_array):
        owners = np.repeat(np.arange(block.shape[0]), np.diff(block.indptr))
        return np.bincount(owners, block.data * block.data, block.shape[0]).astype(np.float64, copy=False)
    squares: Array = np.einsum("nd,nd->n", block, block, dtype=np.float64)
    return squares
