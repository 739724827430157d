"""Pictures of a training and of what came of it, as PNG. Each function writes one, and returns it as it was
drawn.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from palate.errors import BadFolder, MissingExtra
from palate.training.metrics import BINS, reliability

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# told apart with every kind of colour blindness (Okabe and Ito, 2008)
BLUE, RED, GREY = "#0072B2", "#D55E00", "0.55"
SEEN: Mapping[str, Any] = {"color": BLUE, "label": "training"}
HELD: Mapping[str, Any] = {"color": RED, "label": "validation", "marker": "o", "markersize": 4}
NUMBERED = 20  # most classes of which a confusion is also written in numbers
NAME = 24  # characters of a label that are shown


def draw_report(folder: Path, drawings: Mapping[str, Callable[[Path], object]]) -> tuple[str, ...]:
    """Draw each to folder/NAME.png. What a reader of the report must know: without [plots] that there are no
    pictures.

    A training that has come to its end must not fail for want of a picture.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        for name, draw in drawings.items():
            draw(folder / f"{name}.png")
    except MissingExtra:
        return ("no pictures: they need matplotlib; run: pip install 'palate[plots]'",)
    return ()


def draw_history(
    history: Sequence[Mapping[str, float]], path: Path, *, figure: str | None = None, best: int | None = None
) -> Figure:
    """Loss of training and validation by epoch and, in a second panel, the figure by which weights were
    chosen.

    history: what a Run logged. figure: as it stands there, with or without eval_ before it. best: the step
    whose weights were kept; it is marked."""
    chosen = None if figure is None else f"eval_{figure.removeprefix('eval_')}"
    panels = [("loss", ["loss", "eval_loss"])]
    if chosen not in (None, "eval_loss"):
        panels.append((str(chosen).removeprefix("eval_").replace("_", " "), [str(chosen)]))
    drawn, axes = _panels(len(panels))
    kept = next((logs["epoch"] for logs in history if logs.get("step") == best and "epoch" in logs), None)
    for axis, (title, keys) in zip(axes, panels, strict=True):
        for key in keys:
            told = [logs for logs in history if key in logs]
            axis.plot(
                [logs["epoch"] for logs in told],
                [logs[key] for logs in told],
                **(SEEN if key == "loss" else HELD),
            )
        if kept is not None:
            axis.axvline(kept, color=GREY, linestyle="--", linewidth=1, label="weights kept", zorder=0)
        axis.set_xlabel("epoch")
        axis.set_title(title, fontsize=10)
        axis.legend(frameon=False, fontsize=8)
    return _finish(drawn, axes, path)


def draw_confusion(labels: Sequence[str], confusion: Sequence[Sequence[int]], path: Path) -> Figure:
    """How often each true class, a row, was taken for each class, a column; shaded by its share of the
    row.
    """
    counts = np.asarray(confusion)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    n = len(labels)
    drawn, (axis,) = _panels(1, side=max(3.4, min(2.2 + 0.5 * n, 14)))
    image = axis.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    names = [_short(label) for label in labels]
    size = 8 if n <= NUMBERED else 5
    long = max(map(len, names)) > 4
    axis.set_xticks(range(n), names, rotation=45 if long else 0, ha="right" if long else "center")
    axis.set_yticks(range(n), names)
    if n <= NUMBERED:
        for row, column in np.ndindex(n, n):
            shade = "white" if shares[row, column] > 0.6 else "black"
            axis.text(
                column, row, f"{counts[row, column]}", ha="center", va="center", fontsize=8, color=shade
            )
    axis.set_xlabel("predicted")
    axis.set_ylabel("true")
    axis.set_title(f"{int(counts.trace()):,} of {int(counts.sum()):,} right", fontsize=10)
    drawn.colorbar(image, ax=axis, shrink=0.7, label="share of the true class").ax.tick_params(labelsize=8)
    return _finish(drawn, [axis], path, grid=False, size=size)


