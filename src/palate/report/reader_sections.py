"""Sections of a report on what a reader likes: values with their doubt, words, topics, blind spots."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from shlex import quote
from typing import TYPE_CHECKING

import numpy as np

from palate.insight.blind_spots import BlindSpot, blind_spots
from palate.insight.chart import column_chart
from palate.insight.interval import liked_share
from palate.report.pile import likings_of
from palate.report.section import Bar, Interval, Section, SignedBar, Table, counted, listed, title_of
from palate.report.taste_words import taste_words

if TYPE_CHECKING:
    from palate.features import Rows, Vector
    from palate.reader import Reader
    from palate.report.pile import Pile
    from palate.report.topics import Topics

SCORE_BINS = 20
MAX_TEXTS = 8  # best ones listed
MAX_WORDS = 15  # each way
MAX_TOPICS = 8  # each way
MAX_SPOTS = 6
MAX_TEXTS_OF_SPOTS = 20_000


@dataclass(frozen=True, eq=False)
class ReaderView:
    """What a reader makes of a pile of n texts."""

    pile: Pile
    reader: Reader

    @cached_property
    def likings(self) -> Vector:
        """(n,) judgements, NaN for none."""
        return likings_of(self.pile, self.reader)

    @cached_property
    def _values(self) -> tuple[Vector, Vector]:
        values = self.reader.value(self.pile.texts)
        return np.array([one.mean for one in values]), np.array([one.sd for one in values])

    @property
    def means(self) -> Vector:
        """(n,) chance of a like."""
        return self._values[0]

    @property
    def doubts(self) -> Vector:
        """(n,) its standard deviation."""
        return self._values[1]


def values_section(view: ReaderView) -> Section:
    """Says how the values spread and how sure they are, and names the best texts."""
    means, doubts = view.means, view.doubts
    counts, _ = np.histogram(means, SCORE_BINS, (0.0, 1.0))
    names = [str(round(100 * index / SCORE_BINS)) for index in range(SCORE_BINS)]
    chart = column_chart("Values", ("score, 0 to 100", "texts"), counts.tolist(), names)
    open_ones = int(np.sum(np.abs(means - 0.5) < doubts))
    sentences = (
        "A score is the chance in 100 that this reader likes a text."
        f" {counted(int(np.sum(means >= 0.8)), 'text')} of {len(means):,} score 80 or more,"
        f" {int(np.sum(means <= 0.2)):,} score 20 or less.",
        f"The taste is sure of a score to within ±{100 * np.median(doubts):.0f} for half of the texts;"
        f" for {open_ones:,} it cannot tell on which side of 50 they are.",
    )
    best = np.argsort(-means, kind="stable")
    best = best[np.isnan(view.likings[best])][:MAX_TEXTS]
    rows = tuple((*_score(view, index), title_of(view.pile.texts[index])) for index in best.tolist())
    table = Table("Best texts not judged yet", ("score", "±", "", "text"), rows, ("text",))
    return Section(
        "values",
        "Values",
        "What this reader likes, and how sure we are",
        sentences,
        (chart,),
        (table,),
    )


def words_section(view: ReaderView) -> Section:
    """Says which words and blocks of features carry the taste."""
    found = taste_words(view.pile, view.reader, view.means)
    largest = max((abs(amount) for _, amount in (*found.up[:1], *found.down[:1])), default=0.0) or 1.0
    tables = [
        Table(
            title,
            ("word", "log odds", ""),
            tuple((word, f"{amount:+.3f}", SignedBar(amount, largest)) for word, amount in words[:MAX_WORDS]),
            ("word",),
        )
        for title, words in (("Words that pull up", found.up), ("Words that pull down", found.down))
        if words
    ]
    total = sum(amount for _, amount in found.blocks) or 1.0
    blocks = tuple((name, f"{amount / total:.0%}", Bar(amount, total)) for name, amount in found.blocks)
    tables.append(Table("What values are made of", ("features", "share", ""), blocks, ("features",)))
    words = [word for word, _ in found.up[:5]]
    sentences = [
        f"Added up over {counted(found.n, 'text')} at both ends of the ranking, in log odds a text:"
        " a word counts by its meaning and by itself.",
        *([f"Most of all, this reader's taste turns on {listed(words)}."] if words else []),
    ]
    return Section("words", "Words", "The words of this taste", tuple(sentences), tables=tuple(tables))


def liked_topics_section(view: ReaderView, topics: Topics) -> Section:
    """Says which topics are liked and disliked, by judgements with their interval and by the taste."""
    lines = []
    for topic in topics.topics:
        members = np.asarray(topics.of_text) == topic.id
        likings = view.likings[members]
        stated = (1 + likings[np.isfinite(likings)]) / 2
        likes, dislikes = float(stated.sum()), float((1 - stated).sum())
        lines.append((float(view.means[members].mean()), topic.label, topic.size, likes, dislikes))
    lines.sort(reverse=True)
    high, low = lines[:MAX_TOPICS], lines[MAX_TOPICS:][::-1][:MAX_TOPICS]
    judged = sum(1 for line in lines if line[3] + line[4])
    sentences = [
        f"{judged} of {counted(len(lines), 'topic')} have been judged. The bar is the share of likes among"
        " judgements, the line over it where that share lies with 95 % certainty: it is long where few were"
        " judged.",
    ]
    if not np.any(view.likings < 0):
        sentences.append(
            "Nothing was disliked yet, so the taste cannot tell what to avoid: judge a dislike, too."
        )
    columns = ("topic", "texts", "mean score", "liked", "disliked", "share of likes")
    tables = tuple(
        Table(title, columns, tuple(map(_topic_row, chosen)), ("topic",))
        for title, chosen in (("Valued highest", high), ("Valued least", low))
        if chosen
    )
    return Section("liked", "Liked topics", "Topics liked and disliked", tuple(sentences), tables=tables)


def blind_spots_section(view: ReaderView, *, seed: int) -> Section:
    """Names dense regions of which nothing was judged and little is known, with texts to ask about."""
    n = len(view.pile)
    chosen = np.arange(n)
    if n > MAX_TEXTS_OF_SPOTS:
        chosen = np.sort(np.random.default_rng(seed).choice(n, MAX_TEXTS_OF_SPOTS, replace=False))
    judged = np.isfinite(view.likings)[chosen]
    spots = blind_spots(view.pile.vectors[chosen], judged, view.doubts[chosen], limit=MAX_SPOTS)
    title = "Blind spots"
    if not spots:
        told = "No dense region is both unjudged and doubtful: the judgements cover the texts."
        return Section("blind", title, title, (told,))
    sentences = [
        "These are regions of like texts that this reader never judged and whose values are more"
        " doubtful than most. The chance says how likely judgements spread evenly would have missed them."
        " One judgement in each teaches most: palate judge ID like, or dislike.",
    ]
    if n > MAX_TEXTS_OF_SPOTS:
        sentences.append(f"They were sought among {MAX_TEXTS_OF_SPOTS:,} of {n:,} texts, drawn by chance.")
    columns = ("region around", "texts", "doubt", "missed by chance", "texts to judge")
    rows = tuple(_spot_row(view, spot, chosen) for spot in spots)
    table = Table("Regions never judged", columns, rows, ("region around", "texts to judge"))
    return Section("blind", title, title, tuple(sentences), tables=(table,))


def _spot_row(view: ReaderView, spot: BlindSpot, chosen: Rows) -> tuple[str | int, ...]:
    texts = [view.pile.texts[int(chosen[index])] for index in spot.texts]
    ids = ", ".join(quote(text.id) for text in texts)
    return title_of(texts[0]), spot.size, f"±{100 * spot.doubt:.0f}", f"{spot.chance:.1%}", ids


def _topic_row(line: tuple[float, str, int, float, float]) -> tuple[str | int | Interval, ...]:
    mean, label, size, likes, dislikes = line
    share = Interval(*liked_share(likes, dislikes)) if likes + dislikes else "never judged"
    return (label, size, round(100 * mean), f"{likes:g}", f"{dislikes:g}", share)


def _score(view: ReaderView, index: int) -> tuple[int, int, Interval]:
    mean, doubt = float(view.means[index]), float(view.doubts[index])
    low, high = max(mean - doubt, 0.0), min(mean + doubt, 1.0)
    return round(100 * mean), round(100 * doubt), Interval(mean, low, high)
