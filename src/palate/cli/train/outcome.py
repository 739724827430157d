"""Outcome: what a finished training says: its figures, class by class where there are classes, and one last
line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from palate.cli import show

if TYPE_CHECKING:
    from palate.training.run.finish import Finished


class Teller:
    """Notes lines on stderr and remembers them, so that none is told twice."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def __call__(self, line: str) -> None:
        self.told.append(line)
        show.note(line)


def show_outcome(finished: Finished, tell: Teller, last: str, *, as_json: bool) -> None:
    """JSON: one object. Else figures by part of the data, classes of the last part, and the line `last`."""
    from palate.training.metrics import scalars

    for line in finished.notes:
        if line not in tell.told:
            tell(line)
    if as_json:
        told = (
            "kind",
            "start",
            "labels",
            "figures",
            "seconds",
            "peak_mb",
            "parameters",
            "trainable",
            "notes",
        )
        show.out_json({"folder": str(finished.folder), **{name: getattr(finished, name) for name in told}})
        return
    parts = {part: scalars(figures) for part, figures in finished.figures.items()}
    names = list(dict.fromkeys(name for figures in parts.values() for name in figures))
    show_table(
        ("figure", *parts), [(name, *(figures.get(name) for figures in parts.values())) for name in names]
    )
    part, figures = list(finished.figures.items())[-1]
    if classes := figures.get("per_class"):
        columns = list(next(iter(classes.values())))
        rows = [(name, *(found[column] for column in columns)) for name, found in classes.items()]
        show_table((f"class, {part}", *columns), rows)
    share = finished.trainable / finished.parameters
    show.note(
        f"trained {finished.trainable:,} of {finished.parameters:,} parameters ({share:.1%}) in {finished.seconds:,.0f} s, "
        f"{finished.peak_mb:,.0f} MB at most"
    )
    show.out(last)


def examples_in(figures: Mapping[str, Any]) -> int:
    """How many examples the figures of classes rest on."""
    return sum(found["support"] for found in figures["per_class"].values())


def show_table(names: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table in a terminal; elsewhere lines with tabs, without names."""
    cells = [[_shown(cell) for cell in row] for row in rows]
    if not show.is_terminal():
        for line in cells:
            show.out("\t".join(line))
        return
    from rich.table import Table

    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0))
    for place, name in enumerate(names):
        table.add_column(name, justify="right" if place else "left", no_wrap=bool(place))
    for line in cells:
        table.add_row(*line)
    show.terminal().print(table)
    show.out("")


def _shown(cell: object) -> str:
    return f"{cell:.4f}" if isinstance(cell, float) else "-" if cell is None else show.clean(str(cell))
