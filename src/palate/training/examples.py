"""Examples: what files hold for one recipe, and which part of it each is for."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from palate.training.split import Places, stratified
from palate.training.table import Table, read_table

SHARES = {"training": 0.8, "validation": 0.1, "test": 0.1}
Tell = Callable[[str], None]  # told a line before training begins
CHOSEN = "the weights were chosen on the validation examples, so that their figures flatter a little"


def unheard(_: object) -> None:
    """For those who watch nothing."""


def read_tables(data: Path, dev: Path | None) -> tuple[Table, ...]:
    """One table, or that of the examples and that to choose by. Raises BadSource."""
    return tuple(read_table(path) for path in (data, dev) if path is not None)


def parts_of(
    tables: Sequence[Table], strata: Callable[[], Sequence[str | int]], seed: int
) -> dict[str, Places]:
    """Places of the examples for training, for choosing weights, and for the last figures.

    The second table, where there is one, is what weights are chosen by, and nothing is held out. strata: of
    all examples; asked for where the first table is split. Raises BadSource where there are too few to split.
    """
    if len(tables) == 1:
        return dict(zip(SHARES, stratified(strata(), list(SHARES.values()), seed), strict=True))
    n, m = map(len, tables)
    return {"training": np.arange(n), "validation": np.arange(n, n + m)}


def told(tables: Sequence[Table], parts: dict[str, Places]) -> str:
    """How many there are of what, in words."""
    counts = ", ".join(f"{len(places):,} for {part}" for part, places in parts.items())
    return f"{sum(map(len, tables)):,} examples: {counts}"


def told_cut(cut: int, n: int, window: int) -> tuple[str, ...]:
    """What a reader must know where texts were cut."""
    return (
        (f"{cut:,} of {n:,} texts are longer than {window} word pieces; what is beyond was cut off",)
        if cut
        else ()
    )
