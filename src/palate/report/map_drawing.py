"""Map drawing: a map with its colours and labels, as a page or a picture."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from palate.insight.map_png import draw_map
from palate.insight.map_quality import MapQuality, map_quality
from palate.insight.map_scene import Colouring, Label
from palate.insight.map_svg import map_svg
from palate.report.colouring import Colour, colouring_of, labels_of
from palate.report.map_page import map_page
from palate.report.topics import topics_of

if TYPE_CHECKING:
    from palate.parts import Matrix
    from palate.reader import Reader
    from palate.report.map import MapMethod, TextMap
    from palate.report.pile import Pile

NEIGHBOURS = 10
MIN_LABELLED_TEXTS = 30  # fewer have no topics to name


@dataclass(frozen=True, eq=False)
class DrawnMap:
    """positions: (n, 2) of the texts of a pile. quality: how well neighbours are kept; None where texts are
    few. n_unread: texts in which the encoder reads nothing, which lie together for that.
    """

    pile: Pile
    positions: Matrix
    method: MapMethod
    shares: tuple[float, ...]
    colouring: Colouring
    labels: tuple[Label, ...]
    quality: MapQuality | None

    @property
    def n_unread(self) -> int:
        return int(np.count_nonzero(~self.pile.vectors.any(axis=1)))

    def write(self, path: Path) -> None:
        """Writes HTML, SVG or PNG by the name of the file, whole or not at all. Raises OSError; MissingExtra
        for PNG without [plots]."""
        partial = path.with_name(f"{path.stem}.part{path.suffix}")
        try:
            if path.suffix.lower() == ".png":
                draw_map(self.positions, self.colouring, self.labels, partial)
            else:
                page = self.html() if path.suffix.lower() == ".html" else self.svg()
                partial.write_text(page, "utf-8")
            os.replace(partial, path)
        except OSError:
            partial.unlink(missing_ok=True)
            raise

    def html(self) -> str:
        """Returns the interactive page."""
        return map_page(
            self.pile, self.positions, self.colouring, self.labels, method=self.method, shares=self.shares
        )

    def svg(self) -> str:
        """Returns a picture that stands alone."""
        drawn = map_svg(self.positions, self.colouring, self.labels)
        return drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" style="background:#fff" ', 1)

    def _repr_html_(self) -> str:
        return map_svg(self.positions, self.colouring, self.labels)


def drawing_of(
    pile: Pile,
    found: TextMap,
    colour: Colour | None = None,
    *,
    reader: Reader | None = None,
    label: str = "label",
) -> DrawnMap:
    """Returns a map of the texts of a pile, all of which are on it, with colours and the names of its topics.

    colour: None for topics; without [insight], or where texts are too few to have any, for sources. Topics
    are named where they can be. Raises as `colouring_of`; MissingExtra without [insight] for topics and
    clusters that are asked for.
    """
    positions = found.of(pile)
    named = len(pile) >= MIN_LABELLED_TEXTS and find_spec("sklearn") is not None
    if colour is None:
        colour = "topic" if named else "source"
    topics = topics_of(pile, seed=found.seed) if named or colour == "topic" else None
    colouring = colouring_of(pile, found, colour, topics=topics, reader=reader, label=label)
    labels = labels_of(topics, positions) if topics else ()
    quality = map_quality(pile.vectors, positions, seed=found.seed) if len(pile) > 3 * NEIGHBOURS else None
    return DrawnMap(pile, positions, found.method, found.shares, colouring, labels, quality)
