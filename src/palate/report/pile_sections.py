"""Sections of a report on the texts themselves: what they are, their topics, their map, their outliers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from palate.insight.chart import Chart, column_chart
from palate.insight.map_scene import by_category
from palate.insight.map_svg import MAX_POINTS, map_svg
from palate.insight.outlier_reasons import UNUSUAL
from palate.insight.palette import CATEGORIES, OTHER
from palate.language import language_name
from palate.report.colouring import labels_of
from palate.report.section import Bar, Drawing, Section, Table, counted, listed, title_of

if TYPE_CHECKING:
    from palate.features import Vector
    from palate.report.map import TextMap
    from palate.report.outliers import Outliers
    from palate.report.pile import Pile
    from palate.report.table_profile import Profile
    from palate.report.topics import Topics

LENGTHS = (0, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 50_000)  # characters, where columns begin
NOT_KNOWN = "not known"
MAX_ROWS = 12  # of a table
MAX_TOPICS = 30  # listed
DAY_S = 86_400
SPANS_OF_DATES = ((3 * 366 * DAY_S, "%Y", "year"), (90 * DAY_S, "%Y-%m", "month"), (0, "%Y-%m-%d", "day"))


def contents(pile: Pile, profile: Profile | None) -> Section:
    """Says how many texts there are, in which languages, how long, from where and from when."""
    lengths = np.array([len(text.content) for text in pile.texts])
    languages = Counter(language_name(code) if code else NOT_KNOWN for code in pile.languages)
    sources = Counter(text.source or "not stated" for text in pile.texts)
    sentences = [
        f"{counted(len(pile), 'text')}, half of them of {int(np.median(lengths)):,} characters or more;"
        f" the shortest has {int(lengths.min()):,}, the longest {int(lengths.max()):,}.",
        _language_sentence(languages),
    ]
    dated = pile.moments[np.isfinite(pile.moments)]
    charts = [_length_chart(lengths)]
    if len(dated):
        charts.append(_date_chart(dated))
        first, last = (datetime.fromtimestamp(moment, UTC).date() for moment in (dated.min(), dated.max()))
        missing = f"; {len(pile) - len(dated):,} have no date" if len(dated) < len(pile) else ""
        sentences.append(f"They were published from {first} to {last}{missing}.")
    else:
        sentences.append("None has a date.")
    if pile.skipped:
        place, reason = next(iter(pile.skipped.items()))
        sentences.append(f"{len(pile.skipped):,} were left out of the file, the first at {place}: {reason}.")
    warnings = (
        () if profile is None else tuple((one.message, one.mend or one.advice) for one in profile.warnings)
    )
    if profile is not None and not warnings:
        sentences.append("Nothing about them needs mending.")
    tables = [_counts("Languages", "language", languages, len(pile))]
    tables += [_counts("Sources", "source", sources, len(pile))] if len(sources) > 1 else []
    return Section(
        "texts", "Texts", "What is in this pile", tuple(sentences), tuple(charts), tuple(tables), warnings
    )


def topics_section(topics: Topics) -> Section:
    """Says what the texts are about."""
    order = sorted(topics.topics, key=lambda topic: -topic.size)
    largest = max((topic.size for topic in order), default=1)
    rows = [
        (topic.label, topic.size, Bar(topic.size, largest), ", ".join(topic.words[:8])) for topic in order
    ]
    none = int(np.sum(np.asarray(topics.of_text) < 0))
    sentences = [f"The texts fall into {counted(len(order), 'topic')} by meaning."]
    sentences += [f"{counted(none, 'text')} belong to none."] if none else []
    if len(order) > MAX_TOPICS:
        sentences.append(f"The {MAX_TOPICS} largest are listed; palate topics shows all.")
    columns = ("topic", "texts", "", "words that set it apart")
    table = Table("Topics", columns, tuple(rows[:MAX_TOPICS]), ("topic", "words that set it apart"))
    return Section("topics", "Topics", "What they are about", tuple(sentences), tables=(table,))


def map_section(pile: Pile, text_map: TextMap, topics: Topics, *, seed: int) -> Section:
    """Draws the texts so that those of like meaning lie together, coloured by topic."""
    label_of = {topic.id: topic.label for topic in topics.topics}
    colouring = by_category("topic", [label_of.get(id, "") for id in topics.of_text.tolist()])
    labels = labels_of(topics, text_map.positions)
    svg = map_svg(text_map.positions, colouring, labels, legend=False, seed=seed)
    key = tuple((_style(entry.colour), f"{entry.label} ({entry.size:,})") for entry in colouring.legend)
    sentences = ["Texts that lie close together are close in meaning; the axes have no meaning of their own."]
    if text_map.shares:
        sentences.append(f"The two axes keep {sum(text_map.shares):.0%} of how the texts differ.")
    if len(pile) > MAX_POINTS:
        sentences.append(f"{MAX_POINTS:,} of {len(pile):,} texts are drawn, by chance.")
    sentences.append("To search it, to select and to zoom: palate map")
    drawing = Drawing("Map of the texts, coloured by topic", svg, key)
    return Section("map", "Map", "How they lie", tuple(sentences), drawings=(drawing,))


def outliers_section(pile: Pile, found: Outliers) -> Section:
    """Names the texts that are least like the others."""
    rows = [
        (
            round(float(one.score), 3),
            title_of(pile.texts[one.index]),
            listed(list(one.reasons) or ["far off"]),
        )
        for one in found.outliers[:MAX_ROWS]
        if one.score > UNUSUAL
    ]
    if not rows:
        return Section("outliers", "Outliers", "What does not fit", ("No text stands apart.",))
    sentences = ("These are unlike the others: look whether they belong here.",)
    table = Table("Outliers", ("score", "text", "because"), tuple(rows), ("text", "because"))
    return Section("outliers", "Outliers", "What does not fit", sentences, tables=(table,))


def _style(colour: str) -> str:
    """Returns the class of a colour of the palette."""
    return f"c{CATEGORIES.index(colour)}" if colour in CATEGORIES else "rest" if colour == OTHER else "none"


def _language_sentence(languages: Counter[str]) -> str:
    (name, count), n = languages.most_common(1)[0], languages.total()
    if len(languages) == 1:
        return f"All are in {name}." if name != NOT_KNOWN else "Their language cannot be told."
    told = name if name != NOT_KNOWN else "a language that cannot be told"
    return f"{min(count / n, 0.99):.0%} are in {told}; {counted(len(languages), 'language')} in all."


def _length_chart(lengths: Vector) -> Chart:
    starts = [start for start in LENGTHS if start <= lengths.max()]
    counts, _ = np.histogram(lengths, [*starts, np.inf])
    names = [f"{start:,}" if start < 10_000 else f"{start // 1000}k" for start in starts]
    names = [*(f"{name}+" if name == names[-1] else name for name in names)]
    return column_chart("Lengths", ("characters, from", "texts"), counts.tolist(), names)


def _date_chart(moments: Vector) -> Chart:
    span = float(moments.max() - moments.min())
    pattern, unit = next((pattern, unit) for least, pattern, unit in SPANS_OF_DATES if span >= least)
    names = [datetime.fromtimestamp(moment, UTC).strftime(pattern) for moment in moments.tolist()]
    counts = Counter(names)
    filled = _between(min(counts), max(counts), unit)
    return column_chart("Dates", (unit, "texts"), [counts[name] for name in filled], filled)


def _between(first: str, last: str, unit: str) -> Sequence[str]:
    """Returns every year, month or day from the first to the last."""
    if unit == "year":
        return [f"{year:04}" for year in range(int(first), int(last) + 1)]
    if unit == "month":
        ends = [12 * int(name[:4]) + int(name[5:]) - 1 for name in (first, last)]
        return [f"{month // 12:04}-{month % 12 + 1:02}" for month in range(ends[0], ends[1] + 1)]
    days = np.arange(np.datetime64(first), np.datetime64(last) + 1)
    return [str(day) for day in days]


def _counts(title: str, column: str, counts: Counter[str], n: int) -> Table:
    common = counts.most_common()
    rows = [(name, count, Bar(count, n)) for name, count in common[:MAX_ROWS]]
    if rest := common[MAX_ROWS:]:
        others = sum(count for _, count in rest)
        rows.append((f"{len(rest):,} others", others, Bar(others, n)))
    return Table(title, (column, "texts", ""), tuple(rows), (column,))
