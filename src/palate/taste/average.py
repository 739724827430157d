"""AverageRow: what the average text has in one block, made once for all readers of a background."""

from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from scipy.sparse import csr_array

from palate.features import Background, Block
from palate.weights import Columns, Sparse, Weights

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]
COMMON_COLUMNS = 4096  # of a sparse block: those in which the average text has most


class AverageRow(NamedTuple):
    """weights: (d,) the row, sparse for a sparse block. common: its heaviest columns, ascending; none of a
    dense block. squares, fourths: sums of the row's numbers to these powers.
    """

    weights: Weights
    common: Columns
    squares: float
    fourths: float

    @classmethod
    def of(cls, block: Block) -> "AverageRow":
        """From a block of one row.

        >>> row = AverageRow.of(csr_array(np.array([[0.0, 3.0, 1.0]])))
        >>> row.common.tolist(), row.squares, row.fourths
        ([1, 2], 10.0, 82.0)
        """
        if not isinstance(block, csr_array):
            numbers = np.asarray(block[0], dtype=np.float64)
            return cls(numbers, np.zeros(0, np.int32), *_sums(numbers))
        numbers = block.data.astype(np.float64)
        columns = block.indices.astype(np.int32)
        heaviest = np.argsort(-np.abs(numbers), kind="stable")[:COMMON_COLUMNS]
        return cls(Sparse(columns, numbers, block.shape[1]), np.sort(columns[heaviest]), *_sums(numbers))


def average_row(background: Background, name: str) -> AverageRow:
    """Of one block."""
    rows = _rows.setdefault(background, {})
    if name not in rows:
        rows[name] = AverageRow.of(background.average.blocks[name])
    return rows[name]


def _sums(numbers: Array) -> tuple[float, float]:
    return float((numbers**2).sum()), float((numbers**4).sum())


_rows: WeakKeyDictionary[Background, dict[str, AverageRow]] = WeakKeyDictionary()
