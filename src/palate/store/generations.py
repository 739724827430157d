"""GenerationTable: which fit the features of a store are made by, and what of it lies in a cache."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from palate.store import schema

_generation = schema.generation.c
GENERATION = (
    _generation.generation_id,
    _generation.encoder,
    _generation.fit_row,
    _generation.digest,
    _generation.fit_digest,
)
_GET = select(*GENERATION)


class GenerationRow(NamedTuple):
    """The generation in use. fit_row: last text that was fitted. digest: SHA-256 of the cache's manifest,
    empty where no cache is kept.

    Equal numbers of one store are equal fits, with equal fit_digest.
    """

    generation_id: int
    encoder_id: int
    fit_row: int
    digest: str
    fit_digest: str


class GenerationTable:
    """At most one generation, which every process of a store follows."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self) -> GenerationRow | None:
        """Returns the generation in use; None where none has been made."""
        row = self._connection.execute(_GET).first()
        return GenerationRow(*row) if row else None

    def put(self, row: GenerationRow, expected_digest: str | None) -> bool:
        """Puts a generation in place of the one whose digest is expected, or of none where None is.

        False, and nothing changes, where another process was first: another digest is stored, a later
        generation, or another fit under the same number.
        """
        stored = self.get()
        if expected_digest != (stored and stored.digest):
            return False
        if stored and row.generation_id < stored.generation_id:
            return False
        if stored and row.generation_id == stored.generation_id and row.fit_digest != stored.fit_digest:
            return False
        self._connection.execute(delete(schema.generation))
        values = dict(zip([column.name for column in GENERATION], row, strict=True))
        made_at = datetime.now(UTC).isoformat()
        self._connection.execute(insert(schema.generation).values(values | {"made_at": made_at}))
        return True
