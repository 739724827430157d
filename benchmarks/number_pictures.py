"""Pictures of what numbers keep: collision curves and near-duplicates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from palate.insight.palette import CATEGORIES, MAGNITUDES, OTHER

if TYPE_CHECKING:
    from number import Collisions

INK = "#1B1F24"
MARKERS = ("o", "s", "^")
STYLE: Any = {
    "font.size": 11,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": OTHER,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.hashsalt": "palate",  # equal figures give equal files
    "svg.fonttype": "none",
}
MIN_PAIRS = 50  # of a bin that is drawn


def draw_collisions(found: Mapping[str, Collisions], path: Path) -> None:
    """Draws the share of equal bits against cosine, with Charikar's line, and against words in common."""
    with rc_context(STYLE):
        figure = Figure(figsize=(9.6, 4.2), layout="constrained", facecolor="white")
        by_cosine, by_words = figure.subplots(1, 2, sharey=True)
        cosines = np.linspace(0, 1, 200)
        by_cosine.plot(
            cosines, 1 - np.arccos(cosines) / np.pi, color=INK, linewidth=1.2, label="theory: 1 − angle / π"
        )
        for (kind, collisions), colour, marker in zip(found.items(), CATEGORIES, MARKERS, strict=False):
            equal = 1 - collisions.distance / 64
            for axes, likeness in ((by_cosine, collisions.likeness), (by_words, collisions.jaccard)):
                centres, means = _binned(likeness, equal)
                axes.plot(
                    centres,
                    means,
                    marker=marker,
                    markersize=5,
                    linestyle="none" if axes is by_cosine else "-",
                    linewidth=1,
                    color=colour,
                    label=kind,
                )
        by_cosine.set(
            xlabel="cosine of the rows that are hashed", ylabel="share of equal bits", xlim=(0, 1.02)
        )
        by_words.set(xlabel="words in common (Jaccard)", xlim=(0, 1.02))
        by_cosine.legend(frameon=False, loc="upper left")
        _save(figure, path)


def draw_near_duplicates(
    within: Mapping[str, Mapping[str, Sequence[float]]], radii: Sequence[int], path: Path
) -> None:
    """Draws for each kind the share of pairs within h bits, by the share of words that were replaced."""
    with rc_context(STYLE):
        figure = Figure(figsize=(9.6, 4.4), layout="constrained", facecolor="white")
        panels: Any = figure.subplots(1, len(within), sharey=True)
        for axes, (kind, curves) in zip(panels, within.items(), strict=True):
            for index, (name, shares) in enumerate(curves.items()):
                unrelated = name == "unrelated"
                axes.plot(
                    radii,
                    shares,
                    color=INK if unrelated else _between(index / len(curves)),
                    linestyle="--" if unrelated else "-",
                    marker=None if unrelated else "osv^D*X"[index - 1],
                    markevery=4,
                    markersize=5,
                    label=name,
                )
            axes.set(title=kind, xlabel="bits that differ, at most", ylim=(-0.02, 1.02))
        panels[0].set_ylabel("share of pairs")
        figure.legend(
            *panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=4, frameon=False
        )
        _save(figure, path)


def _binned(likeness: Any, equal: Any) -> tuple[list[float], list[float]]:
    bins = np.floor(likeness * 20)
    kept = [one for one in np.unique(bins) if (bins == one).sum() >= MIN_PAIRS]
    return (
        [float(likeness[bins == one].mean()) for one in kept],
        [float(equal[bins == one].mean()) for one in kept],
    )


def _between(share: float) -> str:
    """A colour of the sequence, without its palest end, which white swallows."""
    return MAGNITUDES[min(4, int(share * 5))]


def _save(figure: Figure, path: Path) -> None:
    figure.savefig(path, metadata={"Date": None})
