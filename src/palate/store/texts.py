"""TextTable: the texts of a store in order, with what finds them again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, insert, select, update

from palate.features import Terms
from palate.parts import Matrix
from palate.store import schema
from palate.store.dialect import Dialect
from palate.text import Text, canonical_url

VALUES_AT_ONCE = 10_000  # in one statement; SQLite takes 32,766
_text, _terms = schema.text.c, schema.terms.c
_LAST_ROW = select(func.max(_text.row))
_ROW_OF = select(_text.row).where(_text.id == bindparam("text_id"))


class PreparedText(NamedTuple):
    """A text to be stored with what was made of it. representative: row of its group's first text, None where
    it is that itself.
    """

    text: Text
    ids: bytes
    counts: bytes
    bands: Sequence[int]
    representative: int | None


class Outline(NamedTuple):
    """What near-copies are compared by."""

    content_hash: str
    ids: list[int]


class TextTable:
    """The texts of a store. A row is a text's number, given in the order of adding."""

    def __init__(self, connection: Connection, dialect: Dialect) -> None:
        self._connection = connection
        self._dialect = dialect

    def add(self, batch: Sequence[PreparedText], first_row: int) -> bool:
        """Stores a batch, the first text at first_row, the one after `last_row`.

        False, and nothing is stored, where another process has added texts since: compare with those too, and
        try again."""
        if self.last_row() != first_row - 1:
            return False
        if not batch:
            return True
        now = datetime.now(UTC).isoformat()
        numbered = list(enumerate(batch, first_row))
        self._connection.execute(insert(schema.text), [_values(row, new, now) for row, new in numbered])
        self._connection.execute(
            insert(schema.terms),
            [{"row": row, "ids": new.ids, "counts": new.counts} for row, new in numbered],
        )
        keys = [(key, row) for row, new in numbered for key in new.bands]
        self._dialect.insert_ignoring(self._connection, schema.band, ("key", "row"), keys)
        self._dialect.index_words(self._connection, first_row)
        return True

    def put_terms(self, made: Mapping[int, tuple[bytes, bytes]]) -> None:
        """Replaces the terms of some rows, given as (ids, counts)."""
        if made:
            changed = update(schema.terms).where(_terms.row == bindparam("of_row"))
            self._connection.execute(
                changed,
                [{"of_row": row, "ids": ids, "counts": counts} for row, (ids, counts) in made.items()],
            )

    def last_row(self) -> int:
        """Row of the newest text, 0 where there is none. It grows with every text, so it tells whether there
        are new ones.
        """
        return self._connection.execute(_LAST_ROW).scalar() or 0

    def count(self) -> int:
        return self._connection.execute(select(func.count()).select_from(schema.text)).scalar_one()

    def known(self, texts: Sequence[Text]) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
        """Of these texts, the ids, canonical addresses and content hashes that the store has, each with the
        id it has there.
        """
        urls = [canonical_url(text.url) for text in texts if text.url]
        return (
            self._present(_text.id, [text.id for text in texts]),
            self._present(_text.canonical_url, urls),
            self._present(_text.content_hash, [text.content_hash for text in texts]),
        )

    def sharing_bands(self, keys: Sequence[int]) -> dict[int, list[int]]:
        """Rows of the texts that have each of these band keys."""
        sharing: dict[int, list[int]] = {}
        for part in _parts(keys):
            query = select(schema.band.c.key, schema.band.c.row).where(schema.band.c.key.in_(part))
            for key, row in self._connection.execute(query):
                sharing.setdefault(key, []).append(row)
        return sharing

    def outlines(self, rows: Iterable[int]) -> dict[int, Outline]:
        """What near-copies are compared by, for these rows."""
        outlines: dict[int, Outline] = {}
        for part in _parts(list(rows)):
            query = select(_text.row, _text.content_hash, _terms.ids).join(schema.terms)
            for row, content_hash, ids in self._connection.execute(query.where(_text.row.in_(part))):
                outlines[row] = Outline(content_hash, np.frombuffer(ids, "<u4").tolist())
        return outlines

    def numbers(self, encoder_id: int, dims: int) -> tuple[list[int], list[int], Matrix, Terms, list[str]]:
        """All texts that have a vector of this encoder: rows ascending, representatives, vectors (n, d)
        float32, terms, and when each was published or, where that is not known, added.
        """
        vector = schema.vector.c
        of_encoder = (vector.content_hash == _text.content_hash) & (vector.encoder == encoder_id)
        date = func.coalesce(_text.published, _text.added_at).label("date")
        query = (
            select(_text.row, _text.leader, vector.data, _terms.ids, _terms.counts, date)
            .join(schema.vector, of_encoder)
            .join(schema.terms, _terms.row == _text.row)
            .order_by(_text.row)
        )
        rows = self._connection.execute(query).all()
        data = np.frombuffer(b"".join(row.data for row in rows), "<f2").reshape(-1, dims).astype(np.float32)
        return (
            [row.row for row in rows],
            [row.leader for row in rows],
            data,
            Terms.from_bytes((row.ids, row.counts) for row in rows),
            [row.date for row in rows],
        )

    def get(self, rows: Iterable[int]) -> dict[int, Text]:
        """The texts at these rows."""
        texts: dict[int, Text] = {}
        for part in _parts(list(rows)):
            query = select(schema.text).where(_text.row.in_(part))
            texts.update((row.row, _text_of(row)) for row in self._connection.execute(query))
        return texts

    def row_of(self, text_id: str) -> int | None:
        """Row of the text with this id; None where there is none."""
        return self._connection.execute(_ROW_OF, {"text_id": text_id}).scalar()

    def lacking_vector(self, encoder_id: int) -> list[tuple[int, str]]:
        """(row, content hash) of the texts without a vector of this encoder."""
        query = lacking(encoder_id).order_by(_text.row)
        return [(row, content_hash) for row, content_hash in self._connection.execute(query)]

    def with_words(self, words: Sequence[str], n: int) -> list[int]:
        """Rows of the n texts that match any of the words best, by BM25 over title (counting double) and
        body.
        """
        if not words:
            return []
        return list(self._connection.execute(self._dialect.match_words(words, n)).scalars())

    def _present(self, column: ColumnElement[Any], values: Sequence[str]) -> dict[str, str]:
        """Of these values of a column those that are there, each with the id of its first text."""
        ids: dict[str, str] = {}
        for part in _parts(values):
            query = select(column, _text.id).where(column.in_(part)).order_by(_text.row.desc())
            ids.update((value, text_id) for value, text_id in self._connection.execute(query))
        return ids


def lacking(encoder_id: int) -> Select[Any]:
    """Selects (row, content_hash) of the texts without a vector of this encoder."""
    vector = schema.vector.c
    there = select(vector.content_hash).where(
        vector.encoder == encoder_id, vector.content_hash == _text.content_hash
    )
    return select(_text.row, _text.content_hash).where(~there.exists())


def _parts(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """As many values as go into one statement at a time."""
    return (values[start : start + VALUES_AT_ONCE] for start in range(0, len(values), VALUES_AT_ONCE))


def _values(row: int, new: PreparedText, added_at: str) -> dict[str, Any]:
    text = new.text
    return {
        "row": row,
        "id": text.id,
        "title": text.title,
        "body": text.body,
        "source": text.source,
        "url": text.url,
        "language": text.language,
        "published": text.published.isoformat() if text.published else None,
        "extra": dict(text.extra),
        "content_hash": text.content_hash,
        "canonical_url": canonical_url(text.url) if text.url else None,
        "leader": row if new.representative is None else new.representative,
        "added_at": added_at,
    }


def _text_of(row: Any) -> Text:
    published = datetime.fromisoformat(row.published) if row.published else None
    return Text(row.id, row.title, row.body, row.source, row.url, row.language, published, row.extra)
