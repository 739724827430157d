"""Map as PNG, by matplotlib."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from palate.errors import MissingExtra
from palate.insight.map_scene import Colouring, Label, unit_square
from palate.insight.palette import NONE
from palate.parts import Matrix

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INCHES, DOTS_PER_INCH = 9.0, 150
MAX_LABELS, MAX_LEGEND = 40, 24
CHARACTER, LINE = 0.0115, 0.025  # of a label, as shares of the map


def draw_map(positions: Matrix, colouring: Colouring, labels: tuple[Label, ...], path: Path) -> None:
    """Draws every point of (n, 2) positions. Raises MissingExtra without [plots]."""
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        raise MissingExtra("a map as PNG", "plots") from None
    square = unit_square(np.asarray(positions, np.float64))
    table = np.array([*colouring.colours, *[NONE] * (256 - len(colouring.colours))])
    figure = Figure(figsize=(INCHES * 1.3, INCHES), layout="constrained")
    axes = figure.subplots()
    size = float(np.clip(60_000 / max(len(square), 1), 0.3, 30))
    axes.scatter(square[:, 0], square[:, 1], c=table[colouring.codes], s=size, linewidths=0, alpha=0.8)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_aspect("equal")
    axes.set_axis_off()
    _draw_labels(axes, labels)
    if colouring.ends is not None:
        _draw_scale(figure, axes, colouring, colouring.ends)
    else:
        _draw_legend(axes, colouring)
    figure.savefig(path, dpi=DOTS_PER_INCH, format="png")


def _draw_labels(axes: Axes, labels: tuple[Label, ...]) -> None:
    """Draws the largest labels that do not overlap."""
    boxes: list[tuple[float, float, float]] = []
    box = {"facecolor": "white", "alpha": 0.7, "linewidth": 0, "pad": 1}
    for label in sorted(labels, key=lambda label: -label.size)[:MAX_LABELS]:
        half = len(label.text) * CHARACTER / 2
        x = min(max(label.x, half), 1 - half)
        if any(abs(x - other) < half + width and abs(label.y - y) < LINE for other, y, width in boxes):
            continue
        boxes.append((x, label.y, half))
        axes.text(x, label.y, label.text, ha="center", va="center", fontsize=8, weight="bold", bbox=box)


def _draw_scale(figure: Figure, axes: Axes, colouring: Colouring, ends: tuple[str, str]) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import ListedColormap

    bar = figure.colorbar(ScalarMappable(cmap=ListedColormap(list(colouring.colours))), ax=axes, shrink=0.4)
    bar.set_ticks([0, 1], labels=ends)
    bar.set_label(colouring.name)


def _draw_legend(axes: Axes, colouring: Colouring) -> None:
    from matplotlib.lines import Line2D

    shown, left_out = colouring.legend[:MAX_LEGEND], len(colouring.legend) - MAX_LEGEND
    handles = [
        Line2D([], [], marker="o", linestyle="", color=entry.colour, label=f"{entry.label} ({entry.size:,})")
        for entry in shown
    ]
    if left_out > 0:
        handles.append(Line2D([], [], linestyle="", label=f"and {left_out} more"))
    title = f"{colouring.name} (colours repeat)" if colouring.repeated else colouring.name
    axes.legend(handles=handles, title=title, loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
