"""Lines of delimited text -> rows of cells, each with the number of its first line; a broken row costs one
line.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

from palate.document.reader import MAX_LINE_BYTES

MAX_ROW_LINES = 10_000  # lines that one row may have; more are taken for a quote that was not closed
UNCLOSED = "a quote is opened and never closed"
NULL = re.compile(r"(?<![^\t,;|\n])\\N(?=[\t,;|\r\n]|$)")  # as MySQL writes it, a whole cell


@dataclass(frozen=True)
class Dialect:
    """How cells are told apart. escaped: a quote or backslash inside of a cell has a backslash before it,
    where the standard doubles quotes.
    """

    delimiter: str
    escaped: bool = False

    def reader(
        self, lines: Iterator[str], *, strict: bool = True, quoting: int = csv.QUOTE_MINIMAL
    ) -> Iterator[list[str]]:
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            escapechar="\\" if self.escaped else None,
            quoting=quoting,  # type: ignore[arg-type]
            skipinitialspace=True,
            strict=strict,
        )


def quoted_rows(
    lines: Iterator[tuple[int, str]], dialect: Dialect, width: int = 0
) -> Iterator[tuple[int, list[str] | str]]:
    """Yields each row that is not blank: the number of its first line, with its cells or with what is wrong
    with it. Reading goes on behind the first line of a row that is wrong.

    width: cells of the header, if it is known; a row with wrong quotes is read all the same if it can be read
    to have as many.

    >>> lines = enumerate(['a,"b', 'c"', 'd,"lost', 'e,f'], 1)
    >>> list(quoted_rows(lines, Dialect(",")))
    [(1, ['a', 'bc']), (3, 'a quote is opened and never closed'), (4, ['e', 'f'])]
    """
    # The limit is one for the whole process and 128 KiB by default; one line, and so one cell, may hold
    # MAX_LINE_BYTES bytes here.
    csv.field_size_limit(max(csv.field_size_limit(), MAX_LINE_BYTES))
    source = _RewindableLines(lines, dialect.escaped)
    reader = dialect.reader(source)
    while True:
        source.taken.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            reader = dialect.reader(source)
            number = source.taken[0][0]
            if "new-line" in str(error) and source.split():
                continue
            mended = _mended(source, dialect, width, str(error))
            yield number, mended
            continue
        if cells:
            yield source.taken[0][0], cells


class _RewindableLines:
    """Lines for csv.reader, which remember what the reader took for the row at hand and can be given
    again.
    """

    def __init__(self, lines: Iterator[tuple[int, str]], escaped: bool) -> None:
        self._lines, self._escaped = lines, escaped
        self._rewound: list[tuple[int, str]] = []  # last in, first out
        self.taken: list[tuple[int, str]] = []
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        too_many = len(self.taken) >= MAX_ROW_LINES
        entry = None if too_many else self._rewound.pop() if self._rewound else next(self._lines, None)
        if entry is None:
            self.ended = True
            raise StopIteration
        self.taken.append(entry)
        line = entry[1]
        if "\0" in line:
            line = line.replace("\0", "")
        if self._escaped and "\\N" in line:
            line = NULL.sub("", line)
        return line

    def rewind(self, first: int) -> None:
        """The lines taken for this row will come again, from the first-th on."""
        self._rewound.extend(reversed(self.taken[first:]))
        del self.taken[first:]
        self.ended = False

    def split(self) -> bool:
        """Gives the lines of this row again, the last cut where CR stands alone; False where none does."""
        number, line = self.taken[-1]
        pieces = re.split(r"(?<=\r)(?!\n)", line.rstrip("\r"))
        if len(pieces) < 2:
            return False
        self.taken[-1:] = [(number, piece) for piece in pieces]
        self.rewind(0)
        return True


def _mended(lines: _RewindableLines, dialect: Dialect, width: int, error: str) -> list[str] | str:
    """What can be made of a row with wrong quotes: its cells if they are as many as wanted, else what is
    wrong. The lines behind its first will come again, unless the row was read over several lines.
    """
    endless = lines.ended or "field limit" in error
    n_lines = len(lines.taken)
    line = lines.taken[0][1].rstrip("\r\n").replace("\r", " ").replace("\0", "")
    if width and '\\"' in line:
        lines.rewind(0)
        other = next(_other_reading(lines, dialect), None)
        if other and len(other) == width:
            return other
    lines.rewind(1)
    cells: list[str] = []
    if dialect.delimiter == "\t":  # a tab-separated cell may begin with a quote and mean it
        cells = _cells(dialect.reader(iter([line]), quoting=csv.QUOTE_NONE))
    elif n_lines == 1 and not endless:  # 'a,"b" c' is against the rules, but can be read
        cells = _cells(dialect.reader(iter([line]), strict=False))
    if cells and len(cells) == width:
        return cells
    return UNCLOSED if endless else f"its quotes are wrong ({error})"


def _cells(row: Iterator[list[str]]) -> list[str]:
    """The cells of a line; none where it ends in the character that escapes."""
    try:
        return next(row, [])
    except csv.Error:
        return []


def _other_reading(lines: _RewindableLines, dialect: Dialect) -> Iterator[list[str]]:
    try:
        yield from Dialect(dialect.delimiter, not dialect.escaped).reader(lines)
    except csv.Error:
        return
