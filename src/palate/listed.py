"""Listed: a list of results that shows itself as a table in a notebook, and becomes a data frame."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any, SupportsIndex, TypeVar, overload

from palate.frames import frame, table_html

if TYPE_CHECKING:
    from pandas import DataFrame

T = TypeVar("T")


class Listed(list[T]):
    """Results of one kind: a list in all that it does, with a table beside it.

    paths: where each column is found in a result, as attributes with dots between; the last names the column.

    >>> listed = Listed([1 + 2j, 3j], ["real", "imag"])
    >>> listed == [1 + 2j, 3j], listed[1:].columns()
    (True, {'real': [0.0], 'imag': [3.0]})
    """

    def __init__(self, results: Iterable[T], paths: Sequence[str]) -> None:
        super().__init__(results)
        self.paths = tuple(paths)

    @overload
    def __getitem__(self, index: SupportsIndex) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> Listed[T]: ...

    def __getitem__(self, index: SupportsIndex | slice) -> T | Listed[T]:
        if isinstance(index, slice):
            return Listed(super().__getitem__(index), self.paths)
        return super().__getitem__(index)

    def columns(self) -> dict[str, list[Any]]:
        """Returns the columns of the table by their names, also of no results."""
        return {path.rpartition(".")[2]: list(map(attrgetter(path), self)) for path in self.paths}

    def to_frame(self) -> DataFrame:
        """Returns the results as a data frame of pandas. Raises MissingExtra without [insight]."""
        return frame(self.columns())

    def _repr_html_(self) -> str:
        return table_html(self.columns())
