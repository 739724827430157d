"""Report: one page on a pile of texts, and on what a reader likes of it and how sure that is."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from palate.errors import BadValue
from palate.report import measured_sections, pile_sections, reader_sections
from palate.report.map import MapMethod, map_of
from palate.report.outliers import outliers_of
from palate.report.section import Report, Section, section_or_reason
from palate.report.topics import Topics, topics_of

if TYPE_CHECKING:
    from palate.reader import Reader
    from palate.report.pile import Pile
    from palate.report.table_profile import Profile

MAX_OUTLIERS = 12
SAME_VALUE = 1e-6  # values that differ by less tell nothing apart
MAX_TEXTS_OF_TSNE = 5_000  # beyond it takes too long beside the rest; PCA does then


def report_of(
    pile: Pile,
    reader: Reader | None = None,
    *,
    profile: Profile | None = None,
    find_topics: Callable[[], Topics] | None = None,
    seed: int = 0,
) -> Report:
    """Reports on a pile, and with a reader on what that reader likes of it.

    profile: of the pile's source, whose warnings are told. find_topics: of the pile, such as those that a
    store keeps; None finds them anew. seed: of topics and map. A section whose extra is
    missing, or that needs more texts, says so in its place. Costs topics, a map and outliers, and with
    a reader a value of every text. Raises BadValue for a pile without texts.
    """
    if not len(pile):
        raise BadValue(f"{pile.name} has no texts, so there is nothing to report; add some with: palate add")
    topics = cache(find_topics or (lambda: topics_of(pile, seed=seed)))
    sections = [
        section_or_reason(
            "texts", "Texts", "What is in this pile", lambda: pile_sections.contents(pile, profile)
        ),
        *_on_meaning(pile, topics, seed),
    ]
    facts = {"texts": f"{len(pile):,}"}
    if reader is None:
        return Report(f"Report on {pile.name}", facts, tuple(sections))
    facts |= {"reader": reader.name, "judgements": f"{len(reader.judged()):,}"}
    sections += _on_reader(pile, reader, topics, seed)
    return Report(f"Report on {pile.name} for {reader.name}", facts, tuple(sections))


def _on_meaning(pile: Pile, topics: Callable[[], Topics], seed: int) -> list[Section]:
    def mapped() -> Section:
        method: MapMethod = "tsne" if len(pile) <= MAX_TEXTS_OF_TSNE else "pca"
        return pile_sections.map_section(pile, map_of(pile, method=method, seed=seed), topics(), seed=seed)

    def outliers() -> Section:
        return pile_sections.outliers_section(pile, outliers_of(pile, limit=MAX_OUTLIERS, seed=seed))

    return [
        section_or_reason(
            "topics", "Topics", "What they are about", lambda: pile_sections.topics_section(topics())
        ),
        section_or_reason("map", "Map", "How they lie", mapped),
        section_or_reason("outliers", "Outliers", "What does not fit", outliers),
    ]


def _on_reader(pile: Pile, reader: Reader, topics: Callable[[], Topics], seed: int) -> list[Section]:
    view = reader_sections.ReaderView(pile, reader)
    if not reader.judged():
        told = f"{reader.name} has judged nothing yet; begin with: palate ask"
        nothing = Section("judgements", "Judgements", "What was judged", (told,))
        return [nothing, *_on_values(view)] if np.ptp(view.means) > SAME_VALUE else [nothing]
    return [
        *_on_values(view),
        section_or_reason(
            "liked",
            "Liked topics",
            "Topics liked and disliked",
            lambda: reader_sections.liked_topics_section(view, topics()),
        ),
        reader_sections.blind_spots_section(view, seed=seed),
        measured_sections.found_section(reader),
        measured_sections.contest_section(reader),
        measured_sections.calibration_section(reader, seed=seed),
        measured_sections.learning_section(reader),
    ]


def _on_values(view: reader_sections.ReaderView) -> list[Section]:
    return [reader_sections.values_section(view), reader_sections.words_section(view)]
