"""Older: what stores and exports of older revisions held, brought into the tables of today."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

import numpy as np
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Executable,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    bindparam,
    column,
    insert,
    select,
    table,
    update,
)

from palate.address import address_key, shown_address
from palate.identity import origins, world_ids
from palate.store.keys import text_key
from palate.text import Text as PalateText

ROWS_AT_ONCE = 50_000
KEY_BITS_DROPPED = 31  # of the 63 bits that a band key had: 32 are enough to find candidates

_metadata = MetaData()
OLDER_TABLES = {  # by the name that they had
    "vector": Table(
        "older_vector",
        _metadata,
        Column("content_hash", Text, primary_key=True),
        Column("encoder", Integer, primary_key=True),
        Column("data", LargeBinary, nullable=False),
        prefixes=["temporary"],
    ),
    "band": Table(
        "older_band",
        _metadata,
        Column("key", BigInteger, primary_key=True),
        Column("row", Integer, primary_key=True),
        prefixes=["temporary"],
    ),
}
_names = ("row", "content_hash", "canonical_url", "content_key", "url_key", "id", "source", "url", "extra")
_text = table("text", *(column(name) for name in _names))


def create_older_tables(connection: Connection) -> dict[str, Table]:
    """Creates the tables that older exports have and a store of today has not; returns them by name."""
    _metadata.create_all(connection)
    return OLDER_TABLES


def fill_from_older_tables(connection: Connection) -> None:
    """Brings over what an older export had, once all of it is there, and drops the tables it was in."""
    move_vectors(connection, "older_vector", "vector")
    move_bands(connection, "older_band", "band")
    fill_text_keys(connection)
    _metadata.drop_all(connection)


def move_vectors(connection: Connection, source: str, into: str) -> None:
    """Copies vectors by content hash to a table of them by row; text must be filled by then."""
    by_hash = table(source, column("content_hash"), column("encoder"), column("data"))
    columns = (by_hash.c.encoder, _text.c.row, by_hash.c.data)
    query = select(*columns).join(_text, _text.c.content_hash == by_hash.c.content_hash)
    by_row = table(into, column("encoder"), column("row"), column("data"))
    ordered = query.order_by(by_hash.c.encoder, _text.c.row)
    connection.execute(insert(by_row).from_select(list(by_row.c), ordered))


def move_bands(connection: Connection, source: str, into: str) -> None:
    """Copies band keys, a line for each, to a table with a line for each text."""
    by_key = table(source, column("key"), column("row"))
    found = connection.execute(select(by_key.c.row, by_key.c.key))
    parts = [np.array(part, np.int64) for part in iter(lambda: found.fetchmany(ROWS_AT_ONCE), [])]
    pairs = np.concatenate([np.zeros((0, 2), np.int64), *parts])
    pairs = pairs[np.argsort(pairs[:, 0], kind="stable")]
    rows, starts = np.unique(pairs[:, 0], return_index=True)
    each = np.split((pairs[:, 1] >> KEY_BITS_DROPPED).astype("<u4"), starts[1:]) if len(rows) else []
    values = ({"row": row, "keys": keys.tobytes()} for row, keys in zip(rows.tolist(), each, strict=True))
    _execute_in_parts(connection, insert(table(into, column("row"), column("keys"))), values)


def fill_text_keys(connection: Connection) -> None:
    """Gives every text its content_key and url_key."""
    found = connection.execute(select(_text.c.row, _text.c.content_hash, _text.c.canonical_url)).all()
    values = (
        {"of_row": row, "content": text_key(content), "address": None if url is None else text_key(url)}
        for row, content, url in found
    )
    keyed = update(_text).where(_text.c.row == bindparam("of_row"))
    keyed = keyed.values(content_key=bindparam("content"), url_key=bindparam("address"))
    _execute_in_parts(connection, keyed, values)


def fill_identities(connection: Connection) -> None:
    """Gives every text the keys of the ids that the whole world knows it by, and of its id in its source."""
    columns = (_text.c.row, _text.c.id, _text.c.source, _text.c.url, _text.c.extra)
    found = connection.execute(select(*columns)).all()
    values = (
        {"key": text_key(name), "row": row}
        for row, id, source, url, extra in found
        for text in [PalateText(id, "", "", source, url, extra=json.loads(extra))]
        for name in {*world_ids(text), *origins(text)}
    )
    _execute_in_parts(connection, insert(table("identity", column("key"), column("row"))), values)


def _execute_in_parts(
    connection: Connection, statement: Executable, values: Iterable[Mapping[str, Any]]
) -> None:
    remaining = iter(values)
    while part := list(islice(remaining, ROWS_AT_ONCE)):
        connection.execute(statement, part)


def fetched_row(url: str, etag: str, modified: str) -> dict[str, Any]:
    """Returns a row of fetched as it is since 0008 from one of before, which held the whole address.

    >>> fetched_row("https://me:pw@example.org/", "1", "")["address"]
    'https://example.org/'
    """
    return {
        "key": address_key(url),
        "address": shown_address(url),
        "etag": etag,
        "modified": modified,
        "moved_to": "",
        "moved_times": 0,
        "gone": 0,
        "retry_at": None,
    }
