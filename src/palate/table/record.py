"""Record: one row of a table of recorded facts, such as judgements or labels, with its place."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from palate.document.reader import DocumentReader
from palate.errors import BadSource
from palate.table.cells import cell_text, is_missing
from palate.table.header import Known, nothing_known
from palate.table.reader import read_rows

FLAGS = {
    **dict.fromkeys(("1", "1.0", "true", "yes", "y", "t", "included", "include", "relevant"), True),
    **dict.fromkeys(("0", "0.0", "false", "no", "n", "f", "excluded", "exclude", "irrelevant"), False),
}


@dataclass(frozen=True)
class Record:
    """One row. where: file and row, as a person finds it. cells: by column, in any case of letters."""

    where: str
    cells: Mapping[str, Any]

    def has(self, name: str) -> bool:
        """Whether the row has this column, in any case of letters, with a cell that is not null."""
        return self._cell(name) is not None

    def value(self, *names: str) -> str:
        """Returns the first of these columns that is there, as text without white space around it: "" for
        NaN; a list becomes its words with blanks. Raises BadSource where none of them is there.
        """
        for name in names:
            cell = self._cell(name)
            if cell is not None:
                return " ".join(map(str, cell)) if isinstance(cell, list) else _text(cell)
        raise self.refuse(
            f"there is no column {' or '.join(names)}; the columns are: {', '.join(self.cells)}"
        )

    def number(self, name: str) -> float:
        """Returns a column as a number. Raises BadSource where it is missing or no finite number."""
        cell = self.value(name)
        try:
            number = float(cell)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise self.refuse(f"{name} is {cell!r}, expected a number; mend the row or leave it out")
        return number

    def flag(self, name: str) -> bool:
        """Returns a column as yes or no: 1 or 0, true or false, included or excluded. Raises BadSource for
        anything else.
        """
        cell = self.value(name)
        if cell.lower() not in FLAGS:
            raise self.refuse(f"{name} is {cell!r}, expected 1 or 0; mend the row or leave it out")
        return FLAGS[cell.lower()]

    def label(self, name: str) -> str:
        """Returns a column that must say something. Raises BadSource for an empty cell, NaN, NA or null."""
        cell = self.value(name)
        if is_missing(cell):
            said = f" ({cell!r})" if cell else ""
            raise self.refuse(f"{name} is empty{said}; fill it in or leave the row out")
        return cell

    def refuse(self, reason: str) -> BadSource:
        """Returns the error with its place."""
        return BadSource(f"{self.where}: {reason}")

    def _cell(self, name: str) -> Any:
        if name in self.cells:
            return self.cells[name]
        wanted = name.lower()
        return next((cell for other, cell in self.cells.items() if other.strip().lower() == wanted), None)


def read_records(path: Path, known: Known = nothing_known) -> Iterator[Record]:
    """Reads the rows of a table in any form that palate adds texts from; see palate.table.reader.

    known: whether a name is one that speaks for a header. Raises BadSource for a file that is not
    there, is no table or has no rows, and at the first row that cannot be read.
    """
    if not path.is_file():
        raise BadSource(f"there is no file {path}; check its name")
    record = None
    for row in read_rows(DocumentReader(str(path), lambda: path.open("rb"), path=path), known):
        record = Record(row.where, row.cells)
        if row.problem:
            raise record.refuse(row.problem)
        yield record
    if record is None:
        raise BadSource(f"{path} has no rows")


def _text(cell: Any) -> str:
    return cell.replace("\0", "").strip() if isinstance(cell, str) else cell_text(cell)
