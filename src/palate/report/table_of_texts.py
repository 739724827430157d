"""TextTable: the columns of a file or store, and the words of its texts, for a profile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from palate.document.reader import DocumentReader
from palate.errors import BadSource
from palate.source import Columns, open_source
from palate.source.column_names import columns_by_field, field_of
from palate.table.reader import has_table, is_binary_table, read_rows
from palate.text import Text

if TYPE_CHECKING:
    from palate.library import Library

TABLE_SUFFIXES = (
    ".csv",
    ".tsv",
    ".jsonl",
    ".ndjson",
    ".json",
    ".parquet",
    ".feather",
    ".arrow",
    ".xlsx",
    ".ods",
    ".xls",
)
FIELDS = tuple(field.name for field in fields(Text) if field.name not in ("extra", "origin"))


@dataclass(frozen=True, eq=False)
class TextTable:
    """n rows. columns: by name, n cells each, None where a row has none. contents: (n,) what the text of each
    row says. where: how a person finds each row. problems: rows that could not be read, and why.
    """

    name: str
    columns: Mapping[str, Sequence[Any]]
    contents: Sequence[str]
    where: Sequence[str]
    problems: Mapping[str, str]

    def __len__(self) -> int:
        return len(self.contents)


def read_text_table(path: Path) -> TextTable:
    """Reads a table with all its columns, or the texts of any other source with their fields.

    Raises BadSource where it cannot be read, or holds nothing.
    """
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if path.is_file() and any(suffix in TABLE_SUFFIXES for suffix in suffixes[-2:]):
        document = DocumentReader(str(path), lambda: path.open("rb"), path=path)
        found = _of_rows(document)
    elif path.is_file() and _is_table(
        document := DocumentReader(str(path), lambda: path.open("rb"), path=path)
    ):
        found = _of_rows(document)
    else:
        texts, problems = [], {}
        for one in open_source(path, columns=Columns()):
            if isinstance(one, Text):
                texts.append(one)
            else:
                problems[one.where] = one.reason
        found = of_texts(str(path), texts, problems)
    if not len(found):
        raise BadSource(f"{path} has no rows that can be read; give a file with texts")
    return found


def stored_text_table(library: Library) -> TextTable:
    """Returns the texts of a store as a table."""
    return of_texts(library.path, list(library.texts()), {})


def of_texts(name: str, texts: Sequence[Text], problems: Mapping[str, str]) -> TextTable:
    """Returns texts as a table: their fields, and what their sources told besides."""
    columns: dict[str, list[Any]] = {field: [getattr(text, field) for text in texts] for field in FIELDS}
    for key in dict.fromkeys(key for text in texts for key in text.extra):
        columns[key if key not in columns else f"extra {key}"] = [text.extra.get(key) for text in texts]
    columns = {key: cells for key, cells in columns.items() if any(cell not in ("", None) for cell in cells)}
    return TextTable(name, columns, [text.content for text in texts], [text.id for text in texts], problems)


def _is_table(document: DocumentReader) -> bool:
    return is_binary_table(document) or has_table(
        document, lambda name: field_of(name) in ("title", "text", "id")
    )


def _of_rows(document: DocumentReader) -> TextTable:
    rows, where, problems = [], [], {}
    names: dict[str, None] = {}
    for row in read_rows(document):
        if row.problem:
            problems[row.where] = row.problem
            continue
        rows.append(row.cells)
        where.append(row.where)
        names.update(dict.fromkeys(row.cells))
    columns = {name: [cells.get(name) for cells in rows] for name in names}
    return TextTable(document.name, columns, _contents(columns, len(rows)), where, problems)


def _contents(columns: Mapping[str, Sequence[Any]], n: int) -> list[str]:
    by_field = columns_by_field(columns)
    named = [name for field in ("title", "text") for name in by_field.get(field, ())[:1]]
    if not named:  # the column with the longest cells
        lengths = {
            name: sum(len(cell) for cell in cells if isinstance(cell, str)) for name, cells in columns.items()
        }
        named = [name for name in lengths if lengths[name] == max(lengths.values()) and lengths[name] > 0][:1]
    parts = [[cell if isinstance(cell, str) else "" for cell in columns[name]] for name in named]
    return ["\n".join(filter(None, cells)) for cells in zip(*parts, strict=True)] if parts else [""] * n
