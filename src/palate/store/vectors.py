"""VectorTable: what each encoder made of each text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, select

from palate.parts import Matrix, Vector
from palate.store import schema
from palate.store.dialect import VALUES_AT_ONCE, Dialect

_vector, _text = schema.vector.c, schema.text.c


class VectorTable:
    """float16 vectors by row of text, one set for each encoder."""

    def __init__(self, connection: Connection, dialect: Dialect) -> None:
        self._connection = connection
        self._dialect = dialect

    def get(self, encoder_id: int, rows: Sequence[int]) -> dict[int, Vector]:
        """Returns the vectors (d,) there are, by row."""
        vectors = dict[int, Vector]()
        for start in range(0, len(rows), VALUES_AT_ONCE):
            wanted = self._dialect.one_of(_vector.row, rows[start : start + VALUES_AT_ONCE])
            query = select(_vector.row, _vector.data).where(_vector.encoder == encoder_id, wanted)
            for row, data in self._connection.execute(query):
                vectors[row] = np.frombuffer(data, "<f2")
        return vectors

    def put(self, encoder_id: int, rows: Sequence[int], vectors: Matrix) -> None:
        """Stores (n, d) vectors as float16; those already there stay, and those of texts that are gone are
        passed over.
        """
        present = set[int]()
        for start in range(0, len(rows), VALUES_AT_ONCE):
            wanted = self._dialect.one_of(_text.row, rows[start : start + VALUES_AT_ONCE])
            present.update(self._connection.execute(select(_text.row).where(wanted)).scalars())
        data = vectors.astype("<f2")
        values = [
            (encoder_id, row, vector.tobytes())
            for row, vector in zip(rows, data, strict=True)
            if row in present
        ]
        columns = ("encoder", "row", "data")
        self._dialect.insert_ignoring(self._connection, schema.vector, columns, values)


def lacking(encoder_id: int) -> Select[Any]:
    """Selects the rows of the texts without a vector of this encoder."""
    there = select(_vector.row).where(_vector.encoder == encoder_id, _vector.row == _text.row)
    return select(_text.row).where(~there.exists())
