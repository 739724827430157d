"""Dialect: what each database says in its own way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, Select, Table

VALUES_AT_ONCE = 10_000  # in one statement; SQLite takes 32,766 of its own


class Dialect(Protocol):
    """The statements that differ between databases; tables take one and know no database by name."""

    def insert(
        self, connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
    ) -> None:
        """Inserts rows of values, as the database takes them, in the order of the columns."""

    def insert_ignoring(
        self, connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
    ) -> None:
        """Inserts rows like `insert`, and skips those whose key is there already."""

    def one_of(
        self, column: ColumnElement[Any], values: Sequence[int] | Sequence[str]
    ) -> ColumnElement[bool]:
        """Compares a column with up to VALUES_AT_ONCE values at once."""

    def match(self, words: Sequence[str], n: int) -> Select[Any]:
        """Selects the rows of the n newest texts that have these words one after the other, newest first: in
        time that their number decides, where an order by BM25 weighs each of the texts that match.
        """

    def with_phrase(self, query: Select[Any], phrase: str) -> Select[Any]:
        """Restricts a query of texts to those that have a phrase."""

    def index_words(self, connection: Connection, first_row: int) -> None:
        """Adds the texts from a row on to the word index."""

    def remove_words(self, connection: Connection, rows: Select[Any]) -> None:
        """Takes texts out of the word index, while they are still there."""

    def rebuild_words(self, connection: Connection) -> None:
        """Makes the word index anew from all texts."""

    def check_words(self, connection: Connection) -> None:
        """Compares the word index with all texts. Raises a database error where they disagree."""

    def integrity(self, connection: Connection) -> list[str]:
        """Reads the whole database; returns what is wrong with it, nothing where it is whole."""

    def broken_references(self, connection: Connection) -> int:
        """Counts the rows that refer to a row that is not there."""
