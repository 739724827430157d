"""Table: the columns of a file of examples, checked as they are asked for."""

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from palate.records import Record, read_records


@dataclass(frozen=True)
class Table:
    """A file of examples. lines: its rows. sha256: of the file as it lies there."""

    path: Path
    lines: tuple[Record, ...]
    sha256: str

    def __len__(self) -> int:
        return len(self.lines)

    def has(self, *columns: str) -> bool:
        """Whether every one of these columns is there."""
        return all(column in self.lines[0].fields for column in columns)

    def words(self, column: str) -> list[str]:
        """The column, without blanks around. Raises BadSource where it is not there or a row leaves it
        empty.
        """
        return [word for _, word in self._filled(column)]

    def numbers(self, column: str) -> list[float]:
        """The column as numbers. Raises BadSource as `words` does, and at the first that is none, such as
        nan.
        """
        found = []
        for line, word in self._filled(column):
            try:
                number = float(word)
            except ValueError:
                number = math.nan
            if not math.isfinite(number):
                raise line.refuse(f"{column} is {word!r}, expected a number; mend the row or leave it out")
            found.append(number)
        return found

    def _filled(self, column: str) -> Iterator[tuple[Record, str]]:
        for line in self.lines:
            word = line.value(column).strip()
            if not word:
                raise line.refuse(f"{column} is empty; fill it in or leave the row out")
            yield line, word


def read_table(path: Path) -> Table:
    """The examples of a CSV, TSV, JSON Lines or Parquet file, see palate.records. Raises BadSource where it
    cannot be read.
    """
    lines = tuple(read_records(path))
    with path.open("rb") as file:
        return Table(path, lines, hashlib.file_digest(file, "sha256").hexdigest())
