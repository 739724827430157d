"""Log: all feedback, append-only; the source of truth from which a taste is learned again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, func, insert, select

from palate.errors import UnknownName
from palate.feedback import Kind
from palate.store import schema

if TYPE_CHECKING:
    from palate.store.sqlite import SqliteStore


class Entry(NamedTuple):
    """One line of the log. row: the text's, None for an undo."""

    entry: int
    row: int | None
    kind: Kind
    liking: float | None
    weight: float
    given_at: datetime
    undoes: int | None


class Log:
    """The feedback of all tastes, numbered in the order in which it came."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store

    def append(
        self, taste: int, verdicts: Sequence[tuple[int, Kind, float | None]], weight: float = 1.0
    ) -> tuple[int, list[Entry]]:
        """Add (row, kind, liking) in order, all or none; on disk when this returns. Also tells what the head was before."""
        with self._store.writing() as connection:
            if not connection.execute(select(schema.taste.c.number).where(schema.taste.c.number == taste)).first():
                raise UnknownName("the reader was removed meanwhile; make one with: palate reader add NAME")
            head = _head(connection, taste)
            return head, [_append(connection, taste, row, kind, liking, weight) for row, kind, liking in verdicts]

    def undo(self, taste: int) -> Entry | None:
        """Take back the newest entry that still stands: returns that entry, or None where none does."""
        with self._store.writing() as connection:
            standing = standing_entries(_entries(connection, taste))
            if not standing:
                return None
            _append(connection, taste, None, "undo", None, 1.0, standing[-1].entry)
            return standing[-1]

    def entries(self, taste: int) -> list[Entry]:
        """The whole log of a taste, oldest first."""
        with self._store.reading() as connection:
            return _entries(connection, taste)

    def head(self, taste: int) -> int:
        """Number of the newest entry of a taste, 0 where there is none: tells whether another process has added some."""
        with self._store.reading() as connection:
            return _head(connection, taste)


def standing_entries(entries: Sequence[Entry]) -> list[Entry]:
    """The entries that no undo takes back, without the undos."""
    undone = {entry.undoes for entry in entries if entry.undoes is not None}
    return [entry for entry in entries if entry.kind != "undo" and entry.entry not in undone]


def _head(connection: Connection, taste: int) -> int:
    return connection.execute(select(func.max(schema.feedback.c.entry)).where(schema.feedback.c.taste == taste)).scalar() or 0


def _append(
    connection: Connection,
    taste: int,
    row: int | None,
    kind: Kind,
    liking: float | None,
    weight: float,
    undoes: int | None = None,
) -> Entry:
    now = datetime.now(UTC)
    values = {"row": row, "kind": kind, "liking": liking, "weight": weight, "undoes": undoes}
    made = insert(schema.feedback).values(taste=taste, given_at=now.isoformat(), **values).returning(schema.feedback.c.entry)
    return Entry(connection.execute(made).scalar_one(), row, kind, liking, weight, now, undoes)


def _entries(connection: Connection, taste: int) -> list[Entry]:
    table = schema.feedback
    columns = (table.c.entry, table.c.row, table.c.kind, table.c.liking, table.c.weight, table.c.given_at, table.c.undoes)
    found = connection.execute(select(*columns).where(table.c.taste == taste).order_by(table.c.entry))
    return [
        Entry(e, row, kind, liking, weight, datetime.fromisoformat(at), undoes)
        for e, row, kind, liking, weight, at, undoes in found
    ]
