"""IdentityTable: by what names the texts of a store are recognised, beside their address and words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, bindparam, select, update

from palate.store import schema
from palate.store.dialect import VALUES_AT_ONCE, Dialect
from palate.store.keys import text_key

_identity = schema.identity.c


class IdentityTable:
    """The names of texts: origins, and ids that the whole world knows them by.

    Stored are 64-bit keys of the names: two of a million names share one in one of ten million stores.
    """

    def __init__(self, connection: Connection, dialect: Dialect) -> None:
        self._connection = connection
        self._dialect = dialect

    def rows(self, names: Iterable[str]) -> dict[str, list[int]]:
        """Returns the rows of the texts that have each of these names, of those names that any text has."""
        by_key = {text_key(name): name for name in names}
        found: dict[str, list[int]] = {}
        keys = list(by_key)
        for start in range(0, len(keys), VALUES_AT_ONCE):
            part = keys[start : start + VALUES_AT_ONCE]
            query = select(_identity.key, _identity.row).where(self._dialect.one_of(_identity.key, part))
            for key, row in self._connection.execute(query.order_by(_identity.row)):
                found.setdefault(by_key[key], []).append(row)
        return found

    def add(self, names: Mapping[int, Iterable[str]]) -> None:
        """Gives the texts at some rows more names; those that they have already are passed over."""
        rows = sorted({(text_key(name), row) for row, some in names.items() for name in some})
        self._dialect.insert_ignoring(self._connection, schema.identity, ("key", "row"), rows)

    def hand_over(self, moves: Sequence[tuple[int, int]]) -> None:
        """Gives the names of some texts to others that have none yet; moves: pairs of old and new row."""
        if moves:
            moved = update(schema.identity).where(_identity.row == bindparam("old"))
            values = [{"old": old, "new": new} for old, new in moves]
            self._connection.execute(moved.values(row=bindparam("new")), values)
