"""Charts: lines, columns and dots in axes, as places of a drawing that a page's template draws as SVG."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

import numpy as np

from palate.parts import Vector

Range = tuple[float, float]
MAX_COLUMN_LABELS = 7  # that fit below the columns of a chart


class Mark(NamedTuple):
    """One thing drawn. kind: line, dot, interval or column. style: classes of the style sheet, such as c0 for
    the first colour. points: of a line, as SVG writes them. shapes: of the others, with a title each."""

    kind: str
    style: str
    points: str = ""
    shapes: tuple[tuple[Any, ...], ...] = ()


@dataclass(frozen=True)
class Chart:
    """A drawing of width x height units with room for its axes, and what it was made of.

    ticks: (place, label) along an axis. key: (style, name) of each colour. data: the numbers that are drawn,
    by name.
    """

    width: ClassVar[int] = 400
    height: ClassVar[int] = 256
    left: ClassVar[int] = 44
    right: ClassVar[int] = 380
    top: ClassVar[int] = 26
    bottom: ClassVar[int] = 206

    title: str
    x_label: str
    y_label: str
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    marks: tuple[Mark, ...]
    key: tuple[tuple[str, str], ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)


def line_chart(
    title: str,
    labels: tuple[str, str],
    lines: Mapping[str, tuple[Vector, Vector]],
    *,
    y_range: Range | None = None,
    dashed: Collection[str] = (),
) -> Chart:
    """Draws lines by name, each of x and y (n,), in one pair of axes.

    labels: of the axes. y_range: what the axis shows at least. dashed: names of lines to compare with.
    """
    x_range = _span(np.concatenate([x for x, _ in lines.values()]))
    ys = np.concatenate([y for _, y in lines.values()])
    axes = _Axes(x_range, _span(np.concatenate([ys, np.asarray(y_range if y_range else ())])))
    marks, key = [], []
    for index, (name, (x, y)) in enumerate(lines.items()):
        style = f"c{index}{' dashed' if name in dashed else ''}"
        marks.append(Mark("line", style, axes.points(x, y)))
        key.append((style, name))
    data = {name: {"x": x.tolist(), "y": y.tolist()} for name, (x, y) in lines.items()}
    return Chart(title, *labels, axes.x_ticks(), axes.y_ticks(), tuple(marks), tuple(key), data)


def column_chart(
    title: str, labels: tuple[str, str], counts: Sequence[float], names: Sequence[str], *, style: str = ""
) -> Chart:
    """Draws a column for each count, 0 or more, with its name below where there is room."""
    axes = _Axes((0.0, float(len(counts))), (0.0, float(max([*counts, 1]))))
    shapes = []
    for index, (count, name) in enumerate(zip(counts, names, strict=True)):
        left, right, top = axes.x(index + 0.08), axes.x(index + 0.92), axes.y(count)
        shape = (left, top, round(right - left, 1), round(Chart.bottom - top, 1), f"{name}: {count:,g}")
        shapes.append(shape)
    step = math.ceil(len(names) / MAX_COLUMN_LABELS)
    ticks = tuple((axes.x(index + 0.5), names[index]) for index in range(0, len(names), step))
    marks = (Mark("column", style, shapes=tuple(shapes)),)
    data = {"names": list(names), "counts": list(counts)}
    return Chart(title, *labels, ticks, axes.y_ticks(), marks, (), data)


def calibration_chart(title: str, bins: Sequence[Any]) -> Chart:
    """Draws what was predicted against what came, bin by bin with its interval; on the diagonal both agree.

    bins: of insight/calibration.py.
    """
    axes = _Axes((0.0, 1.0), (0.0, 1.0), percent=True)
    largest = max((one.n for one in bins), default=1)
    dots, intervals = [], []
    for one in bins:
        x, y = axes.x(one.predicted), axes.y(one.came)
        title_of_bin = f"{one.n} predicted {one.predicted:.0%}: {one.came:.0%} liked"
        dots.append((x, y, round(3 + 4 * math.sqrt(one.n / largest), 1), title_of_bin))
        intervals.append((x, axes.y(one.low), axes.y(one.high)))
    ends = np.array([0.0, 1.0])
    marks = (
        Mark("line", "expected", axes.points(ends, ends)),
        Mark("interval", "c0", shapes=tuple(intervals)),
        Mark("dot", "c0", shapes=tuple(dots)),
    )
    data = {"bins": [one._asdict() for one in bins]}
    labels = ("predicted chance of a like", "liked")
    return Chart(title, *labels, axes.x_ticks(), axes.y_ticks(), marks, (), data)


@dataclass(frozen=True)
class _Axes:
    """Where numbers of two ranges lie in a drawing."""

    x_range: Range
    y_range: Range
    percent: bool = False

    def x(self, value: float) -> float:
        low, high = self.x_range
        return round(Chart.left + (Chart.right - Chart.left) * (value - low) / (high - low), 1)

    def y(self, value: float) -> float:
        low, high = self.y_range
        return round(Chart.bottom - (Chart.bottom - Chart.top) * (value - low) / (high - low), 1)

    def points(self, x: Vector, y: Vector) -> str:
        return " ".join(
            f"{self.x(one)},{self.y(other)}" for one, other in zip(x.tolist(), y.tolist(), strict=True)
        )

    def x_ticks(self) -> tuple[tuple[float, str], ...]:
        return tuple((self.x(tick), self._label(tick)) for tick in ticks(*self.x_range))

    def y_ticks(self) -> tuple[tuple[float, str], ...]:
        return tuple((self.y(tick), self._label(tick)) for tick in ticks(*self.y_range))

    def _label(self, value: float) -> str:
        if self.percent:
            return f"{value:.0%}"
        if abs(value) < 10_000:
            return f"{value:g}"
        return f"{value / 1e3:g}k" if abs(value) < 1e6 else f"{value / 1e6:g}M"


def ticks(low: float, high: float, limit: int = 6) -> list[float]:
    """Returns round numbers from low to high: steps of 1, 2 or 5 times a power of ten, at most `limit`.

    >>> ticks(0, 1), ticks(3, 87)
    ([0.0, 0.2, 0.4, 0.6, 0.8, 1.0], [20.0, 40.0, 60.0, 80.0])
    """
    power = 10.0 ** math.floor(math.log10((high - low) / limit))
    for step in (power, 2 * power, 5 * power, 10 * power):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first < limit:
            break
    return [round(tick * step, 12) for tick in range(first, last + 1)]


def _span(values: Vector) -> Range:
    """Returns the range of some numbers, widened where it is empty."""
    low, high = float(values.min()), float(values.max())
    return (low, high) if high > low else (low - 0.5, high + 0.5)
