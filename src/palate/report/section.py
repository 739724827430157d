"""Section: what a report says on one matter. Report: all of them, as one page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

from palate.errors import MissingExtra, PalateError
from palate.frames import frame
from palate.insight.chart import Chart
from palate.report.pages import page

if TYPE_CHECKING:
    from pandas import DataFrame

NOTEBOOK_HEIGHT = 720  # pixels


class Bar(NamedTuple):
    """A cell that is drawn as a bar from the left. amount: 0 or more, of largest."""

    amount: float
    largest: float
    kind: str = "bar"


class SignedBar(NamedTuple):
    """A cell that is drawn as a bar from the middle, to the right above 0."""

    amount: float
    largest: float
    kind: str = "signed"


class Shade(NamedTuple):
    """A cell of a count, shaded by a share from 0 to 1."""

    amount: int
    share: float
    kind: str = "shade"


class Interval(NamedTuple):
    """A cell that is drawn as a share from 0 to 1 with its interval."""

    share: float
    low: float
    high: float
    kind: str = "interval"


Cell = str | int | float | Bar | SignedBar | Shade | Interval


@dataclass(frozen=True)
class Table:
    """A table of a section. words: the columns of words; those of numbers stand to the right."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    words: tuple[str, ...] = ()

    def shape(self) -> dict[str, Any]:
        """Returns the table as JSON; of drawn cells the amounts."""
        return {
            "title": self.title,
            "columns": self.columns,
            "rows": [[*map(_plain, row)] for row in self.rows],
        }


@dataclass(frozen=True)
class Drawing:
    """A picture of a section. svg: that may be trusted. key: (style, name) of its colours."""

    title: str
    svg: str
    key: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Section:
    """What a report says on one matter.

    name: its anchor. short: its name in the bar of links. sentences: what it says, in plain words. warnings:
    (what is wrong, what mends it). pictures: (title, PNG). lacking: why there is nothing, where there is
    nothing."""

    name: str
    short: str
    title: str
    sentences: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()
    warnings: tuple[tuple[str, str], ...] = ()
    drawings: tuple[Drawing, ...] = ()
    pictures: tuple[tuple[str, bytes], ...] = ()
    lacking: str = ""

    def shape(self) -> dict[str, Any]:
        """Returns the section as JSON."""
        return {
            "section": self.name,
            "title": self.title,
            "sentences": self.sentences,
            "warnings": [{"message": message, "mend": mend} for message, mend in self.warnings],
            "tables": [table.shape() for table in self.tables],
            "charts": [{"title": chart.title, **chart.data} for chart in self.charts],
            "lacking": self.lacking or None,
        }


@dataclass(frozen=True)
class Report:
    """What is to be said on a pile of texts, a reader or a training. facts: numbers at a glance, by name."""

    title: str
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
        return frame(
            {"section": [name for name, _ in lines], "sentence": [sentence for _, sentence in lines]}
        )

    def shape(self) -> dict[str, Any]:
        """Returns the report as JSON."""
        sections = [section.shape() for section in self.sections]
        return {"report": self.title, "facts": dict(self.facts), "sections": sections}


def section_or_reason(name: str, short: str, title: str, build: Callable[[], Section]) -> Section:
    """Returns the section that `build` makes, or one that says what it lacks: an extra, more texts.

    A report is of many matters; what one of them lacks must not hide the others.
    """
    try:
        return build()
    except MissingExtra as error:
        return Section(name, short, title, lacking=str(error))
    except PalateError as error:
        return Section(name, short, title, lacking=f"This cannot be said of these texts: {error}.")


def listed(names: Sequence[str], limit: int = 5) -> str:
    """Returns names in a row for a sentence.

    >>> listed(["a", "b", "c"]), listed(["a", "b", "c"], limit=1)
    ('a, b and c', 'a and 2 more')
    """
    if len(names) > limit:
        names = [*names[:limit], f"{len(names) - limit:,} more"]
    *rest, last = names
    return f"{', '.join(rest)} and {last}" if rest else last


def counted(count: int, noun: str) -> str:
    """Returns a count with its noun.

    >>> counted(1, "text"), counted(1200, "text")
    ('1 text', '1,200 texts')
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def title_of(text: Any, limit: int = 110) -> str:
    """Returns the title of a text, or how it begins, in at most so many characters."""
    words = " ".join((text.title or text.body).split()) or text.id
    return words if len(words) <= limit else f"{words[: limit - 1].rstrip()}…"


def _plain(cell: Cell) -> Any:
    if isinstance(cell, Interval):
        return {"share": cell.share, "low": cell.low, "high": cell.high}
    return cell.amount if isinstance(cell, Bar | SignedBar | Shade) else cell
