"""SqliteDialect: what SQLite says in its own way: FTS5, `insert or ignore`, its own checks."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    Table,
    bindparam,
    column,
    insert,
    literal_column,
    select,
    table,
    text,
)

from palate.store import schema
from palate.words import begins_words, index_words, phrase_words

_LISTED = text("select value from json_each(:listed)")
_words = table("words", column("rowid"))  # the full-text index, an FTS5 table
_indexed = table("indexed", column("row"), column("title"), column("body"))  # a view: what is in it


def define_functions(connection: sqlite3.Connection) -> None:
    """Defines, for one connection, what the view `indexed` is made with: what the word index is fed."""
    connection.create_function("index_words", 1, index_words, deterministic=True)


class SqliteDialect:
    """The `Dialect` of SQLite 3.35 or newer, with FTS5."""

    def insert(
        self, connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
    ) -> None:
        _insert("insert", connection, table, columns, rows)

    def insert_ignoring(
        self, connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
    ) -> None:
        _insert("insert or ignore", connection, table, columns, rows)

    def one_of(
        self, column: ColumnElement[Any], values: Sequence[int] | Sequence[str]
    ) -> ColumnElement[bool]:
        if any(isinstance(value, str) and "\0" in value for value in values):
            return column.in_(values)  # SQLite ends a JSON string there
        listed: BindParameter[str] = bindparam("listed", json.dumps(list(values)), unique=True)
        return column.in_(_LISTED.bindparams(listed))

    def match(self, words: Sequence[str], n: int) -> Select[Any]:
        matches = text("words match :words").bindparams(words=_phrase(words))
        return select(_words.c.rowid).where(matches).order_by(_words.c.rowid.desc()).limit(n)

    def with_phrase(self, query: Select[Any], phrase: str) -> Select[Any]:
        matches = text("words match :phrase").bindparams(phrase=_phrase(phrase_words(phrase)))
        return query.join(_words, _words.c.rowid == schema.text.c.row).where(matches)

    def index_words(self, connection: Connection, first_row: int) -> None:
        connection.exec_driver_sql(
            "insert into words (rowid, title, body) select row, title, body from indexed where row >= ?",
            (first_row,),
        )

    def remove_words(self, connection: Connection, rows: Select[Any]) -> None:
        removed = select(literal_column("'delete'"), _indexed.c.row, _indexed.c.title, _indexed.c.body)
        into = table("words", column("words"), column("rowid"), column("title"), column("body"))
        statement = insert(into).from_select(list(into.c), removed.where(_indexed.c.row.in_(rows)))
        connection.execute(statement)

    def rebuild_words(self, connection: Connection) -> None:
        connection.exec_driver_sql("insert into words (words) values ('rebuild')")

    def check_words(self, connection: Connection) -> None:
        connection.exec_driver_sql("insert into words (words, rank) values ('integrity-check', 1)")

    def integrity(self, connection: Connection) -> list[str]:
        messages = [row[0] for row in connection.exec_driver_sql("pragma integrity_check(5)")]
        return [] if messages == ["ok"] else messages

    def broken_references(self, connection: Connection) -> int:
        return len(connection.exec_driver_sql("pragma foreign_key_check").all())


def _insert(
    how: str, connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    if rows:
        marks = ", ".join("?" * len(columns))
        into = f"{table.name} ({', '.join(columns)})"
        connection.exec_driver_sql(f"{how} into {into} values ({marks})", list(rows))


def _phrase(words: Sequence[str]) -> str:
    """Words that follow one another as FTS5 spells them; the last may go on where it begins others."""
    return '"' + " ".join(words) + '"' + (" *" if begins_words(words[-1]) else "")
