"""Progress bar: how far a long work is, on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from palate.cli.show import clean

BAR_AFTER_S = 1.5  # shorter work needs no bar

Update = Callable[[int, int], None]  # takes the number done and the number in all


@contextmanager
def progress_bar(work: str, unit: str = "texts") -> Iterator[Update]:
    """Shows a bar on stderr with the rate and the time left; nothing where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from threading import Timer

    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text as Cell

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Cell:
            return Cell(
                f"{task.speed:,.{0 if task.speed >= 10 else 1}f} {unit}/s" if task.speed else "", style="dim"
            )

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeRemainingColumn(),
    )
    shown = Progress(
        *columns, console=Console(stderr=True), transient=True, redirect_stdout=False, redirect_stderr=False
    )
    task = shown.add_task(clean(work), total=None)
    timer = Timer(BAR_AFTER_S, shown.start)
    timer.daemon = True
    timer.start()
    try:
        yield lambda done, total: shown.update(task, completed=done, total=total)
    finally:
        timer.cancel()
        timer.join()
        shown.stop()
