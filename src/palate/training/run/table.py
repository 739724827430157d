"""Table: the columns of a file of examples, checked as they are read."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from palate.table.record import Record, read_records

WHOLE_NUMBER = re.compile(r"[+-]?\d+(\.0+)?")
KNOWN_NAMES = frozenset(
    "text label title abstract sentence sentence1 sentence2 score relatedness premise hypothesis anchor "
    "positive negative question1 question2 duplicate rating tokens tags "
    "prompt answer chosen rejected preference ranking margin context source".split()
)


@dataclass(frozen=True)
class Table:
    """A file of examples. lines: its rows. sha256: of the file as it is stored."""

    path: Path
    lines: tuple[Record, ...]
    sha256: str

    def __len__(self) -> int:
        return len(self.lines)

    def has(self, *columns: str) -> bool:
        """Returns whether the table has every one of these columns, in any case of letters."""
        return all(self.lines[0].has(column) for column in columns)

    def strings(self, column: str) -> list[str]:
        """Returns a column, without white space around its cells.

        Raises BadSource where the column is missing or a row leaves it empty.
        """
        return [cell for _, cell in self._cells(column)]

    def labels(self, column: str) -> list[str]:
        """Returns a column of classes; where all are whole numbers, "1.0" is "1".

        Raises BadSource as `strings` does, and at a word for what is missing, such as NaN, NA or null.
        """
        labels = [line.label(column) for line in self.lines]
        if all(WHOLE_NUMBER.fullmatch(label) for label in labels):
            return [label.partition(".")[0] for label in labels]
        return labels

    def floats(self, column: str) -> list[float]:
        """Returns a column as numbers.

        Raises BadSource as `strings` does, and at the first cell that is no finite number, such as nan.
        """
        return [line.number(column) for line, _ in self._cells(column)]

    def _cells(self, column: str) -> Iterator[tuple[Record, str]]:
        for line in self.lines:
            cell = line.value(column)
            if not cell:
                raise line.refuse(f"{column} is empty; fill it in or leave the row out")
            yield line, cell


def read_table(path: Path) -> Table:
    """Reads the examples of a table in any form; see palate.table.reader.

    Raises BadSource where it cannot be read.
    """
    lines = tuple(read_records(path, lambda name: name.strip().lower() in KNOWN_NAMES))
    with path.open("rb") as file:
        return Table(path, lines, hashlib.file_digest(file, "sha256").hexdigest())
