"""Encoders: whose vectors a store holds, which of them are in use, and the move from one to another."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import delete, func, insert, select, update

from palate.errors import UnknownName
from palate.parts import Encoder
from palate.store import schema
from palate.store.texts import lacking

if TYPE_CHECKING:
    from palate.store.sqlite import SqliteStore

IN_USE = ("encoder", "encoder_fingerprint")  # settings: the name by which it is made, and what it must be
_kept = {
    key: select(schema.setting.c.value).where(schema.setting.c.key == key).scalar_subquery() for key in IN_USE
}
_dims = (
    select(schema.encoder.c.dims)
    .where(schema.encoder.c.fingerprint == _kept["encoder_fingerprint"])
    .scalar_subquery()
)
_STATE = select(func.max(schema.text.c.row), *_kept.values(), _dims)


class EncoderState(NamedTuple):
    """What tells whether anything is new. last_row: of the newest text, 0 where there is none. The rest is of
    the one in use.
    """

    last_row: int
    name: str | None
    fingerprint: str | None
    dims: int | None


class EncoderRow(NamedTuple):
    """One encoder. texts: how many have a vector of it. made_at: when the store first met it, None if before
    there was a record.

    figures: what a tuned one was measured by, by name; empty for others.
    """

    number: int
    name: str
    fingerprint: str
    dims: int
    texts: int
    in_use: bool
    made_at: datetime | None
    figures: dict[str, Any]


class Encoders:
    """The encoders of a store, by number and fingerprint. A number is never given again: one that was removed
    keeps it.
    """

    def __init__(self, store: SqliteStore) -> None:
        self._store = store

    def state(self) -> EncoderState:
        """One look at the store, about 0.1 ms: what every call begins with."""
        with self._store.reading() as connection:
            last_row, *used = connection.execute(_STATE).one()
            return EncoderState(last_row or 0, *used)

    def number(self, encoder: Encoder, name: str = "") -> int:
        """The store's number for an encoder, given on first sight. name: by which it is made again, its own
        if none is given.
        """
        table = schema.encoder
        with self._store.reading() as connection:
            number = connection.execute(
                select(table.c.number).where(table.c.fingerprint == encoder.fingerprint)
            ).scalar()
        if number is not None:
            return int(number)
        row = (encoder.fingerprint, name or encoder.name, encoder.dims, datetime.now(UTC).isoformat())
        with self._store.writing() as connection:
            connection.exec_driver_sql(
                "insert or ignore into encoder (fingerprint, name, dims, made_at) values (?, ?, ?, ?)", row
            )
            found = connection.execute(
                select(table.c.number).where(table.c.fingerprint == encoder.fingerprint)
            )
            return int(found.scalar_one())

    def all(self) -> list[EncoderRow]:
        """Those that have vectors, or are in use, oldest first. Costs a look at every vector."""
        table, vector, text = schema.encoder, schema.vector, schema.text
        counted = (
            select(vector.c.encoder, func.count().label("texts"))
            .join(text, text.c.content_hash == vector.c.content_hash)
            .group_by(vector.c.encoder)
            .subquery()
        )
        columns = (
            table.c.number,
            table.c.name,
            table.c.fingerprint,
            table.c.dims,
            func.coalesce(counted.c.texts, 0),
        )
        in_use = table.c.fingerprint == _kept["encoder_fingerprint"]
        query = select(*columns, func.coalesce(in_use, False), table.c.made_at, table.c.figures)
        with self._store.reading() as connection:
            found = connection.execute(
                query.outerjoin(counted, counted.c.encoder == table.c.number).order_by(table.c.number)
            )
            return [
                EncoderRow(
                    number,
                    name,
                    print_,
                    dims,
                    texts,
                    bool(used),
                    made and datetime.fromisoformat(made),
                    figures or {},
                )
                for number, name, print_, dims, texts, used, made, figures in found
                if texts or used
            ]

    def find(self, name: str) -> EncoderRow:
        """The one with this name or fingerprint. Raises UnknownName where there is none, or several have the
        name.
        """
        rows = self.all()
        found = [row for row in rows if name in (row.name, row.fingerprint)]
        if len(found) == 1:
            return found[0]
        if found:
            prints = ", ".join(row.fingerprint for row in found)
            raise UnknownName(
                f"{len(found)} encoders have been called {name!r}; give the fingerprint of one: {prints}"
            )
        raise UnknownName(
            f"the store has no vectors of {name!r}, only of: {', '.join(row.name for row in rows)}"
        )

    def use(self, number: int, name: str) -> bool:
        """Make an encoder the one in use, under a name. False, and nothing changes, where a text still lacks
        its vector.
        """
        table = schema.encoder
        with self._store.writing() as connection:
            if connection.execute(lacking(number).limit(1)).first():
                return False
            connection.execute(update(table).where(table.c.number == number).values(name=name))
            fingerprint = connection.execute(
                select(table.c.fingerprint).where(table.c.number == number)
            ).scalar_one()
            connection.execute(delete(schema.setting).where(schema.setting.c.key.in_(IN_USE)))
            kept = zip(IN_USE, (name, fingerprint), strict=True)
            connection.execute(insert(schema.setting), [{"key": key, "value": value} for key, value in kept])
            return True

    def remove(self, number: int) -> bool:
        """Drop its vectors, and the crowd that was learned on them. False, and nothing changes, where it is
        in use.
        """
        table = schema.encoder
        with self._store.writing() as connection:
            used = select(table.c.number).where(table.c.fingerprint == _kept["encoder_fingerprint"])
            if connection.execute(used).scalar() == number:
                return False
            connection.execute(delete(schema.crowd).where(schema.crowd.c.encoder == number))
            connection.execute(delete(schema.vector).where(schema.vector.c.encoder == number))
            return True

    def tell(self, number: int, figures: dict[str, Any]) -> None:
        """Remember what a tuned encoder was measured by, if anything, unless something is remembered
        already.
        """
        if not figures:
            return
        which = (schema.encoder.c.number == number) & schema.encoder.c.figures.is_(None)
        with self._store.writing() as connection:
            connection.execute(update(schema.encoder).where(which).values(figures=figures))
