"""RemovalTable: which texts were removed, and the numbers of those that a taste goes on learning from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, select

from palate.store import schema
from palate.store.columns import RawColumns
from palate.store.dialect import VALUES_AT_ONCE

_removed = schema.removed.c
NO_NUMBERS = dict.fromkeys(("encoder", "vector", "ids", "counts", "date"))
_AFTER = (
    select(_removed.entry, _removed.row, _removed.representative)
    .where(_removed.entry > bindparam("entry"))
    .order_by(_removed.entry)
)

_RAW = select(
    _removed.row, _removed.representative, _removed.vector, _removed.ids, _removed.counts, _removed.date
).where(_removed.encoder == bindparam("encoder_id"), _removed.row.in_(bindparam("rows", expanding=True)))


class Removal(NamedTuple):
    """One text that was removed. representative: row of the text that stands for its group now or, where the
    group is gone, of the last that did.

    It changes where that text is removed and the group goes on.
    """

    entry: int
    row: int
    representative: int


class RemovalTable:
    """The texts that were removed, numbered in the order of removing. `TextTable.remove` removes them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def after(self, entry: int) -> list[Removal]:
        """Returns the removals after an entry, oldest first."""
        return [Removal(*row) for row in self._connection.execute(_AFTER, {"entry": entry})]

    def representatives(self, rows: Sequence[int]) -> dict[int, int]:
        """Returns the row of the text that stands for the group of each of these texts that were removed."""
        found: dict[int, int] = {}
        for start in range(0, len(rows), VALUES_AT_ONCE):
            part = [int(row) for row in rows[start : start + VALUES_AT_ONCE]]
            query = select(_removed.row, _removed.representative).where(_removed.row.in_(part))
            found.update((row, representative) for row, representative in self._connection.execute(query))
        return found

    def successors(self, rows: Sequence[int]) -> dict[int, int]:
        """Returns the row of the newest version of each of these texts that was replaced by one."""
        found: dict[int, int] = {}
        for start in range(0, len(rows), VALUES_AT_ONCE):
            part = [int(row) for row in rows[start : start + VALUES_AT_ONCE]]
            query = select(_removed.row, _removed.successor).where(
                _removed.row.in_(part), _removed.successor.is_not(None)
            )
            found.update((row, successor) for row, successor in self._connection.execute(query))
        return found

    def raw(self, encoder_id: int, dims: int, rows: Sequence[int]) -> RawColumns:
        """Returns the numbers of those of these removed texts whose numbers, by this encoder, were kept."""
        records: list[Any] = []
        for start in range(0, len(rows), VALUES_AT_ONCE):
            part = [int(row) for row in rows[start : start + VALUES_AT_ONCE]]
            records += self._connection.execute(_RAW, {"encoder_id": encoder_id, "rows": part}).all()
        return RawColumns.of(sorted(records, key=lambda record: record[0]), dims)