def draw_calibration(truth: ArrayLike, probabilities: ArrayLike, path: Path) -> Figure:
    """Which share of the predictions was right, by how sure the model was of them; below it how many there
    were.

    truth: (n,) numbers of classes. probabilities: (n, c).
    """
    bins = reliability(truth, probabilities)
    n = sum(one.n for one in bins)
    error = sum(one.n * abs(one.accuracy - one.confidence) for one in bins) / n
    drawn, (above, below) = _panels(2, columns=1, heights=(3, 1))
    above.axline((0, 0), slope=1, color="0.75", linewidth=0.8, zorder=0, label="as sure as right")
    sure, right = [one.confidence for one in bins], [one.accuracy for one in bins]
    above.plot(sure, right, color=BLUE, marker="o", markersize=4, label="predictions")
    above.set_xlim(0, 1)
    above.set_ylim(0, 1.02)
    above.set_ylabel("share that was right")
    above.set_title(f"expected calibration error {error:.3f}", fontsize=10)
    above.legend(frameon=False, fontsize=8, loc="upper left")
    below.bar(
        [one.low for one in bins],
        [one.n for one in bins],
        width=1 / BINS,
        align="edge",
        color=BLUE,
        edgecolor="white",
    )
    below.set_xlim(0, 1)
    below.set_ylabel("predictions")
    below.set_xlabel("probability of the predicted class")
    return _finish(drawn, [above, below], path)


def draw_scatter(truth: ArrayLike, predicted: ArrayLike, path: Path) -> Figure:
    """What was predicted over what is true; the line is where both are equal."""
    true, said = np.asarray(truth, dtype=np.float64), np.asarray(predicted, dtype=np.float64)
    drawn, (axis,) = _panels(1, side=3.8)
    dots = max(0.05, min(0.8, 100 / len(true)))
    axis.scatter(true, said, s=10, color=BLUE, alpha=dots, linewidths=0)
    middle = float(true.mean())
    axis.axline((middle, middle), slope=1, color=GREY, linewidth=1, linestyle="--", label="equal")
    axis.set_xlabel("true")
    axis.set_ylabel("predicted")
    axis.set_title(
        f"{len(true):,} examples, off by {np.abs(true - said).mean():.3g} in the mean", fontsize=10
    )
    axis.legend(frameon=False, fontsize=8)
    return _finish(drawn, [axis], path)


def _short(label: str) -> str:
    line = " ".join(label.split())
    return line if len(line) <= NAME else f"{line[: NAME - 1]}…"


def _panels(
    n: int, *, columns: int = 2, side: float | None = None, heights: Sequence[float] = (1,)
) -> tuple[Figure, list[Axes]]:
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtra("pictures", "plots") from None
    columns = min(columns, n)
    lines = -(-n // columns)
    size = (side + 0.8, side) if side else (4.2 * columns, 2.4 * lines + 0.7)
    figure = Figure(figsize=size, dpi=150, layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(lines, columns, height_ratios=list(heights))
    return figure, [figure.add_subplot(grid[place]) for place in range(n)]


def _finish(
    figure: Figure, axes: Sequence[Axes], path: Path, *, grid: bool = True, size: float = 8
) -> Figure:
    for axis in axes:
        axis.spines[["top", "right"]].set_visible(False)
        axis.set_axisbelow(True)
        if grid:
            axis.grid(axis="y", color="0.92", linewidth=0.8)
        axis.tick_params(labelsize=size)
        axis.xaxis.label.set_fontsize(9)
        axis.yaxis.label.set_fontsize(9)
        for word in (*axis.get_xticklabels(), *axis.get_yticklabels()):
            word.set_parse_math(False)  # a label with two $ is no formula
    try:
        with warnings.catch_warnings():
            # a label in a script that the font lacks
            warnings.filterwarnings("ignore", message="Glyph .* missing from")
            figure.savefig(path, format="png")
    except OSError as error:
        raise BadFolder(
            f"{path} cannot be written: {error.strerror or error}; make room, or name another folder"
        ) from None
    return figure
