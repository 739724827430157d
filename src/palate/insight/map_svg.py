"""Map as SVG: points, labels and a legend, without a library."""

from html import escape

import numpy as np

from palate.insight.map_scene import NO_CODE, Colouring, Label, unit_square
from palate.insight.palette import NONE
from palate.parts import Matrix

MAX_POINTS = 6000  # of which a page stays quick; more are thinned at random, and the legend says so
SIZE, LEGEND_WIDTH = 640, 190  # pixels
MAX_LEGEND = 24
MAX_LABEL_CHARACTERS = 26
CHARACTER = 6.2  # width in pixels, about


def map_svg(
    positions: Matrix,
    colouring: Colouring,
    labels: tuple[Label, ...] = (),
    *,
    legend: bool = True,
    seed: int = 0,
) -> str:
    """Returns a map of (n, 2) positions as an SVG element that scales, of 6,000 points at most.

    Letters have the colour of the text around it, so that it may stand on white or black; a style sheet may
    give `.halo`, the rim of labels, the colour of the ground. legend: False where the page draws its own.
    """
    n = len(positions)
    square = unit_square(np.asarray(positions, np.float64)) if n else np.zeros((0, 2))
    shown = np.arange(n)
    if n > MAX_POINTS:
        shown = np.sort(np.random.default_rng(seed).choice(n, MAX_POINTS, replace=False))
    radius = 3.0 if len(shown) < 500 else 2.0 if len(shown) < 3000 else 1.5
    groups: dict[str, list[str]] = {}
    for index in shown.tolist():
        code = int(colouring.codes[index])
        colour = colouring.colours[code] if code < len(colouring.colours) else NONE
        x, y = SIZE * square[index, 0], SIZE * (1 - square[index, 1])
        groups.setdefault(colour, []).append(f"M{x:.1f} {y:.1f}h0")
    points = "".join(
        f'<path d="{"".join(moves)}" stroke="{colour}" stroke-width="{2 * radius}" stroke-linecap="round"'
        ' stroke-opacity=".75" fill="none"/>'
        for colour, moves in groups.items()
    )
    width = SIZE + LEGEND_WIDTH if legend else SIZE
    aria = f"map of {n} texts by {escape(colouring.name)}"
    font = 'font-family="system-ui,sans-serif" font-size="12" fill="currentColor"'
    opening = f'<svg viewBox="0 0 {width} {SIZE}" role="img" aria-label="{aria}" {font}>'
    return f"{opening}{points}{_labels(labels)}{_legend(colouring) if legend else ''}</svg>"


def _labels(labels: tuple[Label, ...]) -> str:
    """Draws the largest labels that do not overlap. Their x and y are of the unit square."""
    boxes: list[tuple[float, float, float, float]] = []
    drawn = []
    for label in sorted(labels, key=lambda label: -label.size):
        text = _short(label.text)
        half = len(text) * CHARACTER / 2
        x = min(max(SIZE * label.x, half), SIZE - half)
        y = SIZE * (1 - label.y)
        box = (x - half, y - 9, x + half, y + 9)
        if any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in boxes):
            continue
        boxes.append(box)
        drawn.append(
            f'<text x="{x:.0f}" y="{y + 4:.0f}" text-anchor="middle" font-weight="600" paint-order="stroke"'
            f' class="halo" stroke="#fff" stroke-width="3">{escape(text)}</text>'
        )
    return "".join(drawn)


def _legend(colouring: Colouring) -> str:
    x = SIZE + 16
    rows = [f'<text x="{x}" y="20" font-weight="600">{escape(_short(colouring.name, 24))}</text>']
    if colouring.ends is not None:
        rows += _scale(x, colouring, colouring.ends)
        return "".join(rows)
    shown, left_out = colouring.legend[:MAX_LEGEND], len(colouring.legend) - MAX_LEGEND
    for row, entry in enumerate(shown):
        y = 44 + 20 * row
        name = f"{_short(entry.label, 17)} ({entry.size:,})"
        rows.append(f'<circle cx="{x + 5}" cy="{y - 4}" r="5" fill="{entry.colour}"/>')
        rows.append(f'<text x="{x + 16}" y="{y}">{escape(name)}</text>')
    y = 44 + 20 * len(shown)
    if left_out > 0:
        rows.append(f'<text x="{x}" y="{y}">and {left_out} more</text>')
    if colouring.repeated:
        rows.append(f'<text x="{x}" y="{y + 20}">colours repeat</text>')
    return "".join(rows)


def _scale(x: int, colouring: Colouring, ends: tuple[str, str]) -> list[str]:
    """Draws the colours from the lowest to the highest, and the share of those that have none."""
    steps, width = 24, 6
    rows = []
    for step in range(steps):
        colour = colouring.colours[round(step / (steps - 1) * (len(colouring.colours) - 1))]
        rows.append(f'<rect x="{x + width * step}" y="30" width="6.5" height="12" fill="{colour}"/>')
    rows.append(f'<text x="{x}" y="60">{escape(ends[0])}</text>')
    rows.append(f'<text x="{x + width * steps}" y="60" text-anchor="end">{escape(ends[1])}</text>')
    for entry in colouring.legend:
        if entry.code == NO_CODE:
            rows.append(f'<circle cx="{x + 5}" cy="80" r="5" fill="{entry.colour}"/>')
            rows.append(f'<text x="{x + 16}" y="84">none ({entry.size:,})</text>')
    return rows


def _short(text: str, characters: int = MAX_LABEL_CHARACTERS) -> str:
    return text if len(text) <= characters else text[: characters - 1] + "…"
