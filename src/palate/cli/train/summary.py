"""The summary of a finished training: its figures, class by class where there are classes, and a last
line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from palate.cli import show

if TYPE_CHECKING:
    from palate.training.run.trained_model import TrainedModel

JSON_FIELDS = (
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


class MessageLog:
    """Notes lines on stderr and remembers them, so that none is shown twice."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    def __call__(self, line: str) -> None:
        self.shown.append(line)
        show.note(line)


def show_summary(model: TrainedModel, messages: MessageLog, last_line: str, *, as_json: bool) -> None:
    """Shows one JSON object, or figures by part of the data, classes of the last part, and the last line."""
    from palate.training.run.metrics import scalars

    write_outcome(model)
    for line in model.notes:
        if line not in messages.shown:
            messages(line)
    if as_json:
        show.out_json({"folder": str(model.folder), **{name: getattr(model, name) for name in JSON_FIELDS}})
        return
    parts = {part: scalars(figures) for part, figures in model.figures.items()}
    names = list(dict.fromkeys(name for figures in parts.values() for name in figures))
    rows = [(name, *(figures.get(name) for figures in parts.values())) for name in names]
    show_table(("figure", *parts), rows)
    part, figures = list(model.figures.items())[-1]
    if classes := figures.get("per_class"):
        show_classes(f"class, {part}", classes)
    share = model.trainable / model.parameters
    show.note(
        f"trained {model.trainable:,} of {model.parameters:,} parameters ({share:.1%}) "
        f"in {model.seconds:,.0f} s, {model.peak_mb:,.0f} MB at most"
    )
    show.out(last_line)


def write_outcome(model: TrainedModel) -> None:
    """Writes the outcome as a page, into the model's folder."""
    from palate.cli.files import whole_file
    from palate.report.training import training_report

    path = model.folder / "report" / "index.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as file:
        file.write(training_report(model).html())


def figure(value: float | None) -> str:
    """Returns a figure in a sentence.

    >>> figure(0.12345), figure(None)
    ('0.123', 'not defined')
    """
    return "not defined" if value is None else f"{value:.3f}"


def n_examples(figures: Mapping[str, Any]) -> int:
    """Returns the count of examples behind the figures of classes."""
    return sum(values["support"] for values in figures["per_class"].values())


def show_classes(title: str, classes: Mapping[str, Mapping[str, Any]]) -> None:
    """Shows the figures of each class."""
    columns = list(next(iter(classes.values())))
    rows = [(name, *(values[column] for column in columns)) for name, values in classes.items()]
    show_table((title, *columns), rows)


def show_table(names: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Shows a table in a terminal; elsewhere lines with tabs, without names."""
    cells = [[_format(cell) for cell in row] for row in rows]
    if not show.is_terminal():
        for line in cells:
            show.out("\t".join(line))
        return
    from rich.table import Table

    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0))
    for index, name in enumerate(names):
        table.add_column(name, justify="right" if index else "left", no_wrap=bool(index))
    for line in cells:
        table.add_row(*line)
    show.terminal().print(table)
    show.out("")


def _format(cell: object) -> str:
    return f"{cell:.4f}" if isinstance(cell, float) else "-" if cell is None else show.clean(str(cell))
