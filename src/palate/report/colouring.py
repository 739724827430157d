"""Colouring of a map: by value, judgement, cluster, topic, source, label, date or language."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal

import numpy as np

from palate.errors import BadValue
from palate.insight.map_scene import Colouring, Label, by_category, by_magnitude, by_region, unit_square
from palate.insight.over_time import day_of
from palate.language import language_name
from palate.report.clusters import clusters_of
from palate.report.pile import likings_of, values_of

if TYPE_CHECKING:
    from palate.parts import Matrix
    from palate.reader import Reader
    from palate.report.map import TextMap
    from palate.report.pile import Pile
    from palate.report.topics import Topics

Colour = Literal["value", "judgement", "cluster", "topic", "source", "label", "date", "language"]


def colouring_of(
    pile: Pile,
    found: TextMap,
    colour: Colour,
    *,
    topics: Topics | None = None,
    reader: Reader | None = None,
    label: str = "label",
) -> Colouring:
    """Returns the colours of the texts of a pile, all of which are on a map.

    topics: for topic. reader: for value and judgement. label: the column that holds the label. Raises
    BadValue where what it takes is missing, or no text has a date; BadSource where no text has the column.
    """
    if colour in ("value", "judgement"):
        if reader is None:
            raise BadValue(f"the colour {colour} is that of a reader; name one with --reader")
        return _of_reader(pile, reader, colour == "value")
    if colour == "date":
        if not np.isfinite(pile.moments).any():
            raise BadValue(f"no text of {pile.name} has a date; choose another --colour")
        return by_magnitude("date", pile.moments, written=day_of)
    if colour == "topic":
        if topics is None:
            raise BadValue("colours by topic need topics; find them first with topics_of")
        return by_region("topic", _topic_names(topics), found.of(pile))
    if colour == "cluster":
        clusters = clusters_of(pile, seed=found.seed)
        names = [f"{cluster.number + 1}: {', '.join(cluster.words[:3])}" for cluster in clusters.clusters]
        return by_region("cluster", [names[number] for number in clusters.of_text], found.of(pile))
    if colour == "source":
        return by_category("source", [text.source for text in pile.texts])
    if colour == "language":
        return by_category("language", [language_name(code) if code else "" for code in pile.languages])
    return by_category(label, ["" if value is None else str(value) for value in pile.column(label)])


def labels_of(topics: Topics, positions: Matrix) -> tuple[Label, ...]:
    """Returns a label for each topic, at the middle of its texts, in the unit square of the map."""
    square = unit_square(np.asarray(positions, np.float64))
    found = []
    for topic in topics.topics:
        x, y = np.median(square[topics.of_text == topic.id], axis=0).tolist()
        found.append(Label(topic.label, x, y, topic.size))
    return tuple(found)


def _of_reader(pile: Pile, reader: Reader, value: bool) -> Colouring:
    if value:
        ends = ("0 disliked", "1 liked")
        values = values_of(pile, reader)
        return by_magnitude(f"value for {reader.name}", values, low=0.0, high=1.0, ends=ends)
    likings = likings_of(pile, reader)
    return by_magnitude(f"judged by {reader.name}", likings, low=-1.0, high=1.0, ends=("disliked", "liked"))


def _topic_names(topics: Topics) -> list[str]:
    """Returns the label of each text's topic, with the id where two topics have the same; "" for none."""
    often = Counter(topic.label for topic in topics.topics)
    names = {
        topic.id: topic.label if often[topic.label] == 1 else f"{topic.label} ({topic.id})"
        for topic in topics.topics
    }
    return [names.get(int(id), "") for id in topics.of_text]
