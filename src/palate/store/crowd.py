"""CrowdTable: what all readers together judged, and what was learned from it."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Text,
    cast,
    delete,
    distinct,
    func,
    insert,
    select,
)

from palate.store import schema

_crowd, _reader, _feedback = schema.crowd.c, schema.reader.c, schema.feedback.c
_private_ids = select(func.aggregate_strings(cast(_reader.number, Text), ",")).where(_reader.private == 1)
CROWD_STATE = (
    select(func.max(_feedback.entry)).scalar_subquery(),
    _private_ids.scalar_subquery(),
    *(
        select(column).scalar_subquery()
        for column in (_crowd.head, _crowd.encoder, _crowd.readers, func.length(_crowd.data))
    ),
)
_STATE = select(*CROWD_STATE)


class PublicEntry(NamedTuple):
    """One entry of the log of a reader who does not keep out of the crowd. row: None for an undo."""

    entry: int
    reader_id: int
    taste_id: int
    row: int | None
    liking: float | None
    undoes: int | None


class PublicLog(NamedTuple):
    """All public entries up to head, oldest first."""

    head: int
    entries: list[PublicEntry]


class StoredCrowd(NamedTuple):
    """What was learned from the log up to head, from so many readers, on vectors of one encoder. data:
    safetensors.
    """

    head: int
    encoder_id: int
    n_readers: int
    data: bytes


class CrowdState(NamedTuple):
    """What tells, in a moment, whether anything has changed.

    newest_entry: of the log, of anybody. stored: (head, encoder_id, n_readers, bytes) of the crowd, None
    where there is none. private: ids of the readers who keep out of it, with commas between."""

    newest_entry: int
    stored: tuple[int, int, int, int] | None
    private: str

    @classmethod
    def of(cls, newest_entry: int | None, private: str | None, *stored: int | None) -> CrowdState:
        """From the values of CROWD_STATE."""
        head, encoder_id, n_readers, size = stored
        none = head is None or encoder_id is None or n_readers is None or size is None
        return cls(newest_entry or 0, None if none else (head, encoder_id, n_readers, size), private or "")


class CrowdTable:
    """The feedback of all readers who are not private, and the newest crowd that was learned from it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def state(self) -> CrowdState:
        return CrowdState.of(*self._connection.execute(_STATE).one())

    def count_since(self, head: int) -> int:
        """Counts the entries of public readers that came after head."""
        return self._count(_feedback.entry > head)

    def count_readers(self, min_texts: int) -> int:
        """Counts the public readers with standing likings of at least so many texts."""
        undone = select(_feedback.undoes).where(_feedback.undoes.is_not(None))
        per_reader = (
            _public(select(_reader.number))
            .where(_feedback.liking.is_not(None), _feedback.entry.not_in(undone))
            .group_by(_reader.number)
            .having(func.count(distinct(_feedback.row)) >= min_texts)
            .subquery()
        )
        return self._connection.execute(select(func.count()).select_from(per_reader)).scalar_one()

    def public_log(self) -> PublicLog:
        """Returns what all tastes of public readers have in the log."""
        columns = (_feedback.entry, _reader.number, _feedback.taste, _feedback.row, _feedback.liking, _feedback.undoes)
        rows = self._connection.execute(_public(select(*columns)).order_by(_feedback.entry))
        entries = [PublicEntry(*row) for row in rows]
        return PublicLog(entries[-1].entry if entries else 0, entries)

    def get(self) -> StoredCrowd | None:
        """The crowd that was put last; None where there is none, or a reader has left since."""
        row = self._connection.execute(select(schema.crowd)).first()
        return StoredCrowd(*row) if row else None

    def put(self, crowd: StoredCrowd, n_entries: int) -> bool:
        """Keeps this crowd instead of what was there, unless a reader has left, or turned private, since it
        began to be learned.

        n_entries: of which it was learned. The log only grows, so their number tells.
        """
        if self._count(_feedback.entry <= crowd.head) != n_entries:
            return False
        self._connection.execute(delete(schema.crowd))
        columns = ("head", "encoder", "readers", "data")
        self._connection.execute(insert(schema.crowd).values(dict(zip(columns, crowd, strict=True))))
        return True

    def _count(self, condition: ColumnElement[bool]) -> int:
        return int(self._connection.execute(_public(select(func.count())).where(condition)).scalar_one())


def _public(query: Select[Any]) -> Select[Any]:
    """Restricts a query to the feedback of readers who are not private."""
    joined = query.select_from(schema.feedback).join(schema.taste, schema.taste.c.number == _feedback.taste)
    return joined.join(schema.reader).where(_reader.private == 0)
