"""Log: all feedback, append-only; the source of truth from which a taste is learned again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Connection, delete, func, insert, select

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


class Prediction(NamedTuple):
    """What the tastes of a contest said of one text. tastes: m names with commas between. logits: (m,)
    little-endian float32.
    """

    tastes: str
    logits: bytes


class Log:
    """The feedback of all tastes, numbered in the order in which it came."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store

    def append(
        self,
        taste: int,
        verdicts: Sequence[tuple[int, Kind, float | None]],
        predictions: Sequence[Prediction | None] = (),
    ) -> tuple[int, list[Entry]]:
        """Add (row, kind, liking) in order, all or none; on disk when this returns. Also tells what the head
        was before.

        predictions: what the tastes said of each verdict before they learned it; none at all is one None for
        each."""
        with self._store.writing() as connection:
            if not connection.execute(
                select(schema.taste.c.number).where(schema.taste.c.number == taste)
            ).first():
                raise UnknownName("the reader was removed meanwhile; make one with: palate reader add NAME")
            head = _head(connection, taste)
            entries = [_append(connection, taste, row, kind, liking) for row, kind, liking in verdicts]
            _keep(
                connection,
                {e.entry: p for e, p in zip(entries, predictions, strict=bool(predictions)) if p is not None},
            )
            return head, entries

    def predictions(self, taste: int) -> dict[int, Prediction]:
        """What was said of the entries of a taste before they were learned, by entry, where it is known."""
        table = schema.prediction
        query = select(table.c.entry, table.c.tastes, table.c.logits).join(schema.feedback)
        with self._store.reading() as connection:
            found = connection.execute(query.where(schema.feedback.c.taste == taste))
            return {entry: Prediction(tastes, logits) for entry, tastes, logits in found}

    def predict_anew(self, taste: int, predictions: Mapping[int, Prediction]) -> None:
        """Put these, by entry, in place of all predictions of a taste."""
        entries = select(schema.feedback.c.entry).where(schema.feedback.c.taste == taste)
        with self._store.writing() as connection:
            connection.execute(delete(schema.prediction).where(schema.prediction.c.entry.in_(entries)))
            _keep(connection, predictions)

    def undo(self, taste: int) -> Entry | None:
        """Take back the newest entry that still stands: returns that entry, or None where none does."""
        with self._store.writing() as connection:
            standing = standing_entries(_entries(connection, taste))
            if not standing:
                return None
            _append(connection, taste, None, "undo", None, standing[-1].entry)
            return standing[-1]

    def entries(self, taste: int) -> list[Entry]:
        """The whole log of a taste, oldest first."""
        with self._store.reading() as connection:
            return _entries(connection, taste)

    def head(self, taste: int) -> int:
        """Number of the newest entry of a taste, 0 where there is none: tells whether another process has
        added some.
        """
        with self._store.reading() as connection:
            return _head(connection, taste)


def standing_entries(entries: Sequence[Entry]) -> list[Entry]:
    """The entries that no undo takes back, without the undos."""
    undone = {entry.undoes for entry in entries if entry.undoes is not None}
    return [entry for entry in entries if entry.kind != "undo" and entry.entry not in undone]


def _head(connection: Connection, taste: int) -> int:
    return (
        connection.execute(
            select(func.max(schema.feedback.c.entry)).where(schema.feedback.c.taste == taste)
        ).scalar()
        or 0
    )


def _append(
    connection: Connection,
    taste: int,
    row: int | None,
    kind: Kind,
    liking: float | None,
    undoes: int | None = None,
) -> Entry:
    now = datetime.now(UTC)
    values = {"row": row, "kind": kind, "liking": liking, "weight": 1.0, "undoes": undoes}
    made = (
        insert(schema.feedback)
        .values(taste=taste, given_at=now.isoformat(), **values)
        .returning(schema.feedback.c.entry)
    )
    return Entry(connection.execute(made).scalar_one(), row, kind, liking, 1.0, now, undoes)


def _keep(connection: Connection, predictions: Mapping[int, Prediction]) -> None:
    if predictions:
        rows = [{"entry": entry, "tastes": p.tastes, "logits": p.logits} for entry, p in predictions.items()]
        connection.execute(insert(schema.prediction), rows)


def _entries(connection: Connection, taste: int) -> list[Entry]:
    table = schema.feedback
    columns = (
        table.c.entry,
        table.c.row,
        table.c.kind,
        table.c.liking,
        table.c.weight,
        table.c.given_at,
        table.c.undoes,
    )
    found = connection.execute(select(*columns).where(table.c.taste == taste).order_by(table.c.entry))
    return [
        Entry(e, row, kind, liking, weight, datetime.fromisoformat(at), undoes)
        for e, row, kind, liking, weight, at, undoes in found
    ]
