"""Map as PNG, by matplotlib."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from palate.errors import MissingExtra
from palate.insight.map_scene import Colouring, Label, unit_square
from palate.insight.palette import NONE
from palate.parts import Matrix

INCHES, DOTS_PER_INCH = 9.0, 150
MAX_LABELS = 40


def draw_map(positions: Matrix, colouring: Colouring, labels: tuple[Label, ...], path: Path) -> None:
    """Draws every point of (n, 2) positions. Raises MissingExtra without [plots]."""
    try:
        from matplotlib.figure import Figure
        from matplotlib.lines import Line2D
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
    boxes: list[tuple[float, float]] = []
    for label in sorted(labels, key=lambda label: -label.size)[:MAX_LABELS]:
        if any(abs(label.x - x) < 0.18 and abs(label.y - y) < 0.025 for x, y in boxes):
            continue
        boxes.append((label.x, label.y))
        axes.text(
            label.x,
            label.y,
            label.text,
            ha="center",
            va="center",
            fontsize=8,
            weight="bold",
            bbox={"facecolor": "white", "alpha": 0.7, "linewidth": 0, "pad": 1},
        )
    handles = [
        Line2D([], [], marker="o", linestyle="", color=entry.colour, label=f"{entry.label} ({entry.size:,})")
        for entry in colouring.legend
    ] or [
        Line2D([], [], marker="o", linestyle="", color=colour, label=end)
        for colour, end in zip((colouring.colours[0], colouring.colours[-1]), colouring.ends, strict=True)
    ]
    axes.legend(
        handles=handles, title=colouring.name, loc="center left", bbox_to_anchor=(1, 0.5), frameon=False
    )
    figure.savefig(path, dpi=DOTS_PER_INCH, format="png")
