"""EncoderTable: whose vectors a store holds, which of them are in use, and the move from one to another."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from palate.errors import UnknownName
from palate.parts import Encoder
from palate.store import schema
from palate.store.dialect import Dialect
from palate.store.removals import NO_NUMBERS
from palate.store.vectors import lacking

IN_USE = ("encoder", "encoder_fingerprint")  # settings: the name by which it is made, and what it must be
_encoder, _setting = schema.encoder.c, schema.setting.c
_fingerprint = select(_setting.value).where(_setting.key == "encoder_fingerprint").scalar_subquery()
_in_use = _encoder.fingerprint == _fingerprint
ENCODER_ID_IN_USE = select(_encoder.number).where(_in_use).scalar_subquery()
_ID = select(_encoder.number).where(_encoder.fingerprint == bindparam("fingerprint"))


class EncoderRow(NamedTuple):
    """One encoder. texts: how many have a vector of it. made_at: when the store first met it, None if before
    there was a record.

    figures: what a tuned encoder was measured by, by name; empty for others.
    """

    encoder_id: int
    name: str
    fingerprint: str
    dims: int
    texts: int
    in_use: bool
    made_at: datetime | None
    figures: dict[str, Any]


class EncoderTable:
    """The encoders of a store, by id and fingerprint. An id is never given again: an encoder that was removed
    keeps it.
    """

    def __init__(self, connection: Connection, dialect: Dialect) -> None:
        self._connection = connection
        self._dialect = dialect

    def id_of(self, encoder: Encoder) -> int | None:
        """The store's id of an encoder; None where the store has not met it."""
        return self._connection.execute(_ID, {"fingerprint": encoder.fingerprint}).scalar()

    def register(self, encoder: Encoder, name: str = "") -> int:
        """The store's id of an encoder, given on first sight. name: by which it is made again, its own if
        none is given.
        """
        columns = ("fingerprint", "name", "dims", "made_at")
        row = (encoder.fingerprint, name or encoder.name, encoder.dims, datetime.now(UTC).isoformat())
        self._dialect.insert_ignoring(self._connection, schema.encoder, columns, [row])
        return int(self._connection.execute(_ID, {"fingerprint": encoder.fingerprint}).scalar_one())

    def all(self) -> list[EncoderRow]:
        """Those that have vectors, or are in use, oldest first. Costs a look at every vector."""
        encoder_id = schema.vector.c.encoder
        counted = select(encoder_id, func.count().label("texts")).group_by(encoder_id).subquery()
        query = (
            select(
                _encoder.number,
                _encoder.name,
                _encoder.fingerprint,
                _encoder.dims,
                func.coalesce(counted.c.texts, 0).label("texts"),
                func.coalesce(_in_use, False).label("in_use"),
                _encoder.made_at,
                _encoder.figures,
            )
            .outerjoin(counted, counted.c.encoder == _encoder.number)
            .order_by(_encoder.number)
        )
        return [
            EncoderRow(
                row.number,
                row.name,
                row.fingerprint,
                row.dims,
                row.texts,
                bool(row.in_use),
                row.made_at and datetime.fromisoformat(row.made_at),
                row.figures or {},
            )
            for row in self._connection.execute(query)
            if row.texts or row.in_use
        ]

    def find(self, name: str) -> EncoderRow:
        """The encoder with this name or fingerprint. Raises UnknownName where there is none, or several have
        the name.
        """
        rows = self.all()
        matching = [row for row in rows if name in (row.name, row.fingerprint)]
        if len(matching) == 1:
            return matching[0]
        if matching:
            fingerprints = ", ".join(row.fingerprint for row in matching)
            raise UnknownName(
                f"{len(matching)} encoders have been called {name!r};"
                f" give the fingerprint of one: {fingerprints}"
            )
        names = ", ".join(row.name for row in rows)
        raise UnknownName(f"the store has no vectors of {name!r}, only of: {names}")

    def use(self, encoder_id: int, name: str) -> bool:
        """Makes an encoder the one in use, under a name. False, and nothing changes, where a text still lacks
        its vector.
        """
        if self._connection.execute(lacking(encoder_id).limit(1)).first():
            return False
        renamed = update(schema.encoder).where(_encoder.number == encoder_id).values(name=name)
        fingerprint = self._connection.execute(renamed.returning(_encoder.fingerprint)).scalar_one()
        self._connection.execute(delete(schema.setting).where(_setting.key.in_(IN_USE)))
        values = zip(IN_USE, (name, fingerprint), strict=True)
        self._connection.execute(
            insert(schema.setting), [{"key": key, "value": value} for key, value in values]
        )
        return True

    def remove(self, encoder_id: int) -> bool:
        """Drops the vectors of an encoder, also of removed texts, and the crowd and the centres of topics
        that were learned on them. False, and nothing changes, where it is in use.
        """
        if self._connection.execute(select(ENCODER_ID_IN_USE)).scalar() == encoder_id:
            return False
        for table in (schema.crowd, schema.topic_centre, schema.topic_space):
            self._connection.execute(delete(table).where(table.c.encoder == encoder_id))
        self._connection.execute(delete(schema.vector).where(schema.vector.c.encoder == encoder_id))
        self._connection.execute(
            update(schema.removed).where(schema.removed.c.encoder == encoder_id).values(NO_NUMBERS)
        )
        return True

    def put_figures(self, encoder_id: int, figures: dict[str, Any]) -> None:
        """Keeps what a tuned encoder was measured by, if anything, unless something is kept already."""
        if figures:
            unmeasured = (_encoder.number == encoder_id) & _encoder.figures.is_(None)
            self._connection.execute(update(schema.encoder).where(unmeasured).values(figures=figures))
