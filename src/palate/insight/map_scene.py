"""MapScene: a map as it is drawn, with the colour of every point, a legend and labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from palate.insight.palette import MAGNITUDES, NONE, OTHER, SIGNED, category_colour
from palate.parts import Matrix, Vector

N_CATEGORIES = 8  # that have a colour of their own; the rest share one
LEVELS = 254  # of a magnitude; code 255 is for texts that have none
NO_CODE = 255
REST = "all others"

Codes = np.ndarray[tuple[int], np.dtype[np.uint8]]


class LegendEntry(NamedTuple):
    """code: of the points that it names."""

    code: int
    label: str
    colour: str
    size: int


class Label(NamedTuple):
    """What a part of the map is about. x, y: where. size: texts; the larger ones are shown first."""

    text: str
    x: float
    y: float
    size: int


@dataclass(frozen=True, eq=False)
class Colouring:
    """The colours of n points. name: what they show. codes: (n,) 255 for none. colours: of codes from 0 on;
    for a magnitude LEVELS + 1 of them. legend: of categories; empty for a magnitude. ends: what the lowest
    and the highest colour stand for.
    """

    name: str
    codes: Codes
    colours: tuple[str, ...]
    legend: tuple[LegendEntry, ...] = ()
    ends: tuple[str, str] = ("", "")


def by_category(name: str, categories: Sequence[str]) -> Colouring:
    """Colours points by category: the eight most frequent have their own colour, "" is none.

    >>> found = by_category("source", ["a", "b", "a", ""])
    >>> found.codes.tolist(), [(entry.label, entry.size) for entry in found.legend]
    ([0, 1, 0, 255], [('a', 2), ('b', 1), ('none', 1)])
    """
    names, inverse, sizes = np.unique(
        np.asarray(categories, object).astype(str), return_inverse=True, return_counts=True
    )
    order = sorted((index for index in range(len(names)) if names[index]), key=lambda index: -sizes[index])
    own = order if len(order) <= N_CATEGORIES else order[: N_CATEGORIES - 1]
    code_of = np.full(len(names), len(own), np.uint8)
    code_of[own] = np.arange(len(own))
    code_of[[index for index in range(len(names)) if not names[index]]] = NO_CODE
    codes = code_of[inverse].astype(np.uint8)
    legend = [
        LegendEntry(code, str(names[index]), category_colour(code), int(sizes[index]))
        for code, index in enumerate(own)
    ]
    if n_rest := int(sum(sizes[index] for index in order[len(own) :])):
        legend.append(LegendEntry(len(own), REST, OTHER, n_rest))
    if n_none := int(np.count_nonzero(codes == NO_CODE)):
        legend.append(LegendEntry(NO_CODE, "none", NONE, n_none))
    return Colouring(name, codes, (*map(category_colour, range(len(own))), OTHER), tuple(legend))


def by_magnitude(
    name: str,
    values: Vector,
    *,
    low: float | None = None,
    high: float | None = None,
    ends: tuple[str, str] | None = None,
) -> Colouring:
    """Colours points by a number, NaN for none; low below 0 gives two colours with grey between.

    low, high: of the scale; None for the smallest and largest value.

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
    return Colouring(name, codes, colours, ends=ends or (f"{low:.3g}", f"{high:.3g}"))


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
