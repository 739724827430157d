"""Texts: what was added, in order, with what finds it again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sqlalchemy import ColumnElement, Connection, Select, func, insert, select

from palate.features import Terms
from palate.parts import Matrix
from palate.store import schema
from palate.text import Text, canonical_url

if TYPE_CHECKING:
    from palate.store.sqlite import SqliteStore

AT_ONCE = 10_000  # values in one statement; SQLite takes 32,766


class Stored(NamedTuple):
    """A text to be stored with what was made of it. leader: row of its group's first text, None where it is
    one itself.
    """

    text: Text
    ids: bytes
    counts: bytes
    bands: Sequence[int]
    leader: int | None


class Outline(NamedTuple):
    """What near-copies are compared by."""

    content_hash: str
    ids: list[int]


class Texts:
    """The texts of a store. A row is a text's number, given in the order of adding."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store

    def add(self, batch: Sequence[Stored], first_row: int) -> bool:
        """Store a batch in one transaction, the first text at first_row, the one after `last_row`.

        False, and nothing is stored, where another process has added texts since: compare with those too, and
        try again."""
        now = datetime.now(UTC).isoformat()
        numbered = list(enumerate(batch, first_row))
        with self._store.writing() as connection:
            if _last_row(connection) != first_row - 1:
                return False
            connection.execute(
                insert(schema.text),
                [
                    {
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
                        "leader": row if leader is None else leader,
                        "added_at": now,
                    }
                    for row, (text, _, _, _, leader) in numbered
                ],
            )
            connection.exec_driver_sql(
                "insert into terms (row, ids, counts) values (?, ?, ?)",
                [(row, s.ids, s.counts) for row, s in numbered],
            )
            keys = [(key, row) for row, stored in numbered for key in stored.bands]
            if keys:
                connection.exec_driver_sql("insert or ignore into band (key, row) values (?, ?)", keys)
            connection.exec_driver_sql(
                "insert into words (rowid, title, body) select row, title, body from text where row >= ?",
                (first_row,),
            )
        return True

    def put_terms(self, made: Mapping[int, tuple[bytes, bytes]]) -> None:
        """Replace the terms of some rows, given as (ids, counts), all or none."""
        with self._store.writing() as connection:
            changed = [(ids, counts, row) for row, (ids, counts) in made.items()]
            connection.exec_driver_sql("update terms set ids = ?, counts = ? where row = ?", changed)

    def last_row(self) -> int:
        """Row of the newest text, 0 where there is none. It grows with every text, so it tells whether there
        are new ones.
        """
        with self._store.reading() as connection:
            return _last_row(connection)

    def count(self) -> int:
        with self._store.reading() as connection:
            return connection.execute(select(func.count()).select_from(schema.text)).scalar_one()

    def known(self, texts: Sequence[Text]) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
        """Of these texts, the ids, canonical addresses and content hashes that the store has, each with the
        id it has there.
        """
        table = schema.text
        with self._store.reading() as connection:
            return (
                _present(connection, table.c.id, [text.id for text in texts]),
                _present(
                    connection, table.c.canonical_url, [canonical_url(text.url) for text in texts if text.url]
                ),
                _present(connection, table.c.content_hash, [text.content_hash for text in texts]),
            )

    def sharing_bands(self, keys: Sequence[int]) -> dict[int, list[int]]:
        """Rows of the texts that have each of these band keys."""
        table, found = schema.band, dict[int, list[int]]()
        with self._store.reading() as connection:
            for start in range(0, len(keys), AT_ONCE):
                for key, row in connection.execute(
                    select(table).where(table.c.key.in_(keys[start : start + AT_ONCE]))
                ):
                    found.setdefault(key, []).append(row)
        return found

    def outlines(self, rows: Iterable[int]) -> dict[int, Outline]:
        """What near-copies are compared by, for these rows."""
        text, terms = schema.text, schema.terms
        wanted, found = list(rows), dict[int, Outline]()
        with self._store.reading() as connection:
            for start in range(0, len(wanted), AT_ONCE):
                query = select(text.c.row, text.c.content_hash, terms.c.ids).join(terms)
                for row in connection.execute(query.where(text.c.row.in_(wanted[start : start + AT_ONCE]))):
                    found[row.row] = Outline(row.content_hash, np.frombuffer(row.ids, "<u4").tolist())
        return found

    def numbers(self, encoder: int, dims: int) -> tuple[list[int], list[int], Matrix, Terms, list[str]]:
        """All texts that have a vector of this encoder, from one view: rows ascending, leaders, vectors (n,
        d) float32, terms, and when each was published or, where that is not known, added."""
        text, vector, terms = schema.text, schema.vector, schema.terms
        query = (
            select(
                text.c.row,
                text.c.leader,
                vector.c.data,
                terms.c.ids,
                terms.c.counts,
                func.coalesce(text.c.published, text.c.added_at).label("date"),
            )
            .join(vector, (vector.c.content_hash == text.c.content_hash) & (vector.c.encoder == encoder))
            .join(terms, terms.c.row == text.c.row)
            .order_by(text.c.row)
        )
        with self._store.reading() as connection:
            found = connection.execute(query).all()
        data = np.frombuffer(b"".join(row.data for row in found), "<f2").reshape(-1, dims).astype(np.float32)
        return (
            [row.row for row in found],
            [row.leader for row in found],
            data,
            Terms.from_bytes((row.ids, row.counts) for row in found),
            [row.date for row in found],
        )

    def get(self, rows: Iterable[int]) -> dict[int, Text]:
        """The texts at these rows."""
        wanted, found = list(rows), dict[int, Text]()
        with self._store.reading() as connection:
            for start in range(0, len(wanted), AT_ONCE):
                query = select(schema.text).where(schema.text.c.row.in_(wanted[start : start + AT_ONCE]))
                found.update({row.row: _text(row) for row in connection.execute(query)})
        return found

    def row_of(self, text_id: str) -> int | None:
        """Row of the text with this id; None where there is none."""
        with self._store.reading() as connection:
            return connection.execute(select(schema.text.c.row).where(schema.text.c.id == text_id)).scalar()

    def lacking_vector(self, encoder: int) -> list[tuple[int, str]]:
        """(row, content hash) of the texts without a vector of this encoder."""
        with self._store.reading() as connection:
            return [
                (row.row, row.content_hash)
                for row in connection.execute(lacking(encoder).order_by(schema.text.c.row))
            ]

    def with_words(self, words: Sequence[str], n: int) -> list[int]:
        """Rows of the n texts that match any of the words best, by BM25 over title (counting double) and
        body.
        """
        if not words:
            return []
        query = " OR ".join('"' + word.replace('"', '""') + '"' for word in words)
        sql = "select rowid from words where words match ? order by bm25(words, 2.0, 1.0), rowid limit ?"
        with self._store.reading() as connection:
            return [row[0] for row in connection.exec_driver_sql(sql, (query, n))]


def lacking(encoder: int) -> Select[tuple[int, str]]:
    """(row, content_hash) of the texts without a vector of this encoder."""
    text, vector = schema.text.c, schema.vector.c
    there = select(vector.content_hash).where(
        vector.encoder == encoder, vector.content_hash == text.content_hash
    )
    return select(text.row, text.content_hash).where(~there.exists())


def _last_row(connection: Connection) -> int:
    return connection.execute(select(func.max(schema.text.c.row))).scalar() or 0


def _present(connection: Connection, column: ColumnElement[Any], values: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for start in range(0, len(values), AT_ONCE):
        query = select(column, schema.text.c.id).where(column.in_(values[start : start + AT_ONCE]))
        found.update(
            (value, text_id)
            for value, text_id in connection.execute(query.order_by(schema.text.c.row.desc()))
        )
    return found


def _text(row: Any) -> Text:
    published = datetime.fromisoformat(row.published) if row.published else None
    return Text(row.id, row.title, row.body, row.source, row.url, row.language, published, row.extra)
