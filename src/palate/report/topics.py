"""Topics of a pile: what its texts are about, each with its words, a label and a text that stands for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from palate.errors import BadValue
from palate.frames import frame, table_html
from palate.insight.class_words import class_tfidf, first_words
from palate.insight.lda import lda
from palate.insight.topic_model import NO_TOPIC, TopicModel, usual_k
from palate.report.wording import worded

if TYPE_CHECKING:
    from pandas import DataFrame

    from palate.parts import Matrix, Rows
    from palate.report.pile import Pile

TopicMethod = Literal["vectors", "lda"]
N_WORDS = 8  # of a topic
LABEL_WORDS = 2
WORDED_TEXTS = 50_000  # of which the words are counted, where there are more


@dataclass(frozen=True)
class Topic:
    """id: it stays the same when texts are added. label: short. words: what sets it apart, the first most.
    representative: index of the text nearest to its centre.
    """

    id: int
    label: str
    words: tuple[str, ...]
    size: int
    representative: int


@dataclass(frozen=True, eq=False)
class Topics:
    """The topics of n texts. of_text: (n,) id of each text's, -1 for none. topics: the largest first."""

    pile: Pile
    of_text: Rows
    topics: tuple[Topic, ...]
    method: TopicMethod = "vectors"

    @property
    def n_without(self) -> int:
        """How many texts are of no topic."""
        return int(np.count_nonzero(self.of_text == NO_TOPIC))

    def topic(self, id: int) -> Topic:
        """Raises BadValue for an id that no topic has."""
        for topic in self.topics:
            if topic.id == id:
                return topic
        known = ", ".join(str(topic.id) for topic in self.topics)
        raise BadValue(f"there is no topic {id}; the topics are: {known or 'none'}")

    def shape(self) -> list[dict[str, Any]]:
        """Returns one object a topic, for JSON."""
        return [
            {
                "topic": topic.id,
                "label": topic.label,
                "size": topic.size,
                "words": list(topic.words),
                "text": self.pile.texts[topic.representative].id,
            }
            for topic in self.topics
        ]

    def to_frame(self) -> DataFrame:
        """Returns the topics as a data frame. Raises MissingExtra without [insight]."""
        return frame(self._columns())

    def _repr_html_(self) -> str:
        return table_html(self._columns(), f"{len(self.topics)} topics of {len(self.pile):,} texts")

    def _columns(self) -> dict[str, list[Any]]:
        return {
            "topic": [topic.id for topic in self.topics],
            "label": [topic.label for topic in self.topics],
            "size": [topic.size for topic in self.topics],
            "words": [", ".join(topic.words) for topic in self.topics],
            "text": [self.pile.texts[topic.representative].id for topic in self.topics],
        }


def topics_of(pile: Pile, *, method: TopicMethod = "vectors", k: int | None = None, seed: int = 0) -> Topics:
    """Finds the topics of a pile. k: how many; None lets their number grow with the cube root of the texts.

    vectors: texts with near vectors are of a topic; use it first. lda: texts with the same words are; use it
    where there is no encoder for the texts. Costs 6 s for 12,000 texts, lda 30 s. Raises BadValue for too
    few texts, MissingExtra without [insight].
    """
    if method == "lda":
        return _by_words(pile, k or usual_k(len(pile)), seed)
    model, of_text = TopicModel.fit(pile.vectors, k=k, seed=seed)
    return described(pile, of_text, model.directions.cosines(pile.vectors), model.ids)


def described(
    pile: Pile, of_text: Rows, nearness: Matrix, ids: Rows, labels: Mapping[int, str] | None = None
) -> Topics:
    """Returns topics with their words and representative texts.

    nearness: (n, t) of texts to the t topics of some ids. labels: by id, those that a person gave.
    """
    present = [int(id) for id in ids if np.any(of_text == id)]
    words = words_of_groups(pile, of_text, present)
    found = []
    for id, of_topic in zip(present, words, strict=True):
        members = np.flatnonzero(of_text == id)
        column = int(np.flatnonzero(ids == id)[0])
        label = (labels or {}).get(id) or ", ".join(of_topic[:LABEL_WORDS]) or f"topic {id}"
        best = int(members[nearness[members, column].argmax()])
        found.append(Topic(id, label, of_topic, len(members), best))
    found.sort(key=lambda topic: (-topic.size, topic.id))
    return Topics(pile, of_text, tuple(found))


def words_of_groups(pile: Pile, of_text: Rows, groups: Sequence[int]) -> list[tuple[str, ...]]:
    """Returns the terms that set each group apart. Of more than 50,000 texts every m-th is read."""
    step = -(-len(pile) // WORDED_TEXTS)
    read = np.arange(0, len(pile), max(step, 1))
    counts, vocabulary = worded([pile.texts[index].content for index in read.tolist()])
    positions = {group: position for position, group in enumerate(groups)}
    codes = np.array([positions.get(int(group), -1) for group in of_text[read]], np.int64)
    return first_words(class_tfidf(counts, codes, len(groups)), vocabulary, N_WORDS)


def _by_words(pile: Pile, k: int, seed: int) -> Topics:
    counts, _ = worded([text.content for text in pile.texts])
    shares = lda(counts, k, seed=seed)
    is_silent = np.asarray(counts.sum(axis=1)).ravel() == 0
    of_text = np.where(is_silent, NO_TOPIC, shares.argmax(axis=1) + 1)
    return replace(described(pile, of_text, shares, np.arange(1, k + 1)), method="lda")
