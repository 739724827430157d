"""LogTable: all feedback, append-only; the source of truth from which a taste is learned again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from palate.errors import UnknownName
from palate.feedback import Kind
from palate.store import schema

_feedback = schema.feedback.c
_OF_TASTE = _feedback.taste == bindparam("taste_id")
_STATE = select(
    select(func.max(_feedback.entry)).where(_OF_TASTE).scalar_subquery(),
    select(schema.taste.c.forgotten).where(schema.taste.c.number == bindparam("taste_id")).scalar_subquery(),
)
_ENTRIES = (
    select(
        _feedback.entry,
        _feedback.row,
        _feedback.kind,
        _feedback.liking,
        _feedback.weight,
        _feedback.given_at,
        _feedback.undoes,
    )
    .where(_OF_TASTE)
    .order_by(_feedback.entry)
)
_PREDICTIONS = (
    select(schema.prediction.c.entry, schema.prediction.c.tastes, schema.prediction.c.logits)
    .join(schema.feedback)
    .where(_OF_TASTE)
)
_APPEND = insert(schema.feedback).returning(_feedback.entry)


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
    """What the tastes of a contest predicted of one text. tastes: m names with commas between. logits: (m,)
    little-endian float32.
    """

    tastes: str
    logits: bytes


class LogState(NamedTuple):
    """What tells whether the log of a taste has changed. head: its newest entry, 0 where there is none.
    n_forgotten: judgements that were deleted with their texts, which may stand anywhere before the head.
    """

    head: int
    n_forgotten: int


class LogTable:
    """The feedback of all tastes, numbered in the order in which it came."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(
        self,
        taste_id: int,
        verdicts: Sequence[tuple[int, Kind, float | None]],
        predictions: Sequence[Prediction | None] = (),
    ) -> tuple[int, list[Entry]]:
        """Adds (row, kind, liking) in order; returns what the head was before, and the new entries.

        predictions: what the tastes predicted of each verdict before they learned it; none at all is one None
        for each. Raises UnknownName where the taste is gone."""
        known = select(schema.taste.c.number).where(schema.taste.c.number == taste_id)
        if not self._connection.execute(known).first():
            raise UnknownName("the reader was removed meanwhile; make one with: palate reader add NAME")
        head = self.state(taste_id).head
        entries = [self._append(taste_id, row, kind, liking) for row, kind, liking in verdicts]
        pairs = zip(entries, predictions, strict=bool(predictions))
        self._put_predictions({entry.entry: made for entry, made in pairs if made is not None})
        return head, entries

    def predictions(self, taste_id: int) -> dict[int, Prediction]:
        """What was predicted of the entries of a taste before they were learned, by entry, where it is
        known.
        """
        rows = self._connection.execute(_PREDICTIONS, {"taste_id": taste_id})
        return {entry: Prediction(tastes, logits) for entry, tastes, logits in rows}

    def replace_predictions(self, taste_id: int, predictions: Mapping[int, Prediction]) -> None:
        """Puts these, by entry, in place of all predictions of a taste."""
        entries = select(_feedback.entry).where(_feedback.taste == taste_id)
        self._connection.execute(delete(schema.prediction).where(schema.prediction.c.entry.in_(entries)))
        self._put_predictions(predictions)

    def undo(self, taste_id: int) -> Entry | None:
        """Takes back the newest entry that still stands: returns that entry, or None where none does."""
        standing = standing_entries(self.entries(taste_id))
        if not standing:
            return None
        self._append(taste_id, None, "undo", None, standing[-1].entry)
        return standing[-1]

    def entries(self, taste_id: int) -> list[Entry]:
        """The whole log of a taste, oldest first."""
        return [
            Entry(entry, row, kind, liking, weight, datetime.fromisoformat(given_at), undoes)
            for entry, row, kind, liking, weight, given_at, undoes in self._connection.execute(
                _ENTRIES, {"taste_id": taste_id}
            )
        ]

    def state(self, taste_id: int) -> LogState:
        """Returns what tells whether the log of a taste has changed."""
        head, n_forgotten = self._connection.execute(_STATE, {"taste_id": taste_id}).one()
        return LogState(head or 0, n_forgotten or 0)

    def _append(
        self, taste_id: int, row: int | None, kind: Kind, liking: float | None, undoes: int | None = None
    ) -> Entry:
        now = datetime.now(UTC)
        values = {"row": row, "kind": kind, "liking": liking, "weight": 1.0, "undoes": undoes}
        made = self._connection.execute(_APPEND, {"taste": taste_id, "given_at": now.isoformat(), **values})
        return Entry(made.scalar_one(), row, kind, liking, 1.0, now, undoes)

    def _put_predictions(self, predictions: Mapping[int, Prediction]) -> None:
        if predictions:
            rows = [{"entry": entry, **made._asdict()} for entry, made in predictions.items()]
            self._connection.execute(insert(schema.prediction), rows)


def standing_entries(entries: Sequence[Entry]) -> list[Entry]:
    """The entries that no undo takes back, without the undos."""
    undone = {entry.undoes for entry in entries if entry.undoes is not None}
    return [entry for entry in entries if entry.kind != "undo" and entry.entry not in undone]
