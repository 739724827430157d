"""Table: the columns of a file of examples, checked as they are read."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from palate.records import Record, read_records


@dataclass(frozen=True)
class Table:
    """A file of examples. lines: its rows. sha256: of the file as it is stored."""

    path: Path
    lines: tuple[Record, ...]
    sha256: str

    def __len__(self) -> int:
        return len(self.lines)

    def has(self, *columns: str) -> bool:
        """Returns whether the table has every one of these columns."""
        return all(column in self.lines[0].fields for column in columns)

    def strings(self, column: str) -> list[str]:
        """Returns a column, without white space around its cells.

        Raises BadSource where the column is missing or a row leaves it empty.
        """
        return [cell for _, cell in self._cells(column)]

    def floats(self, column: str) -> list[float]:
        """Returns a column as numbers.

        Raises BadSource as `strings` does, and at the first cell that is no finite number, such as nan.
        """
        return [line.number(column) for line, _ in self._cells(column)]

    def _cells(self, column: str) -> Iterator[tuple[Record, str]]:
        for line in self.lines:
            cell = line.value(column).strip()
            if not cell:
                raise line.refuse(f"{column} is empty; fill it in or leave the row out")
            yield line, cell


def read_table(path: Path) -> Table:
    """Reads the examples of a CSV, TSV, JSON Lines or Parquet file, see palate.records.

    Raises BadSource where it cannot be read.
    """
    lines = tuple(read_records(path))
    with path.open("rb") as file:
        return Table(path, lines, hashlib.file_digest(file, "sha256").hexdigest())
