"""The progress of a training: a live bar on stderr with loss, rate and the last figures; elsewhere a line per
evaluation.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from palate.cli.show import note

StepCallback = Callable[[Mapping[str, float]], None]  # as palate.training.run.loop calls it
FIGURE_PREFIX = "eval_"  # of figures on validation examples
COST_FIGURES = ("runtime", "samples_per_second", "steps_per_second")  # which say nothing about the model


@contextmanager
def training_progress() -> Iterator[StepCallback]:
    """Yields the `on_step` of a recipe. Lines that are noted meanwhile stand above the bar."""
    if not sys.stderr.isatty():
        yield _note_figures
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
        TextColumn("{task.fields[figures]}", markup=False),
    )
    bar = Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False)
    task = bar.add_task("training", start=False, total=None, figures="")
    latest: dict[str, float] = {}

    def on_step(facts: Mapping[str, float]) -> None:
        if not latest:
            bar.start()
            bar.start_task(task)
        latest.update(facts)
        bar.update(task, completed=latest["step"], total=latest["steps"], figures=_bar_text(latest))

    try:
        yield on_step
    finally:
        bar.stop()


def figures_of(facts: Mapping[str, float]) -> dict[str, float]:
    """Returns the figures on validation examples among the facts of a step.

    >>> figures_of({"step": 3, "eval_accuracy": 0.5, "eval_runtime": 9.0})
    {'accuracy': 0.5}
    """
    figures = {
        name.removeprefix(FIGURE_PREFIX): value
        for name, value in facts.items()
        if name.startswith(FIGURE_PREFIX)
    }
    return {name: value for name, value in figures.items() if not name.endswith(COST_FIGURES)}


def _bar_text(facts: Mapping[str, float]) -> str:
    rates = [
        f"{name.replace('learning_', '')} {facts[name]:.3g}"
        for name in ("loss", "learning_rate")
        if name in facts
    ]
    figures = [f"{name} {value:.3f}" for name, value in figures_of(facts).items() if name != "loss"]
    return "  ".join(rates + figures)


def _note_figures(facts: Mapping[str, float]) -> None:
    if figures := figures_of(facts):
        listed = ", ".join(f"{name} {value:.4f}" for name, value in figures.items())
        step = f"step {facts['step']:.0f} of {facts['steps']:.0f}, epoch {facts['epoch']:.2f}"
        note(f"{step}: validation {listed}")
