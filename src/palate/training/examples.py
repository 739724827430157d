"""Examples: the files of one recipe, and their parts for training, validation and test."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from palate.training.run.split import Indices, stratified
from palate.training.run.table import Table, read_table

SHARES = {"training": 0.8, "validation": 0.1, "test": 0.1}
MessageCallback = Callable[[str], None]  # called with one line at a time before training begins
CHOSEN_NOTE = "the weights were chosen on the validation examples, so that their figures flatter a little"


def no_op(_: object) -> None:
    """Does nothing: the default of callbacks."""


def read_tables(data: Path, dev: Path | None) -> tuple[Table, ...]:
    """Reads the examples and, where there are any, the validation examples. Raises BadSource."""
    return tuple(read_table(path) for path in (data, dev) if path is not None)


def parts_of(
    tables: Sequence[Table], strata: Callable[[], Sequence[str | int]], seed: int
) -> dict[str, Indices]:
    """Returns the indices of the examples for training, for choosing weights, and for the last figures.

    A second table is the one by which weights are chosen; then nothing is held out. strata: of all examples;
    called where the first table is split. Raises BadSource where there are too few examples to split.
    """
    if len(tables) == 1:
        return dict(zip(SHARES, stratified(strata(), list(SHARES.values()), seed), strict=True))
    n_training, n_validation = map(len, tables)
    return {
        "training": np.arange(n_training),
        "validation": np.arange(n_training, n_training + n_validation),
    }


def describe_parts(tables: Sequence[Table], parts: dict[str, Indices]) -> str:
    """Returns the number of examples in all and in each part, in words."""
    counts = ", ".join(f"{len(indices):,} for {part}" for part, indices in parts.items())
    return f"{sum(map(len, tables)):,} examples: {counts}"


def notes_on(n_truncated: int, n: int, window: int, dev: Path | None) -> tuple[str, ...]:
    """Returns what a reader of the figures must know: that n_truncated of n texts are longer than the window,
    and that the weights were chosen on the examples of `dev`.
    """
    longer = (
        f"{n_truncated:,} of {n:,} texts are longer than {window} word pieces; what is beyond was cut off"
    )
    return ((longer,) if n_truncated else ()) + ((CHOSEN_NOTE,) if dev else ())
