"""MapScene: a map as it is drawn, with the colour of every point, a legend and labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from palate.insight.palette import MAGNITUDES, NONE, OTHER, SIGNED, category_colour
from palate.parts import Matrix, Vector

N_CATEGORIES = 8  # that have a colour of their own; the rest share one
LEVELS = 254  # of a magnitude; code 255 is for texts that have none
NO_CODE = 255
N_BANDS = 5  # of a magnitude, in the legend
REST = "all others"

Codes = np.ndarray[tuple[int], np.dtype[np.uint8]]
Ranks = np.ndarray[tuple[int], np.dtype[np.int64]]


class LegendEntry(NamedTuple):
    """code, last: the first and the last code of the points that it names."""

    code: int
    label: str
    colour: str
    size: int
    last: int


class Label(NamedTuple):
    """What a part of the map is about. x, y: where. size: texts; the larger ones are shown first."""

    text: str
    x: float
    y: float
    size: int


@dataclass(frozen=True, eq=False)
class Colouring:
    """The colours of n points. name: what they show. codes: (n,) 255 for none. colours: of codes from 0 on;
    for a magnitude LEVELS + 1 of them. legend: categories, or bands of a magnitude. ends: what the lowest and
    the highest colour of a magnitude stand for; empty for categories. repeated: whether one colour may stand
    for several categories.
    """

    name: str
    codes: Codes
    colours: tuple[str, ...]
    legend: tuple[LegendEntry, ...] = ()
    ends: tuple[str, str] | None = None
    repeated: bool = False


def by_category(name: str, categories: Sequence[str]) -> Colouring:
    """Colours points by category: the eight most frequent have their own colour, "" is none.

    >>> found = by_category("source", ["a", "b", "a", ""])
    >>> found.codes.tolist(), [(entry.label, entry.size) for entry in found.legend]
    ([0, 1, 0, 255], [('a', 2), ('b', 1), ('none', 1)])
    """
    names, ranks, sizes = _ranked(categories)
    own = len(names) if len(names) <= N_CATEGORIES else N_CATEGORIES - 1
    return _categories(name, names[:own], ranks, sizes, [category_colour(rank) for rank in range(own)])


def by_region(name: str, categories: Sequence[str], positions: Matrix) -> Colouring:
    """Colours points by category where each has a region of the map, as topics and clusters have.

    The 254 most frequent keep a code and a line of the legend each. As on a political map, colours repeat
    from the ninth on, and those that lie near each other differ. positions: (n, 2).

    >>> positions = np.array([[0.0, 0.0], [0.0, 1.0]])
    >>> by_region("topic", ["a", "b"], positions).codes.tolist()
    [0, 1]
    """
    names, ranks, sizes = _ranked(categories)
    own = min(len(names), LEVELS)
    centres = np.array([np.median(positions[ranks == rank], axis=0) for rank in range(own)]).reshape(own, 2)
    colours = [category_colour(colour) for colour in colours_apart(centres, N_CATEGORIES)]
    return replace(_categories(name, names[:own], ranks, sizes, colours), repeated=own > N_CATEGORIES)


def colours_apart(centres: Matrix, n_colours: int) -> list[int]:
    """Returns a colour for each of some (n, 2) centres, in their order: first those that are free, then that
    whose nearest centre is the farthest away.

    >>> colours_apart(np.array([[0.0, 0.0], [1.0, 0.0], [1.2, 0.0]]), 2)
    [0, 1, 0]
    """
    colours: list[int] = []
    for index, centre in enumerate(centres):
        if index < n_colours:
            colours.append(index)
            continue
        distances = np.linalg.norm(centres[:index] - centre, axis=1)
        nearest = [distances[np.array(colours) == colour].min() for colour in range(n_colours)]
        colours.append(int(np.argmax(nearest)))
    return colours


def by_magnitude(
    name: str,
    values: Vector,
    *,
    low: float | None = None,
    high: float | None = None,
    ends: tuple[str, str] | None = None,
    written: Callable[[float], str] = "{:.3g}".format,
) -> Colouring:
    """Colours points by a number, NaN for none; low below 0 gives two colours with grey between.

    low, high: of the scale; None for the smallest and largest value. ends: what these are called. written:
    a value as it is shown.

    >>> by_magnitude("value", np.array([0.0, 0.5, 1.0, np.nan])).codes.tolist()
    [0, 127, 254, 255]
    """
    known = np.isfinite(values)
    low = float(values[known].min()) if low is None and known.any() else low or 0.0
    high = float(values[known].max()) if high is None and known.any() else high or 1.0
    width = high - low or 1.0
    codes = np.full(len(values), NO_CODE, np.uint8)
    codes[known] = np.clip((values[known] - low) / width * LEVELS, 0, LEVELS).astype(np.uint8)
    stops = SIGNED if low < 0 < high else MAGNITUDES
    colours = tuple(_between(stops, level / LEVELS) for level in range(LEVELS + 1))
    legend = []
    for band in range(N_BANDS):
        first, last = (-(-at * (LEVELS + 1) // N_BANDS) for at in (band, band + 1))
        label = " to ".join(written(low + width * (band + end) / N_BANDS) for end in (0, 1))
        size = int(np.count_nonzero((codes >= first) & (codes < last)))
        legend.append(LegendEntry(first, label, colours[(first + last) // 2], size, last - 1))
    return Colouring(name, codes, colours, (*legend, *_none(codes)), ends or (written(low), written(high)))


def _ranked(categories: Sequence[str]) -> tuple[list[str], Ranks, list[int]]:
    """Returns the names, the most frequent first, each text's rank among them, -1 for "", and their sizes."""
    names, inverse, sizes = np.unique(
        np.asarray(categories, object).astype(str), return_inverse=True, return_counts=True
    )
    order = sorted((index for index in range(len(names)) if names[index]), key=lambda index: -sizes[index])
    rank_of = np.full(len(names), -1)
    rank_of[order] = np.arange(len(order))
    return [str(names[index]) for index in order], rank_of[inverse], [int(sizes[index]) for index in order]


