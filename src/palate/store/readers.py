"""ReaderTable: readers and their tastes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from palate.store import schema

_taste, _reader, _feedback = schema.taste.c, schema.reader.c, schema.feedback.c
_judgements = (
    select(func.count()).where(_feedback.taste == _taste.number, _feedback.kind != "undo").scalar_subquery()
)
_TASTES = select(
    _taste.number,
    _reader.name,
    _taste.name,
    _taste.kind,
    _taste.likes,
    _taste.dislikes,
    _judgements,
    _taste.serving,
    _reader.private,
).join(schema.reader)
_TASTE = _TASTES.where(_reader.name == bindparam("reader"), _taste.name == bindparam("taste"))


class TasteRow(NamedTuple):
    """One taste of one reader. judgements: verdicts in the log, taken back or not. serving: blend, champion
    or a member's name.

    private: 1 where the reader keeps out of the crowd.
    """

    taste_id: int
    reader: str
    name: str
    kind: str
    likes: str
    dislikes: str
    judgements: int
    serving: str = "blend"
    private: int = 0


class ReaderTable:
    """A reader is made with its first taste and removed with all of them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def tastes(self) -> list[TasteRow]:
        """Every taste of every reader, oldest reader first."""
        rows = self._connection.execute(_TASTES.order_by(_reader.number, _taste.number))
        return [TasteRow(*row) for row in rows]

    def find(self, reader: str, taste: str) -> TasteRow | None:
        """The taste of this name, None where there is none."""
        row = self._connection.execute(_TASTE, {"reader": reader, "taste": taste}).first()
        return TasteRow(*row) if row else None

    def add(self, reader: str, taste: str, *, kind: str, likes: str, dislikes: str) -> None:
        """Makes a taste, and its reader if this is the first."""
        reader_id = self._connection.execute(select(_reader.number).where(_reader.name == reader)).scalar()
        if reader_id is None:
            made = insert(schema.reader).values(name=reader, created_at=datetime.now(UTC).isoformat())
            reader_id = self._connection.execute(made.returning(_reader.number)).scalar_one()
        values = {"reader": reader_id, "name": taste, "kind": kind, "likes": likes, "dislikes": dislikes}
        self._connection.execute(insert(schema.taste).values(values))

    def describe(self, taste_id: int, *, likes: str, dislikes: str) -> None:
        """Replaces what the reader wrote of a taste."""
        self._update(taste_id, likes=likes, dislikes=dislikes)

    def serve(self, taste_id: int, serving: str) -> None:
        """Sets what the contest of a taste serves from now on: blend, champion or a member's name."""
        self._update(taste_id, serving=serving)

    def keep_private(self, reader: str, private: bool) -> None:
        """Sets whether a reader keeps out of the crowd; what the crowd has learned from it is forgotten with
        the rest.
        """
        self._connection.execute(
            update(schema.reader).where(_reader.name == reader).values(private=int(private))
        )
        self._connection.execute(delete(schema.crowd))

    def remove(self, reader: str) -> None:
        """Takes away a reader with all tastes, feedback, predictions and rules; the crowd forgets what it has
        learned.
        """
        taste_ids = select(_taste.number).join(schema.reader).where(_reader.name == reader)
        entries = select(_feedback.entry).where(_feedback.taste.in_(taste_ids))
        given = delete(schema.feedback).where(_feedback.taste.in_(taste_ids))
        for statement in (
            delete(schema.crowd),
            delete(schema.prediction).where(schema.prediction.c.entry.in_(entries)),
            delete(schema.ranked).where(schema.ranked.c.entry.in_(entries)),
            delete(schema.draft).where(schema.draft.c.taste.in_(taste_ids)),
            given.where(_feedback.kind == "undo"),  # first, since they refer to the others
            given,
            delete(schema.request).where(schema.request.c.taste.in_(taste_ids)),
            delete(schema.rule).where(schema.rule.c.taste.in_(taste_ids)),
            delete(schema.taste).where(_taste.number.in_(taste_ids)),
            delete(schema.reader).where(_reader.name == reader),
        ):
            self._connection.execute(statement)

    def _update(self, taste_id: int, **values: Any) -> None:
        self._connection.execute(update(schema.taste).where(_taste.number == taste_id).values(values))
