"""TextTable: the texts of a store in order, with what finds them again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sqlalchemy import ColumnElement, Connection, bindparam, func, select, update

from palate.errors import UnknownName
from palate.store import schema
from palate.store.columns import BandColumns, RawColumns
from palate.store.dialect import VALUES_AT_ONCE, Dialect
from palate.store.keys import text_key
from palate.store.vectors import lacking
from palate.text import Text
from palate.words import phrase_words

if TYPE_CHECKING:
    from palate.store.removing import RemovedCounts

_text, _terms, _vector = schema.text.c, schema.terms.c, schema.vector.c
_LAST_ROWS = select(
    select(func.max(_text.row)).scalar_subquery(), select(func.max(schema.removed.c.row)).scalar_subquery()
)
_ROW_OF = select(_text.row).where(_text.id == bindparam("text_id"))
_IDS_BEGINNING = (
    select(_text.id)
    .where(_text.id.between(bindparam("first"), bindparam("last")))
    .order_by(_text.id)
    .limit(bindparam("limit"))
)
_DATE = func.coalesce(_text.published, _text.added_at)
_RAW = (
    select(_vector.row, _text.leader, _vector.data, _terms.ids, _terms.counts, _DATE)
    .join(schema.text, _text.row == _vector.row)
    .join(schema.terms, _terms.row == _vector.row)
    .where(_vector.encoder == bindparam("encoder_id"), _vector.row > bindparam("after_row"))
    .order_by(_vector.row)  # in which they lie: by row of text all that remain would be sorted for each part
    .limit(bindparam("limit"))
)
_BANDS = (
    select(schema.band.c.row, schema.band.c["keys"])
    .where(schema.band.c.row > bindparam("after_row"))
    .order_by(schema.band.c.row)
    .limit(bindparam("limit"))
)
_COLUMNS = tuple(column.name for column in schema.text.columns)
LAST_CHARACTER = "\U0010ffff"  # that any can be followed by


class PreparedText(NamedTuple):
    """A text to be stored with what was made of it. representative: row of its group's first text, None where
    it is that itself. bands: its keys, uint32, empty where it has a representative or too few terms.
    language: the one it is in; None for what the text states.
    """

    text: Text
    ids: bytes
    counts: bytes
    bands: bytes
    representative: int | None
    language: str | None = None


class Alike(NamedTuple):
    """Texts of a store that may be the same as given ones: rows by content hash, and by canonical address."""

    by_content: dict[str, list[int]]
    by_address: dict[str, list[int]]


class TextTable:
    """The texts of a store. A row is a text's number, given in the order of adding."""

    def __init__(self, connection: Connection, dialect: Dialect) -> None:
        self._connection = connection
        self._dialect = dialect

    def add(self, batch: Sequence[PreparedText], first_row: int) -> bool:
        """Stores a batch, the first text at first_row, one more than the state's last_row.

        False, and nothing is stored, where another process has added texts since: compare with those too, and
        try again."""
        if max(row or 0 for row in self._connection.execute(_LAST_ROWS).one()) != first_row - 1:
            return False
        if not batch:
            return True
        now = datetime.now(UTC).isoformat()
        numbered = list(enumerate(batch, first_row))
        texts = [_values(row, new, now) for row, new in numbered]
        self._dialect.insert(self._connection, schema.text, _COLUMNS, texts)
        terms = [(row, new.ids, new.counts) for row, new in numbered]
        self._dialect.insert(self._connection, schema.terms, ("row", "ids", "counts"), terms)
        keys = [(row, new.bands) for row, new in numbered if new.bands]
        self._dialect.insert(self._connection, schema.band, ("row", "keys"), keys)
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

    def put_languages(self, languages: Mapping[int, str]) -> None:
        """Replaces the languages of some rows."""
        if languages:
            changed = update(schema.text).where(_text.row == bindparam("of_row"))
            self._connection.execute(
                changed, [{"of_row": row, "language": language} for row, language in languages.items()]
            )

    def languages(self) -> dict[str, int]:
        """Returns how many texts are in each language, most first; "" stands for those it is not known of."""
        counted = func.count().label("texts")
        query = select(_text.language, counted).group_by(_text.language).order_by(counted.desc())
        return {row.language: row.texts for row in self._connection.execute(query)}

    def count(self, up_to: int | None = None) -> int:
        """Counts the texts, of those up to a row where one is given."""
        query = select(func.count()).select_from(schema.text)
        return self._connection.execute(
            query if up_to is None else query.where(_text.row <= up_to)
        ).scalar_one()

    def rows_by_content(self, hashes: Sequence[str]) -> dict[str, int]:
        """Returns the row of the first text of each content hash that is there."""
        found = self._rows_by_key(_text.content_key, _text.content_hash, set(hashes))
        return {content_hash: rows[0] for content_hash, rows in found.items()}

    def alike(self, texts: Sequence[Text]) -> Alike:
        """Returns the texts that share their words or their address with any of these."""
        addresses = {text.canonical_url for text in texts if text.url}
        hashes = {text.content_hash for text in texts}
        return Alike(
            self._rows_by_key(_text.content_key, _text.content_hash, hashes),
            self._rows_by_key(_text.url_key, _text.canonical_url, addresses),
        )

    def ids(self, rows: Iterable[int]) -> dict[int, str]:
        """Returns the ids of the texts at these rows."""
        ids: dict[int, str] = {}
        for part in _parts(list(rows)):
            query = select(_text.row, _text.id).where(self._dialect.one_of(_text.row, part))
            ids.update((row, text_id) for row, text_id in self._connection.execute(query))
        return ids

    def ids_beginning(self, prefix: str, n: int) -> list[str]:
        """Returns the ids that begin so, in order, at most n."""
        values = {"first": prefix, "last": prefix + LAST_CHARACTER, "limit": n}
        return list(self._connection.execute(_IDS_BEGINNING, values).scalars())

    def taken(self, ids: Sequence[str]) -> set[str]:
        """Returns those of some ids that texts have."""
        taken: set[str] = set()
        for part in _parts(ids):
            query = select(_text.id).where(self._dialect.one_of(_text.id, part))
            taken.update(self._connection.execute(query).scalars())
        return taken

    def bands(self, after_row: int, limit: int) -> BandColumns:
        """Returns the keys that near-copies share, of the representatives after a row, at most so many, by
        row.
        """
        values = {"after_row": after_row, "limit": limit}
        return BandColumns.of(self._connection.execute(_BANDS, values).cursor.fetchall())

    def term_ids(self, rows: Sequence[int]) -> dict[int, list[int]]:
        """Returns the terms of the texts at these rows, by row."""
        ids: dict[int, list[int]] = {}
        for part in _parts(rows):
            query = select(_terms.row, _terms.ids).where(self._dialect.one_of(_terms.row, part))
            found = self._connection.execute(query)
            ids.update((row, np.frombuffer(data, "<u4").tolist()) for row, data in found)
        return ids

    def raw(self, encoder_id: int, dims: int, after_row: int, limit: int) -> RawColumns:
        """Returns the texts after a row that have a vector of this encoder, at most so many, by row."""
        values = {"encoder_id": encoder_id, "after_row": after_row, "limit": limit}
        return RawColumns.of(self._connection.execute(_RAW, values).cursor.fetchall(), dims)

    def get(self, rows: Iterable[int]) -> dict[int, Text]:
        """The texts at these rows."""
        texts: dict[int, Text] = {}
        for part in _parts(list(rows)):
            query = select(schema.text).where(self._dialect.one_of(_text.row, part))
            texts.update((row.row, _text_of(row)) for row in self._connection.execute(query))
        return texts

    def row_of(self, text_id: str) -> int | None:
        """Row of the text with this id; None where there is none."""
        return self._connection.execute(_ROW_OF, {"text_id": text_id}).scalar()

    def rows_where(
        self, ids: Sequence[str] = (), source: str | None = None, older_than: datetime | None = None
    ) -> list[int]:
        """Returns the rows of the texts that fit all that is given, ascending; none where nothing is given.

        older_than: published before or, where that is not known, added. Raises UnknownName, with the ids that
        are not there.
        """
        if not ids and source is None and older_than is None:
            return []
        if missing := set(ids) - self.taken(ids):
            raise UnknownName(f"the store has no text {', '.join(map(repr, sorted(missing)))}")
        query = select(_text.row, _DATE)
        if source is not None:
            query = query.where(_text.source == source)
        rows: list[int] = []
        of_ids = [query.where(self._dialect.one_of(_text.id, part)) for part in _parts(ids)]
        for part in of_ids if ids else [query]:
            dated = self._connection.execute(part)
            rows += [row for row, date in dated if older_than is None or instant(date) < older_than]
        return sorted(rows)

    def remove(self, rows: Iterable[int], *, forget: bool) -> RemovedCounts:
        """Removes texts with all that was made of them; rows that are not there are passed over. The oldest
        copy that stays becomes the representative of its group.

        forget: whether the judgements of them are deleted too, and with them the crowd, which may have
        learned from them. Otherwise the numbers are kept by which a taste learns from the judgements that
        stand.
        """
        from palate.store.removing import remove_texts

        return remove_texts(self._connection, self._dialect, rows, forget=forget)

    def count_removal(self, rows: Iterable[int], *, forget: bool) -> RemovedCounts:
        """Returns what `remove` would come to; nothing is removed."""
        from palate.store.removing import count_removal

        return count_removal(self._connection, self._dialect, rows, forget=forget)

    def lacking_vector(self, encoder_id: int, after_row: int = 0) -> list[int]:
        """Returns the rows of the texts after a row without a vector of this encoder, ascending."""
        query = lacking(encoder_id).where(_text.row > after_row).order_by(_text.row)
        return list(self._connection.execute(query).scalars())

    def with_word(self, word: str, n: int) -> list[int]:
        """Rows of the n newest texts that have a word, newest first."""
        return list(self._connection.execute(self._dialect.match([word], n)).scalars())

    def with_phrase(self, phrase: str, n: int) -> list[int]:
        """Rows of the n newest texts that have all words of a phrase, one after the other, newest first."""
        wanted = phrase_words(phrase)
        return list(self._connection.execute(self._dialect.match(wanted, n)).scalars()) if wanted else []

    def _rows_by_key(
        self, key: ColumnElement[Any], column: ColumnElement[Any], values: Set[str]
    ) -> dict[str, list[int]]:
        """Returns the rows of the texts with each of these values of a column that has a key, ascending."""
        rows: dict[str, list[int]] = {}
        for part in _parts([text_key(value) for value in values]):
            query = select(column, _text.row).where(self._dialect.one_of(key, part)).order_by(_text.row)
            for value, row in self._connection.execute(query):
                if value in values:
                    rows.setdefault(value, []).append(row)
        return rows


def _parts(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """As many values as go into one statement at a time."""
    return (values[start : start + VALUES_AT_ONCE] for start in range(0, len(values), VALUES_AT_ONCE))


def _values(row: int, new: PreparedText, added_at: str) -> tuple[Any, ...]:
    """The values of a row of text, in the order of its columns."""
    text = new.text
    url = text.canonical_url if text.url else None
    return (
        row,
        text.id,
        text.title,
        text.body,
        text.source,
        text.url,
        text.language if new.language is None else new.language,
        text.published.isoformat() if text.published else None,
        json.dumps(dict(text.extra)),
        text.content_hash,
        url,
        row if new.representative is None else new.representative,
        added_at,
        text_key(text.content_hash),
        None if url is None else text_key(url),
    )


def instant(date: str) -> datetime:
    """Returns a date of a text with its offset; that of one without is UTC."""
    time = datetime.fromisoformat(date)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _text_of(row: Any) -> Text:
    published = datetime.fromisoformat(row.published) if row.published else None
    return Text(row.id, row.title, row.body, row.source, row.url, row.language, published, row.extra)
