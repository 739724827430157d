"""KnownColumns: the columns of a wide sparse block that have occurred, so that what is kept of them needs no
room for the others."""

from typing import Any

import numpy as np

from palate.weights import Columns

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]
Positions = np.ndarray[tuple[int], np.dtype[np.integer[Any]]]


class KnownColumns:
    """k columns, ascending, each at a position of its own from 0; adding columns moves those behind them.

    Use it where numbers are kept per word: a store has a million words, and the judged texts some ten
    thousand.

    >>> known = KnownColumns()
    >>> known.add(np.array([7, 3])), known.add(np.array([3])), known.add(np.array([5, 7])).tolist()
    (array([], dtype=int64), None, [0, 2])
    >>> known.columns.tolist(), known.positions(np.array([7, 3])).tolist()
    ([3, 5, 7], [2, 0])
    """

    def __init__(self) -> None:
        self.columns: Columns = np.zeros(0, np.int32)

    def __len__(self) -> int:
        return len(self.columns)

    def add(self, columns: Any) -> Positions | None:
        """New positions (k,) of the columns that were known before; None where all were. Costs O(k)."""
        ordered = np.sort(columns)  # np.unique would import all of numpy.ma
        new = ordered[np.diff(ordered, prepend=-1) > 0].astype(np.int32)
        before = np.searchsorted(self.columns, new)
        if len(self):
            unknown = self.columns[np.minimum(before, len(self) - 1)] != new
            new, before = new[unknown], before[unknown]
        if not len(new):
            return None
        old = np.ones(len(self) + len(new), dtype=np.bool_)
        old[before + np.arange(len(new))] = False
        merged = np.empty(len(old), np.int32)
        merged[old], merged[~old] = self.columns, new
        self.columns = merged
        return np.flatnonzero(old)

    def keep(self, which: "np.ndarray[Any, np.dtype[np.bool_]]") -> None:
        """Forgets the columns where (k,) `which` does not hold."""
        self.columns = self.columns[which]

    def positions(self, columns: Any) -> Positions:
        """(m,) positions of columns that are known."""
        return np.asarray(np.searchsorted(self.columns, columns))


def moved(numbers: Array, positions: Positions, count: int, empty: float = 0.0) -> Array:
    """(count,) numbers (k,) at their new positions, `empty` at all others.

    >>> moved(np.array([1.0, 2.0]), np.array([0, 2]), 4).tolist()
    [1.0, 0.0, 2.0, 0.0]
    """
    room: Array = np.full(count, empty)
    room[positions] = numbers
    return room
