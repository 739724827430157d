"""Pictures of a training and of its figures, as PNG. Each function writes one, and returns it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from palate.errors import BadFolder, MissingExtra
from palate.training.run.metrics import BINS, Bin, calibration_error

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# told apart with every kind of colour blindness (Okabe and Ito, 2008)
BLUE, RED, GREY = "#0072B2", "#D55E00", "0.55"
TRAINING_STYLE: Mapping[str, Any] = {"color": BLUE, "label": "training"}
VALIDATION_STYLE: Mapping[str, Any] = {"color": RED, "label": "validation", "marker": "o", "markersize": 4}
MAX_NUMBERED_CLASSES = 20  # most classes of which a confusion is also written in numbers
MAX_LABEL_CHARS = 24  # characters of a label that are shown


def draw_report(folder: Path, drawings: Mapping[str, Callable[[Path], object]]) -> tuple[str, ...]:
    """Draws each picture to folder/NAME.png, and returns the notes of the report: without [plots] that there
    are no pictures.

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
    history: Sequence[Mapping[str, float]],
    path: Path,
    *,
    figure: str | None = None,
    best_step: int | None = None,
) -> Figure:
    """Draws the loss of training and validation by epoch and, in a second panel, the figure by which weights
    were chosen.

    history: the log of a TrainingRun. figure: as it is named there, with or without eval_ before it.
    best_step: the step whose weights were kept; it is marked.
    """
    chosen = None if figure is None else f"eval_{figure.removeprefix('eval_')}"
    panels = [("loss", ["loss", "eval_loss"])]
    if chosen not in (None, "eval_loss"):
        panels.append((str(chosen).removeprefix("eval_").replace("_", " "), [str(chosen)]))
    canvas, axes = _panels(len(panels))
    best_epoch = next(
        (logs["epoch"] for logs in history if logs.get("step") == best_step and "epoch" in logs), None
    )
    for axis, (title, keys) in zip(axes, panels, strict=True):
        for key in keys:
            points = [logs for logs in history if key in logs]
            axis.plot(
                [logs["epoch"] for logs in points],
                [logs[key] for logs in points],
                **(TRAINING_STYLE if key == "loss" else VALIDATION_STYLE),
            )
        if best_epoch is not None:
            axis.axvline(best_epoch, color=GREY, linestyle="--", linewidth=1, label="weights kept", zorder=0)
        axis.set_xlabel("epoch")
        axis.set_title(title, fontsize=10)
        axis.legend(frameon=False, fontsize=8)
    return _save(canvas, axes, path)


def draw_confusion(labels: Sequence[str], confusion: Sequence[Sequence[int]], path: Path) -> Figure:
    """Draws how often each true class, a row, was predicted as each class, a column; shaded by its share of
    the row.
    """
    counts = np.asarray(confusion)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    n = len(labels)
    canvas, (axis,) = _panels(1, side=max(3.4, min(2.2 + 0.5 * n, 14)))
    image = axis.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    names = [_short(label) for label in labels]
    size = 8 if n <= MAX_NUMBERED_CLASSES else 5
    long = max(map(len, names)) > 4
    axis.set_xticks(range(n), names, rotation=45 if long else 0, ha="right" if long else "center")
    axis.set_yticks(range(n), names)
    if n <= MAX_NUMBERED_CLASSES:
        for row, column in np.ndindex(n, n):
            shade = "white" if shares[row, column] > 0.6 else "black"
            axis.text(
                column, row, f"{counts[row, column]}", ha="center", va="center", fontsize=8, color=shade
            )
    axis.set_xlabel("predicted")
    axis.set_ylabel("true")
    axis.set_title(f"{int(counts.trace()):,} of {int(counts.sum()):,} right", fontsize=10)
    canvas.colorbar(image, ax=axis, shrink=0.7, label="share of the true class").ax.tick_params(labelsize=8)
    return _save(canvas, [axis], path, grid=False, size=size)


def draw_calibration(bins: Sequence[Bin], path: Path) -> Figure:
    """Draws the share of correct predictions by their confidence; below it the count of predictions."""
    canvas, (above, below) = _panels(2, columns=1, heights=(3, 1))
    above.axline((0, 0), slope=1, color="0.75", linewidth=0.8, zorder=0, label="as sure as right")
    confidence, accuracy = [bin_.confidence for bin_ in bins], [bin_.accuracy for bin_ in bins]
    above.plot(confidence, accuracy, color=BLUE, marker="o", markersize=4, label="predictions")
    above.set_xlim(0, 1)
    above.set_ylim(0, 1.02)
    above.set_ylabel("share that was right")
    above.set_title(f"expected calibration error {calibration_error(bins):.3f}", fontsize=10)
    above.legend(frameon=False, fontsize=8, loc="upper left")
    below.bar(
        [bin_.low for bin_ in bins],
        [bin_.n for bin_ in bins],
        width=1 / BINS,
        align="edge",
        color=BLUE,
        edgecolor="white",
    )
    below.set_xlim(0, 1)
    below.set_ylabel("predictions")
    below.set_xlabel("probability of what is predicted")
    return _save(canvas, [above, below], path)


def draw_scatter(truth: ArrayLike, predicted: ArrayLike, path: Path) -> Figure:
    """Draws predictions over true values; the line is where both are equal."""
    true, predictions = np.asarray(truth, dtype=np.float64), np.asarray(predicted, dtype=np.float64)
    canvas, (axis,) = _panels(1, side=3.8)
    opacity = max(0.05, min(0.8, 100 / len(true)))
    axis.scatter(true, predictions, s=10, color=BLUE, alpha=opacity, linewidths=0)
    mean_true = float(true.mean())
    axis.axline((mean_true, mean_true), slope=1, color=GREY, linewidth=1, linestyle="--", label="equal")
    axis.set_xlabel("true")
    axis.set_ylabel("predicted")
    axis.set_title(
        f"{len(true):,} examples, off by {np.abs(true - predictions).mean():.3g} in the mean", fontsize=10
    )
    axis.legend(frameon=False, fontsize=8)
    return _save(canvas, [axis], path)


def _short(label: str) -> str:
    line = " ".join(label.split())
    return line if len(line) <= MAX_LABEL_CHARS else f"{line[: MAX_LABEL_CHARS - 1]}…"


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
    return figure, [figure.add_subplot(grid[index]) for index in range(n)]


def _save(figure: Figure, axes: Sequence[Axes], path: Path, *, grid: bool = True, size: float = 8) -> Figure:
    for axis in axes:
        axis.spines[["top", "right"]].set_visible(False)
        axis.set_axisbelow(True)
        if grid:
            axis.grid(axis="y", color="0.92", linewidth=0.8)
        axis.tick_params(labelsize=size)
        axis.xaxis.label.set_fontsize(9)
        axis.yaxis.label.set_fontsize(9)
        for label in (*axis.get_xticklabels(), *axis.get_yticklabels()):
            label.set_parse_math(False)  # a label with two $ is no formula
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
