"""HeatMap: a matrix of correlations as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from palate.insight.palette import OTHER, SIGNED

if TYPE_CHECKING:
    from palate.features import Matrix

CELL, SMALL_CELL = 46, 18  # units of the picture; beyond MAX_NUMBERED columns cells are small
MAX_NUMBERED = 12  # columns whose cells show their number
MAX_NAME = 22  # characters of a name beside the matrix
CHARACTER = 7.2  # units, of a font of 12
LEGEND_HEIGHT = 44
MIN_LEGEND = 180


def heat_map_svg(names: Sequence[str], matrix: Matrix, title: str) -> str:
    """Returns the (c, c) matrix of numbers from -1 to 1 as a picture; grey where there is none.

    Each cell has a hint with both names and the number; up to MAX_NUMBERED columns it shows the number, too.

    >>> import numpy as np
    >>> heat_map_svg(["a", "b"], np.eye(2), "r").count("<title>")
    4
    """
    n, cell = len(names), CELL if len(names) <= MAX_NUMBERED else SMALL_CELL
    labels = [name if len(name) <= MAX_NAME else name[: MAX_NAME - 1] + "…" for name in names]
    margin = 8 + CHARACTER * max(map(len, labels), default=0)
    side = n * cell
    parts = []
    for row in range(n):
        middle = margin + (row + 0.5) * cell
        parts.append(
            f'<text x="{margin - 6:.1f}" y="{middle + 4:.1f}" text-anchor="end">{escape(labels[row])}</text>'
        )
        turned = f'transform="translate({middle + 4:.1f} {margin - 6:.1f}) rotate(-90)"'
        parts.append(f"<text {turned}>{escape(labels[row])}</text>")
        parts += [_cell(names, matrix, row, column, margin, cell) for column in range(n)]
    width, height = margin + max(side, MIN_LEGEND) + 12, margin + side + LEGEND_HEIGHT
    parts.append(_legend(margin, margin + side + 12))
    return (
        f'<svg class="heat" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" '
        f'role="img" aria-label="{escape(title)}" font-size="12">{"".join(parts)}</svg>'
    )


def signed_colour(r: float) -> str:
    """Returns the colour of a number from -1 to 1.

    >>> signed_colour(-1), signed_colour(0), signed_colour(1)
    ('#b35806', '#d0d3d8', '#2166ac')
    """
    at = (min(1.0, max(-1.0, r)) + 1) / 2 * (len(SIGNED) - 1)
    low = min(int(at), len(SIGNED) - 2)
    one, other = (_channels(SIGNED[index]) for index in (low, low + 1))
    mixed = (round(a + (b - a) * (at - low)) for a, b in zip(one, other, strict=True))
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))


def _cell(names: Sequence[str], matrix: Matrix, row: int, column: int, margin: float, cell: int) -> str:
    r = float(matrix[row, column])
    is_known = r == r
    colour = signed_colour(r) if is_known else OTHER
    number = f"{r:+.2f}".replace("-0.00", "0.00").replace("+0.00", "0.00") if is_known else "?"
    x, y = margin + column * cell, margin + row * cell
    hint = escape(f"{names[row]} and {names[column]}: {number}")
    rect = (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{cell - 1}" height="{cell - 1}" fill="{colour}">'
        f"<title>{hint}</title></rect>"
    )
    if cell == SMALL_CELL:
        return rect
    ink = "on-dark" if abs(r) > 0.75 else "on-light"
    at = f'x="{x + (cell - 1) / 2:.1f}" y="{y + cell / 2 + 4:.1f}"'
    return f'{rect}<text {at} text-anchor="middle" class="{ink}" pointer-events="none">{number}</text>'


def _legend(x: float, y: float) -> str:
    """Five swatches from -1 to 1."""
    step = MIN_LEGEND / len(SIGNED)
    parts = []
    for at, colour in enumerate(SIGNED):
        r = -1 + 2 * at / (len(SIGNED) - 1)
        signed = f"{r:+g}" if r else "0"
        parts.append(
            f'<rect x="{x + at * step:.1f}" y="{y:.1f}" width="{step:.1f}" height="10" fill="{colour}"/>'
        )
        parts.append(
            f'<text x="{x + (at + 0.5) * step:.1f}" y="{y + 24:.1f}" text-anchor="middle">{signed}</text>'
        )
    return "".join(parts)
