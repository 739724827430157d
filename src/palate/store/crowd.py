"""Crowd: what all readers together said, and what was learned from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, delete, distinct, func, insert, select

from palate.store import schema

if TYPE_CHECKING:
    from palate.store.sqlite import SqliteStore


_kept, _reader = schema.crowd.c, schema.reader.c
_STATE = select(
    select(func.max(schema.feedback.c.entry)).scalar_subquery(),
    select(func.group_concat(_reader.number)).where(_reader.private == 1).scalar_subquery(),
    *(
        select(column).scalar_subquery()
        for column in (_kept.head, _kept.encoder, _kept.readers, func.length(_kept.data))
    ),
)


class Said(NamedTuple):
    """One standing judgement of a reader who does not keep out of the crowd; of several of a text the
    latest.
    """

    reader: int
    taste: int
    row: int
    liking: float


class Everyone(NamedTuple):
    """What was said up to head. entries: lines of the log that this is of, undos and skips among them."""

    head: int
    entries: int
    said: list[Said]


class StoredCrowd(NamedTuple):
    """What was learned from the log up to head, from so many readers, on vectors of one encoder."""

    head: int
    encoder: int
    readers: int
    data: bytes


class CrowdState(NamedTuple):
    """What tells, in a moment, whether anything has changed.

    newest: entry of the log, of anybody. stored: (head, encoder, readers, bytes) of the crowd, None where
    there is none. private: numbers of the readers who keep out of it, with commas between."""

    newest: int
    stored: tuple[int, int, int, int] | None
    private: str


class Crowd:
    """The feedback of everyone who is not private, and the newest that was learned from it."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store

    def state(self) -> CrowdState:
        with self._store.reading() as connection:
            newest, private, *stored = connection.execute(_STATE).one()
            return CrowdState(newest or 0, None if stored[0] is None else tuple(stored), private or "")

    def since(self, head: int) -> int:
        """How many entries of those who are not private came after head."""
        with self._store.reading() as connection:
            return _count(connection, schema.feedback.c.entry > head)

    def speakers(self, least: int) -> int:
        """How many who are not private have likings of this many texts, or more, that were not taken back."""
        table, undone = (
            schema.feedback.c,
            select(schema.feedback.c.undoes).where(schema.feedback.c.undoes.is_not(None)),
        )
        query = _open(select(schema.reader.c.number)).where(
            table.liking.is_not(None), table.entry.not_in(undone)
        )
        each = (
            query.group_by(schema.reader.c.number).having(func.count(distinct(table.row)) >= least).subquery()
        )
        with self._store.reading() as connection:
            return connection.execute(select(func.count()).select_from(each)).scalar_one()

    def everyone(self) -> Everyone:
        """What each taste says of each text now, in the order in which it was said."""
        table = schema.feedback.c
        columns = (table.entry, schema.reader.c.number, table.taste, table.row, table.liking, table.undoes)
        with self._store.reading() as connection:
            found = connection.execute(_open(select(*columns)).order_by(table.entry)).all()
        undone = {entry.undoes for entry in found}
        latest = {(e.taste, e.row): e for e in found if e.undoes is None and e.entry not in undone}
        standing = sorted(latest.values(), key=lambda e: e.entry)
        said = [Said(e.number, e.taste, e.row, e.liking) for e in standing if e.liking is not None]
        return Everyone(found[-1].entry if found else 0, len(found), said)

    def get(self) -> StoredCrowd | None:
        """What was put last; None where nothing was, or a reader has left since."""
        with self._store.reading() as connection:
            found = connection.execute(select(schema.crowd)).first()
            return StoredCrowd(*found) if found else None

    def put(self, crowd: StoredCrowd, entries: int) -> bool:
        """Keep this instead of what was there, unless a reader has left, or turned private, since it began to
        be learned.

        entries: of which it was learned. The log only grows, so their number tells.
        """
        with self._store.writing() as connection:
            if _count(connection, schema.feedback.c.entry <= crowd.head) != entries:
                return False
            connection.execute(delete(schema.crowd))
            connection.execute(insert(schema.crowd).values(crowd._asdict()))
            return True


def _open(query: Select[Any]) -> Select[Any]:
    """Of the feedback of those who are not private."""
    joined = query.select_from(schema.feedback).join(
        schema.taste, schema.taste.c.number == schema.feedback.c.taste
    )
    return joined.join(schema.reader).where(schema.reader.c.private == 0)


def _count(connection: Connection, which: ColumnElement[bool]) -> int:
    return int(connection.execute(_open(select(func.count())).where(which)).scalar_one())