def _categories(
    name: str, own: Sequence[str], ranks: Ranks, sizes: Sequence[int], colours: Sequence[str]
) -> Colouring:
    """own: the names that keep a code; the others share the next."""
    codes = np.where(ranks < 0, NO_CODE, np.minimum(ranks, len(own))).astype(np.uint8)
    legend = [
        LegendEntry(code, label, colour, size, code)
        for code, (label, colour, size) in enumerate(zip(own, colours, sizes, strict=False))
    ]
    if n_rest := sum(sizes[len(own) :]):
        legend.append(LegendEntry(len(own), REST, OTHER, n_rest, len(own)))
    return Colouring(name, codes, (*colours, OTHER), (*legend, *_none(codes)))


def _none(codes: Codes) -> list[LegendEntry]:
    n_none = int(np.count_nonzero(codes == NO_CODE))
    return [LegendEntry(NO_CODE, "none", NONE, n_none, NO_CODE)] if n_none else []


def unit_square(positions: Matrix) -> Matrix:
    """Returns (n, 2) positions moved into the unit square, alike in both directions, with a margin."""
    low, high = positions.min(axis=0), positions.max(axis=0)
    width = float((high - low).max()) or 1.0
    return np.asarray(0.5 + (positions - (low + high) / 2) / width * 0.96, dtype=np.float64)


def _between(stops: Sequence[str], share: float) -> str:
    step = share * (len(stops) - 1)
    first = min(int(step), len(stops) - 2)
    rest = step - first
    parts = [
        round(int(stops[first][at : at + 2], 16) * (1 - rest) + int(stops[first + 1][at : at + 2], 16) * rest)
        for at in (1, 3, 5)
    ]
    return "#" + "".join(f"{part:02X}" for part in parts)
