"""Readers and their tastes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import delete, func, insert, select, update

from palate.store import schema

if TYPE_CHECKING:
    from palate.store.sqlite import SqliteStore


_taste, _feedback = schema.taste.c, schema.feedback.c
_judgements = (
    select(func.count()).where(_feedback.taste == _taste.number, _feedback.kind != "undo").scalar_subquery()
)
_TASTES = select(
    _taste.number,
    schema.reader.c.name,
    _taste.name,
    _taste.kind,
    _taste.likes,
    _taste.dislikes,
    _judgements,
    _taste.serving,
    schema.reader.c.private,
).join(schema.reader)


class TasteRow(NamedTuple):
    """One taste of one reader. judgements: verdicts in the log, taken back or not. serving: blend, champion
    or a member's name.

    private: 1 where the reader keeps out of the crowd.
    """

    number: int
    reader: str
    name: str
    kind: str
    likes: str
    dislikes: str
    judgements: int
    serving: str = "blend"
    private: int = 0


class Readers:
    """A reader is made with its first taste and removed with all of them."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store

    def tastes(self) -> list[TasteRow]:
        """Every taste of every reader, oldest reader first."""
        with self._store.reading() as connection:
            found = connection.execute(_TASTES.order_by(schema.reader.c.number, schema.taste.c.number))
            return [TasteRow(*row) for row in found]

    def find(self, reader: str, taste: str) -> TasteRow | None:
        """The taste of this name, None where there is none."""
        with self._store.reading() as connection:
            found = connection.execute(
                _TASTES.where(schema.reader.c.name == reader, schema.taste.c.name == taste)
            ).first()
            return TasteRow(*found) if found else None

    def add(self, reader: str, taste: str, *, kind: str, likes: str, dislikes: str) -> None:
        """Make a taste, and its reader if this is the first."""
        with self._store.writing() as connection:
            number = connection.execute(
                select(schema.reader.c.number).where(schema.reader.c.name == reader)
            ).scalar()
            if number is None:
                made = insert(schema.reader).values(name=reader, created_at=datetime.now(UTC).isoformat())
                number = connection.execute(made.returning(schema.reader.c.number)).scalar_one()
            connection.execute(
                insert(schema.taste).values(
                    reader=number, name=taste, kind=kind, likes=likes, dislikes=dislikes
                )
            )

    def describe(self, taste: int, *, likes: str, dislikes: str) -> None:
        """Replace what the reader wrote of a taste."""
        with self._store.writing() as connection:
            connection.execute(
                update(schema.taste)
                .where(schema.taste.c.number == taste)
                .values(likes=likes, dislikes=dislikes)
            )

    def serve(self, taste: int, serving: str) -> None:
        """What the contest of a taste serves from now on: blend, champion or a member's name."""
        with self._store.writing() as connection:
            connection.execute(
                update(schema.taste).where(schema.taste.c.number == taste).values(serving=serving)
            )

    def keep_private(self, reader: str, private: bool) -> None:
        """Whether a reader keeps out of the crowd; what the crowd has learned from it is forgotten with the
        rest.
        """
        with self._store.writing() as connection:
            connection.execute(
                update(schema.reader).where(schema.reader.c.name == reader).values(private=int(private))
            )
            connection.execute(delete(schema.crowd))

    def remove(self, reader: str) -> None:
        """Take away a reader with all tastes, feedback, predictions and rules; the crowd forgets what it has
        learned.
        """
        numbers = select(schema.taste.c.number).join(schema.reader).where(schema.reader.c.name == reader)
        entries = select(schema.feedback.c.entry).where(schema.feedback.c.taste.in_(numbers))
        with self._store.writing() as connection:
            connection.execute(delete(schema.crowd))
            connection.execute(delete(schema.prediction).where(schema.prediction.c.entry.in_(entries)))
            connection.execute(
                delete(schema.feedback).where(
                    schema.feedback.c.taste.in_(numbers), schema.feedback.c.kind == "undo"
                )
            )
            connection.execute(delete(schema.feedback).where(schema.feedback.c.taste.in_(numbers)))
            connection.execute(delete(schema.rule).where(schema.rule.c.taste.in_(numbers)))
            connection.execute(delete(schema.taste).where(schema.taste.c.number.in_(numbers)))
            connection.execute(delete(schema.reader).where(schema.reader.c.name == reader))
