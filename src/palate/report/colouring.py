"""Colouring of a map: by value, judgement, cluster, topic, source, label, date or language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from palate.errors import BadValue
from palate.insight.map_scene import Colouring, Label, by_category, by_magnitude, unit_square
from palate.insight.over_time import day_of
from palate.language import language_name
from palate.report.clusters import clusters_of
from palate.report.pile import likings_of, values_of

if TYPE_CHECKING:
    from palate.parts import Matrix
    from palate.reader import Reader
    from palate.report.pile import Pile
    from palate.report.topics import Topics

Colour = Literal["value", "judgement", "cluster", "topic", "source", "label", "date", "language"]


def colouring_of(
    pile: Pile,
    colour: Colour,
    *,
    topics: Topics | None = None,
    reader: Reader | None = None,
    label: str = "label",
    seed: int = 0,
) -> Colouring:
    """Returns the colours of the texts of a pile.

    topics: for topic. reader: for value and judgement. label: the column that holds the label. Raises
    BadValue where what it takes is missing, or no text has a date."""
    if colour in ("value", "judgement"):
        if reader is None:
            raise BadValue(f"the colour {colour} is of a reader, so of a store; leave FILE out")
        if colour == "value":
            return by_magnitude(
                f"value for {reader.name}",
                values_of(pile, reader),
                low=0.0,
                high=1.0,
                ends=("0 disliked", "1 liked"),
            )
        return by_magnitude(
            f"judged by {reader.name}",
            likings_of(pile, reader),
            low=-1.0,
            high=1.0,
            ends=("disliked", "liked"),
        )
    if colour == "date":
        moments = pile.moments
        known = moments[np.isfinite(moments)]
        if not len(known):
            raise BadValue(f"no text of {pile.name} has a date; choose another --colour")
        return by_magnitude("date", moments, ends=(day_of(known.min()), day_of(known.max())))
    if colour == "topic" and topics is not None:
        names = {topic.id: topic.label for topic in topics.topics}
        return by_category("topic", [names.get(int(id), "") for id in topics.of_text])
    if colour == "cluster":
        found = clusters_of(pile, seed=seed)
        names = {cluster.number: ", ".join(cluster.words[:3]) for cluster in found.clusters}
        return by_category("cluster", [f"{number + 1}: {names[int(number)]}" for number in found.of_text])
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
