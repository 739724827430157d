"""Row: the named cells of one row and its place, or the reason why it cannot be read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple


class Row(NamedTuple):
    """One row. where: as a person finds it, such as "papers.csv, row 17". problem: "" where it can be
    read; else cells are empty.
    """

    where: str
    cells: Mapping[str, Any]
    problem: str = ""


@dataclass(frozen=True)
class Rows:
    """The rows of a document, to be read once. names: of its columns; none where each row names its own, as
    JSON objects do.
    """

    names: tuple[str, ...]
    rows: Iterator[Row]

    def __iter__(self) -> Iterator[Row]:
        return self.rows
