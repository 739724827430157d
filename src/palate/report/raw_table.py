"""RawTable: what a file or store holds, column by column, before anything is made of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from palate.errors import BadSource
from palate.report.pile import stored_pile
from palate.source import open_source
from palate.source.column_names import field_of
from palate.source.sniffing import format_of
from palate.source.sources import file_document
from palate.table.reader import read_rows
from palate.table.row import Row
from palate.text import Text

if TYPE_CHECKING:
    from palate.library import Library

TEXT_FIELDS = ("id", "title", "body", "source", "url", "language", "published")


@dataclass(frozen=True, eq=False)
class RawTable:
    """n rows. columns: the cells of each column as the source holds them, (n,) each. wheres: (n,) where each
    row stands. skipped: rows that cannot be read, by place, with the reason. path: of a table that can be
    written again without some of its rows; None for other sources.
    """

    name: str
    columns: Mapping[str, Sequence[Any]]
    wheres: Sequence[str]
    skipped: Mapping[str, str] = field(default_factory=dict)
    path: Path | None = None

    def __len__(self) -> int:
        return len(self.wheres)


def raw_table(source: Path | Library) -> RawTable:
    """Returns a table as it stands, or the fields and extras of the texts of another file, folder or store.

    Raises BadSource where it cannot be read or holds no rows.
    """
    if not isinstance(source, Path):
        pile = stored_pile(source)
        table = _of_texts(pile.name, pile.texts, [text.id for text in pile.texts], {})
    elif source.is_file() and format_of(document := file_document(source, source.name)) == "table":
        table = _of_rows(source, read_rows(document, lambda name: field_of(name) != ""))
    else:
        table = _read_texts(source)
    if not len(table):
        unread = "".join(f"; {where}: {reason}" for where, reason in list(table.skipped.items())[:3])
        mend = "" if isinstance(source, Path) else "; add some texts with: palate add"
        raise BadSource(f"{table.name} has no rows to profile{unread}{mend}")
    return table


def _of_rows(path: Path, rows: Iterable[Row]) -> RawTable:
    """Turns rows into columns; a column that some rows lack is None there."""
    columns, wheres, skipped = dict[str, list[Any]](), list[str](), dict[str, str]()
    known: tuple[str, ...] = ()
    values: list[Any] = []  # of rows in a row with the same names, turned together

    def turn() -> None:
        n = len(wheres) - len(values)
        for name, cells in zip(known, zip(*values, strict=True), strict=False):
            column = columns.setdefault(name, [])
            column += [None] * (n - len(column))
            column += cells
        values.clear()

    for row in rows:
        if row.problem:
            skipped[row.where] = row.problem
            continue
        names = tuple(row.cells)
        if names != known:
            turn()
            known = names
        values.append(tuple(row.cells.values()))
        wheres.append(row.where)
    turn()
    for column in columns.values():
        column += [None] * (len(wheres) - len(column))
    return RawTable(path.name, columns, wheres, skipped, path)


def _read_texts(source: Path) -> RawTable:
    texts, skipped = list[Text](), dict[str, str]()
    for one in open_source(source):
        if isinstance(one, Text):
            texts.append(one)
        else:
            skipped[one.where] = one.reason
    return _of_texts(str(source), texts, [text.title or text.id for text in texts], skipped)


def _of_texts(
    name: str, texts: Sequence[Text], wheres: Sequence[str], skipped: Mapping[str, str]
) -> RawTable:
    """Turns texts into columns: their fields, without those that no text has, and their extras."""
    columns: dict[str, list[Any]] = {}
    for field_name in TEXT_FIELDS:
        cells = [getattr(text, field_name) or None for text in texts]
        if any(cell is not None for cell in cells):
            columns[field_name] = cells
    for extra in dict.fromkeys(key for text in texts for key in text.extra):
        # an extra that is called like a field stays apart from it
        columns[f"extra {extra}" if extra in columns else extra] = [text.extra.get(extra) for text in texts]
    return RawTable(name, columns, wheres, skipped)
