"""VectorTable: a cache by content and encoder, so that nothing is encoded twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, select

from palate.parts import Matrix, Vector
from palate.store import schema
from palate.store.dialect import VALUES_AT_ONCE, Dialect


class VectorTable:
    """float16 vectors by content hash, one set for each encoder."""

    def __init__(self, connection: Connection, dialect: Dialect) -> None:
        self._connection = connection
        self._dialect = dialect

    def get(self, encoder_id: int, hashes: Sequence[str]) -> dict[str, Vector]:
        """The vectors (d,) there are, by content hash."""
        table, vectors = schema.vector.c, dict[str, Vector]()
        for start in range(0, len(hashes), VALUES_AT_ONCE):
            wanted = table.content_hash.in_(hashes[start : start + VALUES_AT_ONCE])
            query = select(table.content_hash, table.data).where(table.encoder == encoder_id, wanted)
            for content_hash, data in self._connection.execute(query):
                vectors[content_hash] = np.frombuffer(data, "<f2")
        return vectors

    def put(self, encoder_id: int, hashes: Sequence[str], vectors: Matrix) -> None:
        """Keeps (n, d) vectors as float16; those already there stay."""
        data = vectors.astype("<f2")
        rows = [(key, encoder_id, vector.tobytes()) for key, vector in zip(hashes, data, strict=True)]
        columns = ("content_hash", "encoder", "data")
        self._dialect.insert_ignoring(self._connection, schema.vector, columns, rows)


def lacking(encoder_id: int) -> Select[Any]:
    """Selects (row, content_hash) of the texts without a vector of this encoder."""
    vector, text = schema.vector.c, schema.text.c
    there = select(vector.content_hash).where(
        vector.encoder == encoder_id, vector.content_hash == text.content_hash
    )
    return select(text.row, text.content_hash).where(~there.exists())
