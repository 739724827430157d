"""The header of a table: which row it is, which columns are read, and what they are called."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from palate.errors import BadSource

Known = Callable[[str], bool]  # whether a name of a column is known, and so speaks for a header

EMPTY = (None, "")
MIN_ROW_NAMES = 3  # 1, 2, 3 in front of rows that are a cell longer than the header are R's row names
MAX_NAME = 60  # characters of a known name
MAX_ROWS_ABOVE = 20  # titles and comments that an export may write above its header
INDEX_NAME = re.compile(r"(unnamed: 0|__index_level_0__|\.\.\.1)?", re.IGNORECASE)  # pandas, pyarrow, readr


@dataclass(frozen=True)
class Header:
    """The names of the columns. position: of its row among those that are not blank, from 0. first_column: 1
    where the first column only counts the rows and is read past. repeated: names given to columns whose own
    was there already -> that name. width: cells that a row may have.
    """

    position: int
    names: tuple[str, ...]
    first_column: int
    repeated: Mapping[str, str]

    @property
    def width(self) -> int:
        return self.first_column + len(self.names)

    def cells(self, row: Sequence[Any]) -> dict[str, Any]:
        """Returns the cells of a row by name; what a short row lacks is "". A value under a name that is
        there again, such as "doi.2", stands for the first one where that is empty.
        """
        if self.first_column:
            row = row[1:]
        if len(row) < len(self.names):
            row = [*row, *[""] * (len(self.names) - len(row))]
        cells = dict(zip(self.names, row, strict=False))
        for name, first in self.repeated.items():
            if cells[first] in EMPTY and cells[name] not in EMPTY:
                cells[first], cells[name] = cells[name], ""
        return cells


def nothing_known(_name: str) -> bool:
    """Knows no name: the header must be told from the rows alone."""
    return False


def n_known(row: Sequence[Any], known: Known) -> int:
    """Returns how many cells of a row are names that are known."""
    return sum(isinstance(cell, str) and len(cell) <= MAX_NAME and known(cell) for cell in row)


def trimmed(row: Sequence[Any]) -> int:
    """Returns how many cells a row has without the empty ones at its end."""
    n = len(row)
    while n and row[n - 1] in EMPTY:
        n -= 1
    return n


def header_position(rows: Sequence[Sequence[Any]], known: Known) -> int:
    """Returns the position of the header: the first row, or the first with a known name if the rows above it
    have fewer cells or begin with "#".

    >>> header_position([["Search of 4 March"], ["title", "year"], ["Cats", "2020"]], "title".__eq__)
    1
    """
    widest = 0
    for position, row in enumerate(rows[: MAX_ROWS_ABOVE + 1]):
        filled = sum(cell not in EMPTY for cell in row)
        if n_known(row, known) and (filled > max(widest, 1) or not position):
            return position
        if not str(row[0] if row else "").startswith("#"):
            widest = max(widest, filled)
    return 0


def make_header(rows: Sequence[Sequence[Any]], position: int) -> Header:
    """Returns the header that stands at this position of the first rows.

    A column without a name is called after its index, "column 3", one whose name is there already gets a
    number, "doi.2". A first column of whole numbers without a name of its own, as pandas writes it, is read
    past, and so is one that counts the rows where the header is a cell shorter than they are, as R writes it.

    >>> header = make_header([["", "title", "doi", "doi"], ["0", "Cats", "", "10.1/x"]], 0)
    >>> header.cells(["0", "Cats", "", "10.1/x"])
    {'title': 'Cats', 'doi': '10.1/x', 'doi.2': ''}
    """
    titles = [
        str(cell).strip("\ufeff\u200b \t\r\n\xa0") if cell is not None else "" for cell in rows[position]
    ]
    body = [row for row in rows[position + 1 :] if trimmed(row)]
    first_column = 0
    numbers = _whole_numbers(body)
    if numbers and len(titles) > 1 and INDEX_NAME.fullmatch(titles[0]):
        first_column, titles = 1, titles[1:]
    elif _are_row_names(numbers) and all(trimmed(row) == len(titles) + 1 for row in body):
        first_column = 1
    names: dict[str, None] = {}
    repeated = {}
    for index, title in enumerate(titles, start=first_column + 1):
        name = title or f"column {index}"
        n = 1
        while name in names:
            n += 1
            name = f"{title}.{n}"
        names[name] = None
        if n > 1:
            repeated[name] = title
    return Header(position, tuple(names), first_column, repeated)


def check_title(name: str, rows: Sequence[Sequence[Any]], known: Known) -> None:
    """Raises BadSource where the first row is one cell above rows of several, all as many: a title above a
    header that cannot be told for sure, since none of its names is known.
    """
    widths = {trimmed(row) for row in rows[1:]}
    if len(rows) <= 2 or len(widths) > 1 or max(widths) < 2 or trimmed(rows[0]) > 1:
        return
    if not any(n_known(row, known) for row in rows[: MAX_ROWS_ABOVE + 1]):
        raise BadSource(
            f"{name}: its first row has one cell and those below have {max(widths)}, so it is no header, "
            "and no row below has a name that is known; remove what stands above the header"
        )


def _whole_numbers(body: Sequence[Sequence[Any]]) -> list[int]:
    """The first cells as numbers; none where one of them is no whole number."""
    cells = [str(row[0]).strip().removesuffix(".0") for row in body]
    return list(map(int, cells)) if all(cell.isdecimal() and len(cell) < 19 for cell in cells) else []


def _are_row_names(numbers: Sequence[int]) -> bool:
    return len(numbers) >= MIN_ROW_NAMES and list(numbers) == list(range(1, len(numbers) + 1))
