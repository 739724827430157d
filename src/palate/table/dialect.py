"""Which delimiter and which quotes a delimited text uses, and where its header is: from its structure."""

import re
from dataclasses import dataclass

from palate.document.reader import DocumentReader
from palate.errors import BadSource
from palate.table.header import (
    Header,
    Known,
    check_title,
    header_position,
    make_header,
    n_known,
    nothing_known,
    trimmed,
)
from palate.table.quoted_rows import UNCLOSED, Dialect, quoted_rows

DELIMITERS = ",;\t|"
NO_DELIMITER = "\x1f"  # of a table of one column, whose cells may hold all of them
SEPARATOR_LINE = re.compile(r'\s*"?sep=(.)"?\s*', re.IGNORECASE)  # Excel's
N_SAMPLE_LINES, N_SAMPLE_CHARACTERS = 300, 1 << 16
MAX_PROBLEMS = 20  # rows that are wrong under a dialect before it is given up


@dataclass(frozen=True)
class DelimitedLayout:
    """How a delimited text is to be read. header_line: the number of the line on which its header begins.
    filled: the share of the first rows with as many cells as the header, 1 for none.
    """

    dialect: Dialect
    header: Header
    header_line: int
    filled: float


@dataclass(frozen=True)
class _Attempt:
    """The first rows as a dialect reads them, with the number of those that are wrong under it."""

    dialect: Dialect
    rows: list[list[str]]
    line_numbers: list[int]
    n_problems: int
    first_problem: str  # what is wrong with the first row, "" if nothing is

    def merit(self, known: Known) -> tuple[float, int]:
        """How much speaks for the dialect: more than one column, rows that fit the header, rows that fill it,
        and most of all a known name; then the number of columns.
        """
        if not self.rows:
            return 0.0, 0
        position = header_position(self.rows, known)
        width = make_header(self.rows, position).width
        fitting, filled = self.shares(position)
        structure = (1 + fitting + filled if width > 1 else fitting) / 2
        return structure + (n_known(self.rows[position], known) > 0), width

    def shares(self, position: int) -> tuple[float, float]:
        """Of the rows below the header those that have at most, and exactly, as many cells."""
        width = make_header(self.rows, position).width
        widths = [trimmed(row) for row in self.rows[position + 1 :]]
        n = len(widths) + self.n_problems
        if not n:
            return 1.0, 1.0
        return sum(one <= width for one in widths) / n, sum(one == width for one in widths) / n


def sniff_layout(document: DocumentReader, known: Known = nothing_known) -> DelimitedLayout | None:
    """Returns the layout under which the first rows agree best with their header; None for no rows at all.

    known: a header that holds a known name speaks for its delimiter. Raises
    BadSource for a header whose quotes are wrong.

    >>> document = DocumentReader.from_bytes("a.csv", b"sep=;\\nname;age\\nCats, dogs;3\\n")
    >>> layout = sniff_layout(document)
    >>> layout.dialect.delimiter, layout.header.names, layout.header_line
    (';', ('name', 'age'), 2)
    """
    sample, is_cut = _sample(document)
    delimiters = DELIMITERS
    if sample and (separator := SEPARATOR_LINE.fullmatch(sample[0][1])):
        delimiters = separator[1]
        del sample[0]
    quotings = (False, True) if any('\\"' in line for _, line in sample) else (False,)
    trials = [
        _try(Dialect(delimiter, escaped), sample, is_cut) for delimiter in delimiters for escaped in quotings
    ]
    best = max(trials, key=lambda trial: trial.merit(known))
    if best.merit(known)[1] == 1 and any(len(row) > 1 for row in best.rows):
        best = _try(Dialect(NO_DELIMITER), sample, is_cut)
    if best.first_problem:
        raise BadSource(f"{document.name}, {best.first_problem}")
    if not best.rows:
        return None
    position = header_position(best.rows, known)
    if best.merit(known)[1] == 1:
        for trial in trials:
            check_title(document.name, trial.rows, known)
    return DelimitedLayout(
        best.dialect,
        make_header(best.rows, position),
        best.line_numbers[position],
        best.shares(position)[1],
    )


def _sample(document: DocumentReader) -> tuple[list[tuple[int, str]], bool]:
    """The first lines with their numbers, and whether more come."""
    sample: list[tuple[int, str]] = []
    n_characters = 0
    for entry in document.lines():
        if len(sample) >= N_SAMPLE_LINES or n_characters >= N_SAMPLE_CHARACTERS:
            return sample, True
        sample.append(entry)
        n_characters += len(entry[1])
    return sample, False


def _try(dialect: Dialect, sample: list[tuple[int, str]], is_cut: bool) -> _Attempt:
    rows: list[list[str]] = []
    line_numbers: list[int] = []
    n_problems, first_problem = 0, ""
    for number, cells in quoted_rows(iter(sample), dialect):
        if isinstance(cells, list):
            rows.append(cells)
            line_numbers.append(number)
            continue
        if not rows and not first_problem:
            first_problem = f"row {number} should be the header, but {cells}"
        n_problems += 1
        if n_problems > MAX_PROBLEMS or (is_cut and cells == UNCLOSED):
            break
    return _Attempt(dialect, rows, line_numbers, n_problems, first_problem)
