"""Learning curves as a PNG: how good each system is after k judgements, and the recall after each share of a
review that was read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from palate.errors import BadValue, MissingExtra
from palate.evaluation.arrays import BoolVector, Vector
from palate.evaluation.judgements import Review
from palate.evaluation.result_row import LOWER_IS_BETTER, ResultRow
from palate.evaluation.screening import ScreeningRuns

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6BB1")
"""Distinct with every kind of colour blindness (Okabe and Ito, 2008; its yellow, too pale for lines, is
replaced by a violet).
"""

DASH_PATTERNS: tuple[Any, ...] = ("-", "--", ":", "-.", (0, (5, 1, 1, 1, 1, 1)), (0, (7, 3)))
PALATE_STYLE: Mapping[str, Any] = {"color": "black", "linewidth": 2.6, "zorder": 10}
LEGEND_ENTRY_INCHES = (1.8, 0.24)  # wide, high
SHARES = np.linspace(0, 1, 201)  # of the records of a review


def check_plot() -> None:
    """Checks that plots can be drawn. Raises MissingExtra without [plots]."""
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise MissingExtra("--plot", "plots") from None


def plot_curves(rows: Sequence[ResultRow], path: Path) -> None:
    """Draws ratings or library: a panel for each metric, a line for each system over k, a band for its
    interval.

    Raises BadValue where the file cannot be written.
    """
    metrics = list(dict.fromkeys(row.metric for row in rows))
    figure, panels = _panels(len(metrics), columns=2 if len(metrics) == 4 else 3)
    steps = sorted({row.k for row in rows if row.k is not None})
    styles = line_styles(row.system for row in rows)
    for panel, metric in zip(panels, metrics, strict=True):
        for system, style in styles.items():
            line = [row for row in rows if (row.system, row.metric) == (system, metric)]
            if line:
                indices = [steps.index(row.k) for row in line if row.k is not None]
                panel.plot(
                    indices, [row.mean for row in line], label=system, marker="o", markersize=3.5, **style
                )
                lows, highs = [row.low for row in line], [row.high for row in line]
                panel.fill_between(
                    indices,
                    lows,
                    highs,
                    color=style["color"],
                    alpha=min(0.12, 0.9 / len(styles)),
                    linewidth=0,
                )
        panel.set_xticks(range(len(steps)), [str(k) for k in steps])
        panel.set_xlabel("likes given" if rows[0].protocol == "library" else "judgements learned from")
        panel.set_title(
            f"{metric} ({'lower' if metric in LOWER_IS_BETTER else 'higher'} is better)", fontsize=10
        )
    _finish(figure, panels, f"{rows[0].protocol}: {rows[0].data}", path)


def plot_recall(reviews: Sequence[Review], runs: ScreeningRuns, path: Path) -> None:
    """Draws screening: a panel for each review, a line for each system, the mean over its runs.

    Raises BadValue where the file cannot be written.
    """
    figure, panels = _panels(len(reviews), columns=3)
    styles = line_styles(system for _, system, _ in runs)
    for panel, review in zip(panels, reviews, strict=True):
        for system, style in styles.items():
            relevant = [run for (data, name, _), run in runs.items() if (data, name) == (review.name, system)]
            recall = np.mean([recall_curve(run, len(review.contents) - 2) for run in relevant], axis=0)
            panel.plot(100 * SHARES, 100 * recall, label=system, **style)
        panel.axline((0, 0), slope=1, color="0.75", linewidth=0.8, zorder=0)
        panel.set_xlim(0, 100)
        panel.set_ylim(0, 102)
        panel.set_xlabel("records read, %")
        panel.set_ylabel("included ones found, %")
        panel.set_title(
            f"{review.name}: {int(review.included.sum())} of {len(review.contents):,}", fontsize=10
        )
    _finish(figure, panels, "screening: the diagonal is what reading in any order finds", path)


def recall_curve(relevant: BoolVector, n_records: int) -> Vector:
    """Returns the recall after each of SHARES of the n_records; relevant, (m,): was the i-th record read
    relevant?

    >>> recall_curve(np.array([True, False, True]), n_records=4)[[0, 50, 100, 150, 200]].tolist()
    [0.0, 0.5, 0.5, 1.0, 1.0]
    """
    recall = np.concatenate([[0.0], np.cumsum(relevant) / relevant.sum()])
    return np.asarray(recall[np.minimum((SHARES * n_records + 1e-9).astype(np.int64), len(relevant))])


def line_styles(systems: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Returns how each system's line is drawn: colours first, then dashes; palate in a style of its own."""
    others = [name for name in dict.fromkeys(systems) if name != "palate"]
    styles: dict[str, dict[str, Any]] = {"palate": dict(PALATE_STYLE)}
    for index, name in enumerate(others):
        dash = DASH_PATTERNS[index // len(COLOURS) % len(DASH_PATTERNS)]
        styles[name] = {"color": COLOURS[index % len(COLOURS)], "linestyle": dash, "linewidth": 1.3}
    return styles


def _panels(n: int, columns: int) -> tuple[Figure, list[Axes]]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    columns = min(columns, n)
    lines = -(-n // columns)
    figure = Figure(figsize=(4.2 * columns, 3.1 * lines + 0.4), dpi=150, layout="constrained")
    FigureCanvasAgg(figure)
    return figure, [figure.add_subplot(lines, columns, index + 1) for index in range(n)]


def _finish(figure: Figure, panels: Sequence[Axes], title: str, path: Path) -> None:
    for panel in panels:
        panel.spines[["top", "right"]].set_visible(False)
        panel.set_axisbelow(True)
        panel.grid(axis="y", color="0.92", linewidth=0.8)
        panel.tick_params(labelsize=8)
        panel.xaxis.label.set_fontsize(9)
        panel.yaxis.label.set_fontsize(9)
    shown: dict[Any, Artist] = {}
    for panel in panels:
        for line, label in zip(*panel.get_legend_handles_labels(), strict=True):
            shown.setdefault(label, line)
    columns = -(-len(shown) // int(figure.get_figheight() / LEGEND_ENTRY_INCHES[1]))
    figure.set_figwidth(figure.get_figwidth() + LEGEND_ENTRY_INCHES[0] * columns)
    styles: Mapping[str, Any] = {"frameon": False, "fontsize": 9, "handlelength": 2.8, "ncols": columns}
    figure.legend(list(shown.values()), list(shown), loc="outside right upper", **styles)
    figure.suptitle(title, fontsize=11)
    try:
        figure.savefig(path, format="png")
    except OSError as error:
        raise BadValue(
            f"{path} cannot be written: {error.strerror or error}; name another file with --plot"
        ) from None
