"""Time picture: shares of groups over time as lines, one small panel each, by matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from palate.errors import BadFolder, MissingExtra
from palate.insight.palette import CATEGORIES

if TYPE_CHECKING:
    from palate.insight.over_time import OverTime

COLUMNS = 4
MAX_PANELS = 24  # the largest groups
MAX_LABEL_CHARACTERS = 30


def draw_over_time(found: OverTime, labels: Sequence[str], path: Path) -> None:
    """Draws a panel for each group, all on one scale, as PNG or SVG by the name of the file.

    Groups beyond the 24 largest are not drawn; the title says so. Raises MissingExtra without [plots],
    BadFolder where the file cannot be written.
    """
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        raise MissingExtra("a picture", "plots") from None
    order = found.counts.sum(axis=0).argsort(kind="stable")[::-1][:MAX_PANELS]
    rows = max(1, -(-len(order) // COLUMNS))
    figure = Figure(figsize=(3 * COLUMNS, 1.6 * rows + 0.8), layout="constrained")
    panels = figure.subplots(rows, COLUMNS, sharex=True, sharey=True, squeeze=False)
    shares = 100 * found.shares
    for panel, group in zip(panels.flat, order, strict=False):
        panel.fill_between(range(len(shares)), shares[:, group], color=CATEGORIES[0], alpha=0.25)
        panel.plot(shares[:, group], color=CATEGORIES[0], linewidth=1.5)
        panel.set_title(_short(labels[group]), fontsize=9)
        ticks = sorted({0, (len(shares) - 1) // 2, len(shares) - 1})
        panel.set_xticks(ticks, [found.periods[tick] for tick in ticks], fontsize=7)
        panel.tick_params(axis="y", labelsize=7)
        panel.spines[["top", "right"]].set_visible(False)
    for panel in panels.flat[len(order) :]:
        panel.set_visible(False)
    left_out = len(labels) - len(order)
    more = f"; the {left_out} smallest are not shown" if left_out else ""
    undated = f"; {found.n_undated} texts have no date" if found.n_undated else ""
    figure.suptitle(f"Share of the texts of each period, in percent{more}{undated}", fontsize=10)
    try:
        figure.savefig(path, dpi=150)
    except OSError as error:
        raise BadFolder(f"{path} cannot be written: {error.strerror}; name another file") from None


def _short(label: str) -> str:
    return label if len(label) <= MAX_LABEL_CHARACTERS else label[: MAX_LABEL_CHARACTERS - 1] + "…"
