"""Crowd: what all readers together said, and what was learned from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import delete, func, insert, select

from palate.store import schema

if TYPE_CHECKING:
    from palate.store.sqlite import SqliteStore


class Said(NamedTuple):
    """One standing judgement of a reader who does not keep out of the crowd; of several of a text the latest."""

    taste: int
    row: int
    liking: float


class StoredCrowd(NamedTuple):
    """What was learned from the log up to head, from so many readers, on vectors of one encoder."""

    head: int
    encoder: int
    readers: int
    data: bytes


class Crowd:
    """The feedback of everyone who is not private, and the newest that was learned from it."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store

    def size(self) -> tuple[int, int]:
        """(newest entry, number of entries) of those who are not private; 0 where there are none."""
        query = select(func.max(schema.feedback.c.entry), func.count()).join(schema.taste).join(schema.reader)
        with self._store.reading() as connection:
            newest, entries = connection.execute(query.where(schema.reader.c.private == 0)).one()
            return newest or 0, entries

    def everyone(self) -> list[Said]:
        """What each taste says of each text now, in the order in which it was said."""
        table = schema.feedback
        query = (
            select(table.c.taste, table.c.entry, table.c.row, table.c.liking, table.c.undoes)
            .join(schema.taste, schema.taste.c.number == table.c.taste)
            .join(schema.reader)
            .where(schema.reader.c.private == 0)
            .order_by(table.c.entry)
        )
        with self._store.reading() as connection:
            found = connection.execute(query).all()
        undone = {entry.undoes for entry in found}
        latest = {(e.taste, e.row): e for e in found if e.undoes is None and e.entry not in undone}
        return [Said(e.taste, e.row, e.liking) for e in sorted(latest.values(), key=lambda e: e.entry) if e.liking is not None]

    def get(self) -> StoredCrowd | None:
        """What was put last; None where nothing was, or a reader has left since."""
        with self._store.reading() as connection:
            found = connection.execute(select(schema.crowd)).first()
            return StoredCrowd(*found) if found else None

    def put(self, crowd: StoredCrowd) -> None:
        """Keep this instead of what was there."""
        with self._store.writing() as connection:
            connection.execute(delete(schema.crowd))
            connection.execute(insert(schema.crowd).values(crowd._asdict()))
