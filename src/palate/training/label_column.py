"""The label column of a file of examples: one class a row, or several labels with a separator."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from palate.errors import BadSource, BadValue
from palate.table.cells import is_missing
from palate.training.run.table import Table

MAX_LISTED = 20  # labels that messages list with their counts
MIN_EXAMPLES = 3  # of a stratum: one for each part of a split


@dataclass(frozen=True)
class LabelColumn:
    """The labels of n rows.

    names: the c labels that the first table has, numbers by size, then words. truth: (n,) the index of the
    class, or (n, c) 1.0 where a label is there. counts: of each. unlabelled: rows without any label.
    """

    names: tuple[str, ...]
    truth: NDArray[Any]
    counts: Counter[str]
    unlabelled: int = 0

    @property
    def strata(self) -> list[str | int]:
        """(n,) what a split spreads evenly: the class, or the rarest label of a row."""
        if self.truth.ndim == 1:
            return [self.names[index] for index in self.truth]
        rarity = np.argsort([self.counts[name] for name in self.names], kind="stable")
        rarest = [next((int(index) for index in rarity if row[index]), -1) for row in self.truth]
        sizes = Counter(rarest)
        usual = sizes.most_common(1)[0][0]
        return [stratum if sizes[stratum] >= MIN_EXAMPLES else usual for stratum in rarest]

    def described(self, kind: str) -> str:
        """Returns how many there are of each, in words. kind: classes or labels."""
        told = f"{len(self.names)} {kind}: {listed([f'{name} {self.counts[name]:,}' for name in self.names])}"
        return f"{told}; {self.unlabelled:,} without any" if self.unlabelled else told


def read_label_column(tables: Sequence[Table], column: str, labels_by: str | None) -> LabelColumn:
    """Reads the labels of all tables; those of the first are all that there are.

    labels_by: the separator of several labels in a cell, of which there may be none; None for one class a
    row. Raises BadSource where there are fewer than two, or a later table has another.
    """
    rows = [row for table in tables for row in labels_of(table, column, labels_by)]
    n = len(tables[0])
    names = tuple(sorted({label for row in rows[:n] for label in row}, key=_sort_key))
    if len(names) < 2:
        raise BadSource(
            f"every {column} in {tables[0].path} is {names[0]!r}; there must be two classes or more to tell "
            "apart"
            if names
            else f"no row of {tables[0].path} has a label in {column}; give some"
        )
    index_of = {name: index for index, name in enumerate(names)}
    for line, row in zip(tables[-1].lines, rows[-len(tables[-1]) :], strict=True):
        if unknown := [label for label in row if label not in index_of]:
            raise line.refuse(
                f"{column} is {unknown[0]!r}, a class that is not among those of {tables[0].path}: "
                f"{listed(names)}"
            )
    counts = Counter(label for row in rows for label in row)
    if labels_by is None:
        return LabelColumn(names, np.array([index_of[row[0]] for row in rows]), counts)
    if len(tables) == 1 and (rare := [name for name in names if counts[name] < MIN_EXAMPLES]):
        raise BadSource(
            f"{rare[0]!r} has {counts[rare[0]]} examples, too few to split in {MIN_EXAMPLES} parts; give at "
            f"least {MIN_EXAMPLES} of each, leave it out, or give validation data of its own"
        )
    return LabelColumn(names, truth_of(rows, names), counts, sum(not row for row in rows))


def truth_of(rows: Sequence[Sequence[str]], names: Sequence[str]) -> NDArray[np.float64]:
    """Returns (n, c) 1.0 where a row has a label."""
    truth = np.zeros((len(rows), len(names)))
    for place, row in enumerate(rows):
        truth[place, [names.index(label) for label in row]] = 1
    return truth


def labels_of(table: Table, column: str, labels_by: str | None) -> list[list[str]]:
    """Returns the labels of each row, without repeats; with a separator a cell may be empty."""
    if labels_by is None:
        return [[label] for label in table.labels(column)]
    if not labels_by.strip():
        raise BadValue(
            f"labels are separated by a visible character, got {labels_by!r}; give one such as ';'"
        )
    cells = [line.value(column) for line in table.lines]
    parts = [[] if is_missing(cell) else cell.split(labels_by) for cell in cells]
    return [list(dict.fromkeys(part.strip() for part in row if part.strip())) for row in parts]


def listed(names: Sequence[str]) -> str:
    """Returns the first names in a line, and how many more there are."""
    n_more = len(names) - MAX_LISTED
    return ", ".join(names[:MAX_LISTED]) + (f" and {n_more} more" if n_more > 0 else "")


def _sort_key(label: str) -> tuple[float, str]:
    """Sorts numeric labels by size, before words."""
    try:
        return float(label), label
    except ValueError:
        return float("inf"), label
