"""Watching a training: a live bar on stderr with loss, rate and the last figures; elsewhere a line per
evaluation.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from palate.cli.show import note

Watch = Callable[[Mapping[str, float]], None]  # as palate.training.run.loop tells it
PREFIX = "eval_"  # of figures on validation examples
COST = ("runtime", "samples_per_second", "steps_per_second")  # which say nothing about the model


@contextmanager
def watching() -> Iterator[Watch]:
    """What to hand to a recipe as `watch`. Lines noted on the way stand above the bar."""
    if not sys.stderr.isatty():
        yield _lines
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left", style="dim"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[told]}", markup=False),
    )
    shown = Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False)
    task = shown.add_task("training", start=False, total=None, told="")
    last: dict[str, float] = {}

    def watch(facts: Mapping[str, float]) -> None:
        if not last:
            shown.start()
            shown.start_task(task)
        last.update(facts)
        shown.update(task, completed=last["step"], total=last["steps"], told=_told(last))

    try:
        yield watch
    finally:
        shown.stop()


def figures_of(facts: Mapping[str, float]) -> dict[str, float]:
    """The figures on validation examples among what a watch is told.

    >>> figures_of({"step": 3, "eval_accuracy": 0.5, "eval_runtime": 9.0})
    {'accuracy': 0.5}
    """
    found = {name.removeprefix(PREFIX): value for name, value in facts.items() if name.startswith(PREFIX)}
    return {name: value for name, value in found.items() if not name.endswith(COST)}


def _told(facts: Mapping[str, float]) -> str:
    told = [
        f"{name.replace('learning_', '')} {facts[name]:.3g}"
        for name in ("loss", "learning_rate")
        if name in facts
    ]
    return "  ".join(
        told + [f"{name} {value:.3f}" for name, value in figures_of(facts).items() if name != "loss"]
    )


def _lines(facts: Mapping[str, float]) -> None:
    if figures := figures_of(facts):
        told = ", ".join(f"{name} {value:.4f}" for name, value in figures.items())
        note(
            f"step {facts['step']:.0f} of {facts['steps']:.0f}, epoch {facts['epoch']:.2f}: validation {told}"
        )
