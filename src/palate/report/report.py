"""Report: one page on a pile of texts, and on what a reader likes of it and how sure that is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any, Literal

from palate.errors import BadValue
from palate.insight.frames import frame
from palate.report import measured_sections, pile_sections, reader_sections
from palate.report.pages import page
from palate.report.section import Section, section_or_reason

if TYPE_CHECKING:
    from pandas import DataFrame

    from palate.reader import Reader
    from palate.report.pile import Pile
    from palate.report.profile import Profile
    from palate.report.topics import Topics

MAX_OUTLIERS = 12
MAX_TEXTS_OF_TSNE = 5_000  # beyond it takes more than half a minute
NOTEBOOK_HEIGHT = 720  # pixels


@dataclass(frozen=True)
class Report:
    """What is in a pile of texts, and what a reader likes of it.

    pile: its name. reader: None where the report is on the texts alone. facts: numbers at a glance, by name.
    """

    pile: str
    reader: str | None
    facts: Mapping[str, str] = field(default_factory=dict)
    sections: tuple[Section, ...] = ()

    def html(self) -> str:
        """Returns the report as one page that loads nothing; it prints."""
        return page("report.html", report=self, sections=self.sections)

    def _repr_html_(self) -> str:
        """Returns the page in a frame of its own, for notebooks."""
        return f'<iframe srcdoc="{escape(self.html())}" width="100%" height="{NOTEBOOK_HEIGHT}"></iframe>'

    def to_frame(self) -> DataFrame:
        """Returns the sentences, with their section. Raises MissingExtra without [insight]."""
        lines = [(one.name, sentence) for one in self.sections for sentence in (*one.sentences, one.lacking)]
        lines = [line for line in lines if line[1]]
        return frame({"section": [name for name, _ in lines], "sentence": [said for _, said in lines]})

    def shape(self) -> dict[str, Any]:
        """Returns the report as JSON."""
        sections = [section.shape() for section in self.sections]
        return {"pile": self.pile, "reader": self.reader, "facts": dict(self.facts), "sections": sections}


def report_of(
    pile: Pile, reader: Reader | None = None, *, profile: Profile | None = None, seed: int = 0
) -> Report:
    """Reports on a pile, and with a reader on what that reader likes of it.

    profile: of the pile's source, whose warnings are told. seed: of topics and map. A section whose extra is
    missing, or that needs more texts, says so in its place. Costs topics, a map by PCA and outliers, a minute
    for 10,000 texts, and with a reader a value of every text. Raises BadValue for a pile without texts.
    """
    if not len(pile):
        raise BadValue(f"{pile.name} has no texts, so there is nothing to report; add some with: palate add")
    topics = _topics_of(pile, seed)
    sections = [
        section_or_reason(
            "texts", "Texts", "What is in this pile", lambda: pile_sections.contents(pile, profile)
        ),
        *_on_meaning(pile, topics, seed),
    ]
    facts = {"texts": f"{len(pile):,}"}
    if reader is not None:
        sections += _on_reader(pile, reader, topics, seed)
        facts["judgements"] = f"{len(reader.judged()):,}"
        facts["reader"] = reader.name
    return Report(pile.name, None if reader is None else reader.name, facts, tuple(sections))


def _topics_of(pile: Pile, seed: int) -> Callable[[], Topics]:
    """Returns a function that finds the topics once, when a section first needs them."""

    @cache
    def topics() -> Topics:
        from palate.report.topics import topics_of

        return topics_of(pile, seed=seed)

    return topics


def _on_meaning(pile: Pile, topics: Callable[[], Topics], seed: int) -> list[Section]:
    def mapped() -> Section:
        from palate.report.map import map_of

        method: Literal["tsne", "pca"] = "tsne" if len(pile) <= MAX_TEXTS_OF_TSNE else "pca"
        return pile_sections.map_section(pile, map_of(pile, method=method, seed=seed), topics(), seed=seed)

    def outliers() -> Section:
        from palate.report.outliers import outliers_of

        return pile_sections.outliers_section(pile, outliers_of(pile, limit=MAX_OUTLIERS))

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
        told = (
            f"{reader.name} has judged nothing yet, so nothing is known of this taste; begin with: palate ask"
        )
        return [Section("values", "Values", f"What {reader.name} likes", (told,))]
    return [
        reader_sections.values_section(view),
        reader_sections.words_section(view),
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
