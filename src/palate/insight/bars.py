"""Bars: a small histogram as SVG, in the colours of the page it stands in."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

WIDTH, HEIGHT = 160, 40


def bars_svg(counts: Sequence[int], title: str, *, ends: tuple[float, float] | None = None) -> str:
    """Returns bars of b counts. ends: of the range that they cover, which each bar's hint names.

    >>> bars_svg([1, 2], "a").count("<rect")
    2
    """
    largest = max(counts, default=0) or 1
    step = WIDTH / max(1, len(counts))
    rects = []
    for at, count in enumerate(counts):
        height = HEIGHT * count / largest
        hint = f"{count:,}"
        if ends:
            width = (ends[1] - ends[0]) / len(counts)
            hint = f"{ends[0] + at * width:.4g} to {ends[0] + (at + 1) * width:.4g}: {hint}"
        rects.append(
            f'<rect x="{at * step:.2f}" y="{HEIGHT - height:.2f}" width="{max(step - 1, 0.5):.2f}" '
            f'height="{height:.2f}"><title>{escape(hint)}</title></rect>'
        )
    return (
        f'<svg class="bars" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" '
        f'preserveAspectRatio="none" aria-label="{escape(title)}">{"".join(rects)}</svg>'
    )
