"""Transfer: a whole store as JSON Lines, and back: the same lines come out again."""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TextIO
from uuid import uuid4

from sqlalchemy import LargeBinary, Table, insert, inspect, select
from sqlalchemy.exc import IntegrityError, StatementError

from palate.errors import BadStore
from palate.parts import Store
from palate.store import schema
from palate.store.migrate import REVISIONS
from palate.store.older import create_older_tables, fetched_row, fill_from_older_tables, fill_identities
from palate.store.tables import Tables

FORMAT = "palate export"
SCHEMA = {table.name: table for table in schema.metadata.sorted_tables}
# columns that came with a revision, and what they are in exports before it
ADDED: dict[str, dict[str, dict[str, Any]]] = {
    "0003": {"reader": {"private": 0}, "taste": {"serving": "blend"}},
    "0004": {"encoder": {"made_at": None, "figures": None}},
    "0005": {"taste": {"forgotten": 0}, "text": {"content_key": 0, "url_key": None}},
    "0006": {"removed": {"successor": None}},
}
OLDER_FETCHED = {"url", "etag", "modified"}  # columns before 0008
BY_ROW_SINCE = "0005"  # exports before it hold what older.py brings over
IDENTITIES_SINCE = "0006"  # and those before it lack what older.py makes of the texts
MARK = "store_mark"  # setting: each store has its own
CHUNK = 5000  # lines in memory at a time


def export_store(store: Store[Tables], out: TextIO) -> int:
    """Writes everything, one row of one table a line, from one consistent view; returns the number of lines.

    The first line names the format and revision, the last the number of lines and the SHA-256 of those before
    it. Bytes are base64. Rows come in order of their keys, so equal stores give equal files. The mark of the
    store and what its cache holds stay behind."""
    lines, digest = 0, hashlib.sha256()

    def write(values: dict[str, Any]) -> None:
        nonlocal lines
        line = json.dumps(values) + "\n"
        out.write(line)
        digest.update(line.encode())
        lines += 1

    write({"format": FORMAT, "revision": REVISIONS[-1]})
    with store.reading() as tables:
        for table in SCHEMA.values():
            keys = inspect(table).primary_key.columns
            for row in tables.connection.execute(select(table).order_by(*keys)).mappings():
                if table is schema.setting and row["key"] == MARK:
                    continue
                values = {
                    name: base64.b64encode(v).decode() if isinstance(v, bytes) else v
                    for name, v in row.items()
                }
                if table is schema.generation:
                    values["digest"] = ""  # the cache stays behind
                write({"table": table.name, **values})
    write({"lines": lines + 1, "sha256": digest.hexdigest()})
    return lines


def import_store(store: Store[Tables], lines: Iterable[str]) -> int:
    """Reads what `export_store` wrote into an empty store, all or nothing; returns the number of lines.

    Raises BadStore, naming the line, where the store is not empty or a line is not what an export holds.
    """
    digest = hashlib.sha256()
    numbered = enumerate(lines, 1)
    header = next(numbered, (1, ""))[1]
    revision = _revision_of(header)
    added = _added_since(revision)
    digest.update(header.encode())
    read, end = 1, {}
    with store.writing() as tables:
        connection = tables.connection
        if tables.state().last_row or connection.execute(select(schema.reader.c.number).limit(1)).first():
            raise BadStore(
                f"{store.path} is not empty; import into a new store: palate --store NEW import FILE"
            )
        older = {} if revision >= BY_ROW_SINCE else create_older_tables(connection)
        for table in (schema.setting, schema.generation, schema.encoder):  # what opening a store put there
            connection.execute(table.delete())
        while chunk := list(islice(numbered, CHUNK)):
            read += len(chunk)
            if "sha256" in (last := _parse(*chunk[-1])):
                end = last
                chunk.pop()
            digest.update("".join(line for _, line in chunk).encode())
            for table, first, rows in _runs(chunk, added, {**SCHEMA, **older}):
                try:
                    connection.execute(insert(table), rows)
                except (IntegrityError, StatementError, OverflowError) as error:
                    cause = getattr(error, "orig", error)
                    raise BadStore(
                        f"line {first} or one soon after does not fit the store ({cause}); export it again"
                    ) from None
        if end != {"lines": read, "sha256": digest.hexdigest()}:
            raise BadStore(
                f"the {read} lines are not what was exported; the file was cut off or edited, export it again"
            )
        if older:
            fill_from_older_tables(connection)
        if revision < IDENTITIES_SINCE:
            fill_identities(connection)
        tables.settings.put(**{MARK: uuid4().hex})
        tables.dialect.rebuild_words(connection)
    return read


def _revision_of(line: str) -> str:
    """Returns the revision that a header names. Raises BadStore where that cannot be read here."""
    header = _parse(1, line)
    if header.get("format") != FORMAT:
        raise BadStore("line 1 is not the head of a palate export; give a file that palate export wrote")
    if header.get("revision") not in REVISIONS:
        raise BadStore(
            f"the export comes from a newer palate (revision {header.get('revision')}); upgrade palate"
        )
    return str(header["revision"])


def _added_since(revision: str) -> dict[str, dict[str, Any]]:
    """Returns, by table, the columns that an export of a revision lacks."""
    added: dict[str, dict[str, Any]] = {}
    for later in REVISIONS[REVISIONS.index(revision) + 1 :]:
        for table, columns in ADDED.get(later, {}).items():
            added.setdefault(table, {}).update(columns)
    return added


def _runs(
    chunk: list[tuple[int, str]], added: dict[str, dict[str, Any]], tables: dict[str, Table]
) -> Iterator[tuple[Table, int, list[dict[str, Any]]]]:
    """Neighbouring rows of the same table, with the number of their first line."""
    run: tuple[Table, int, list[dict[str, Any]]] | None = None
    for number, line in chunk:
        values = _parse(number, line)
        table = tables.get(str(values.pop("table", None)))
        values = {**added.get(table.name, {}), **values} if table is not None else values
        if table is schema.fetched and set(values) == OLDER_FETCHED:
            values = fetched_row(**values)
        if table is None or set(values) != set(table.columns.keys()):
            raise BadStore(
                f"line {number} is no row of a palate export;"
                " the file is damaged or was edited, export it again"
            )
        for column in table.columns:
            if isinstance(column.type, LargeBinary) and not (column.nullable and values[column.name] is None):
                values[column.name] = _bytes(number, values[column.name])
        if run is None or run[0] is not table:
            if run:
                yield run
            run = (table, number, [])
        run[2].append(values)
    if run:
        yield run


def _bytes(number: int, value: Any) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise BadStore(
            f"line {number} holds broken base64; the file is damaged or was edited, export it again"
        ) from None


def _parse(number: int, line: str) -> dict[str, Any]:
    try:
        values = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        raise BadStore(
            f"line {number} is not JSON ({error}); the file is cut off or damaged, export it again"
        ) from None
    if not isinstance(values, dict):
        raise BadStore(
            f"line {number} is no row of a palate export; the file is damaged or was edited, export it again"
        )
    return values
