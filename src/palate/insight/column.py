"""Column: the cells of one column of a table, read as what they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from palate.features import Vector

Kind = Literal["number", "date", "category", "text", "id", "mixed", "empty"]


@dataclass(frozen=True, eq=False)
class Column:
    """n cells of one column.

    cells: None for a missing one, else a value that can be hashed. kinds: how many cells are a number, date,
    flag, list or text. counts: how often each value stands, in the order in which they are met. numbers: (n,)
    float64 where the column is of numbers, NaN for what is none. moments: (n,) seconds since 1970 where it is
    of dates, NaN likewise.
    """

    name: str
    kind: Kind
    cells: Sequence[Any]
    kinds: Mapping[str, int]
    counts: Mapping[Any, int]
    numbers: Vector | None = None
    moments: Vector | None = None

    def __len__(self) -> int:
        return len(self.cells)
