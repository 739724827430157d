"""Contrast: what tells liked from disliked texts in one block, dimension by dimension."""

from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_array

from palate.features import Block
from palate.taste.average import AverageRow
from palate.taste.columns import KnownColumns, moved
from palate.taste.rows import entries_of
from palate.weights import Columns, Sparse, Weights

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]


class _Sums(NamedTuple):
    """Of one side: weight (), rows and their squares summed by weight, (d,) each, or the same without one
    judgement.
    """

    weight: Any
    rows: Array
    squares: Array

    def without(self, weight: Array, entries: Array, at: Any = ...) -> "_Sums":
        """For each entry of a row: these sums at its dimension, without what that row brought to them."""
        return _Sums(
            self.weight - weight, self.rows[at] - weight * entries, self.squares[at] - weight * entries**2
        )


class Contrast:
    """Running sums over the liked and the disliked texts of a dense block, and the newest texts themselves.

    Adding a text costs O(d). trust, even: see ScaledTaste. average: of all texts, where both means start;
    zero where it is None."""

    def __init__(self, dims: int, average: AverageRow | None, *, trust: float, even: float) -> None:
        self._trust, self._even = trust, even
        self._start: Array = np.zeros(dims) if average is None else np.asarray(average.weights)
        self._rows: Array = np.zeros((2, dims))  # of likes and of dislikes
        self._squares: Array = np.zeros((2, dims))
        self._texts: list[Array] = []
        self._sides: list[Array] = []  # (2,) what each of these texts weighs as a like and as a dislike

    def meet(self, block: Block) -> None:
        """Makes room for the columns of a block, before its texts are added; here there is."""

    def add(self, block: Block, row: int, sides: Array) -> None:
        """Adds one row of a block, which weighs as much as sides (2,) say as a like and as a dislike."""
        entries = np.asarray(block[row], dtype=np.float64)
        self._rows += sides[:, None] * entries
        self._squares += sides[:, None] * entries**2
        self._texts.append(entries)
        self._sides.append(sides)

    def keep(self, count: int) -> None:
        """Keeps the newest texts alone; the sums stay."""
        del self._texts[:-count], self._sides[:-count]

    def scores_and_direction(self, sides: Array) -> tuple[Array, Weights]:
        """Score of each of the newest texts by a profile made without it, and the profile made with all (d,).

        sides: (2,) weight of all likes and of all dislikes."""
        sums, usual = self._sums(sides), self._usual(sides)
        entries, weights = np.array(self._texts), np.array(self._sides).T[:, :, None]
        without = [side.without(weight, entries) for side, weight in zip(sums, weights, strict=True)]
        alone = entries * self._direction(without[0], without[1], self._start, usual)
        return alone.sum(axis=1), self._direction(sums[0], sums[1], self._start, usual)

    def _sums(self, sides: Array) -> list[_Sums]:
        return [_Sums(sides[side], self._rows[side], self._squares[side]) for side in (0, 1)]

    def _usual(self, sides: Array) -> float:
        """Variance of a dimension that varies at all."""
        squares = self._trust * self._start**2 + self._squares.sum(axis=0)
        squares_sum, fourths_sum = float(squares.sum()), float(squares @ squares)
        missing_squares, missing_fourths = self._missing()
        squares_sum += self._trust * missing_squares
        fourths_sum += self._trust**2 * missing_fourths
        return float(fourths_sum / max(squares_sum * (self._trust + sides.sum()), 1e-12))

    def _missing(self) -> tuple[float, float]:
        """Sums of the average's numbers to the second and fourth power, in columns that are not known."""
        return 0.0, 0.0

    def _direction(self, liked: _Sums, disliked: _Sums, start: Array, usual: float) -> Array:
        """The contrast of the two means, scaled."""
        k = self._trust
        contrast = (k * start + liked.rows) / (k + liked.weight)
        contrast = contrast - (k * start + disliked.rows) / (k + disliked.weight)
        total = liked.weight + disliked.weight
        variance = (k * usual + total * _variance_within(liked, disliked)) / (k + total)
        errors = variance * (1 / (k + liked.weight) + 1 / (k + disliked.weight))
        squared_t = contrast**2 / np.maximum(errors, 1e-12)
        return np.asarray(contrast * (1 + squared_t / self._even) / (1 + 1 / self._even))


class SparseContrast(Contrast):
    """The same of a sparse block: of the columns that judged texts have, and of those in which the average
    has most."""

    def __init__(self, width: int, average: AverageRow | None, *, trust: float, even: float) -> None:
        super().__init__(0, None, trust=trust, even=even)
        self._width, self._average, self._known = width, average, KnownColumns()
        self._columns: list[Columns] = []  # of the newest texts
        if average is not None:
            self._meet(average.common)

    def meet(self, block: Block) -> None:
        assert isinstance(block, csr_array)
        self._meet(block.indices)

    def _meet(self, columns: Columns) -> None:
        positions = self._known.add(columns)
        if positions is None:
            return
        k = len(self._known)
        self._rows = np.array([moved(numbers, positions, k) for numbers in self._rows])
        self._squares = np.array([moved(numbers, positions, k) for numbers in self._squares])
        self._start = moved(self._start, positions, k)
        if self._average is not None:
            new = np.delete(np.arange(k), positions)
            assert isinstance(self._average.weights, Sparse)
            self._start[new] = self._average.weights.at(self._known.columns[new])

    def add(self, block: Block, row: int, sides: Array) -> None:
        columns, numbers = entries_of(block, row)
        entries, positions = numbers.astype(np.float64), self._known.positions(columns)
        for side, weight in enumerate(sides):
            self._rows[side, positions] += weight * entries
            self._squares[side, positions] += weight * entries**2
        self._texts.append(entries)
        self._columns.append(columns.astype(np.int32))
        self._sides.append(sides)

    def keep(self, count: int) -> None:
        super().keep(count)
        del self._columns[:-count]

    def scores_and_direction(self, sides: Array) -> tuple[Array, Weights]:
        sums, usual, n = self._sums(sides), self._usual(sides), len(self._texts)
        owners = np.repeat(np.arange(n), [len(columns) for columns in self._columns])
        at = self._known.positions(np.concatenate(self._columns))
        entries, weights = np.concatenate(self._texts), np.array(self._sides).T[:, owners]
        without = [side.without(weight, entries, at) for side, weight in zip(sums, weights, strict=True)]
        alone = entries * self._direction(without[0], without[1], self._start[at], usual)
        scores = np.bincount(owners, alone, n).astype(np.float64, copy=False)
        direction = self._direction(sums[0], sums[1], self._start, usual)
        return scores, Sparse(self._known.columns, direction, self._width)

    def _missing(self) -> tuple[float, float]:
        if self._average is None:
            return 0.0, 0.0
        known = self._start**2
        return self._average.squares - float(known.sum()), self._average.fourths - float(known @ known)


def contrast_like(block: Block, average: AverageRow | None, *, trust: float, even: float) -> Contrast:
    """No texts yet, of the width of a block."""
    kind = SparseContrast if isinstance(block, csr_array) else Contrast
    return kind(block.shape[1], average, trust=trust, even=even)


def _variance_within(liked: _Sums, disliked: _Sums) -> Array:
    """Variance around the mean of one's own side."""
    around = [side.squares - side.rows**2 / np.maximum(side.weight, 1e-12) for side in (liked, disliked)]
    return np.asarray(
        np.maximum(around[0] + around[1], 0) / np.maximum(liked.weight + disliked.weight, 1e-12)
    )
