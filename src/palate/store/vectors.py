"""Vectors: a cache by content and encoder, so that nothing is encoded twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import select

from palate.parts import Matrix, Vector
from palate.store import schema

if TYPE_CHECKING:
    from palate.store.sqlite import SqliteStore

AT_ONCE = 10_000  # values in one statement; SQLite takes 32,766


class Vectors:
    """float16 vectors by content hash, one set for each encoder."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store

    def get(self, encoder: int, hashes: Sequence[str]) -> dict[str, Vector]:
        """The vectors (d,) there are, by content hash."""
        table, found = schema.vector, {}
        with self._store.reading() as connection:
            for start in range(0, len(hashes), AT_ONCE):
                wanted = table.c.content_hash.in_(hashes[start : start + AT_ONCE])
                query = select(table.c.content_hash, table.c.data).where(table.c.encoder == encoder, wanted)
                found.update(
                    {row.content_hash: np.frombuffer(row.data, "<f2") for row in connection.execute(query)}
                )
        return found

    def put(self, encoder: int, hashes: Sequence[str], vectors: Matrix) -> None:
        """Keep (n, d) vectors as float16; those already there stay."""
        rows = [(h, encoder, v.tobytes()) for h, v in zip(hashes, vectors.astype("<f2"), strict=True)]
        with self._store.writing() as connection:
            connection.exec_driver_sql(
                "insert or ignore into vector (content_hash, encoder, data) values (?, ?, ?)", rows
            )
