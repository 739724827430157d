"""Sentiment of a pile: how well or ill each text speaks, and the words that carry it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from palate.errors import BadValue
from palate.feature.polarity import Polarity, polarity
from palate.frames import frame, table_html

if TYPE_CHECKING:
    from pandas import DataFrame

    from palate.parts import Vector
    from palate.report.pile import Pile

NEUTRAL = 0.05  # polarity on either side of 0 that is neither (Hutto and Gilbert)
POSITIVE = ("positive", "pos", "1", "good", "like", "liked", "4", "5")  # what a class is called that is one


class SentimentTotal(NamedTuple):
    """Of the texts of one source or month: how many, how many speak well and ill, and their mean polarity."""

    name: str
    n: int
    n_positive: int
    n_negative: int
    mean: float


@dataclass(frozen=True, eq=False)
class Sentiments:
    """polarities: (n,) -1 to 1. words: of each text those that carried it, with their share; empty where a
    classifier was asked.
    """

    pile: Pile
    polarities: Vector
    words: tuple[tuple[tuple[str, float], ...], ...]

    def totals(self, by: Literal["source", "month"]) -> tuple[SentimentTotal, ...]:
        """Returns the totals of each source or month, in the order of their names.

        Texts of which it is not known are together under "". Polarity above .05 is positive, below -.05
        negative.
        """
        if by == "source":
            names = [text.source for text in self.pile.texts]
        else:
            dates = [text.published for text in self.pile.texts]
            names = ["" if date is None else f"{date:%Y-%m}" for date in dates]
        groups: dict[str, list[float]] = {}
        for name, value in zip(names, self.polarities.tolist(), strict=True):
            groups.setdefault(name, []).append(value)
        return tuple(
            SentimentTotal(
                name,
                len(values),
                sum(value > NEUTRAL for value in values),
                sum(value < -NEUTRAL for value in values),
                float(np.mean(values)),
            )
            for name, values in sorted(groups.items())
        )

    def shape(self) -> list[dict[str, Any]]:
        """Returns one object a text, for JSON."""
        return [
            {"id": text.id, "polarity": float(value), "words": dict(words)}
            for text, value, words in zip(self.pile.texts, self.polarities, self.words, strict=True)
        ]

    def to_frame(self) -> DataFrame:
        """Returns the polarities as a data frame. Raises MissingExtra without [insight]."""
        return frame(self._columns())

    def _repr_html_(self) -> str:
        return table_html(self._columns(), f"Sentiment of {len(self.pile):,} texts")

    def _columns(self) -> dict[str, Sequence[Any]]:
        return {
            "id": [text.id for text in self.pile.texts],
            "polarity": self.polarities.tolist(),
            "words": [", ".join(word for word, _ in words) for words in self.words],
        }


def sentiment_of(pile: Pile, *, model: Path | None = None) -> Sentiments:
    """Returns the polarity of every text of a pile.

    By a lexicon of English words, with negation and emphasis; or by a classifier that `palate train classify`
    made. model: its folder; of its two classes the one that is called positive counts up. Costs 0.1 ms a text
    by the lexicon. Raises BadValue for a model without such a class, MissingExtra without [bert] for a model.
    """
    if model is not None:
        return Sentiments(pile, _by_model(pile, model), tuple(() for _ in pile.texts))
    found: list[Polarity] = [polarity(text.content) for text in pile.texts]
    return Sentiments(pile, np.array([one.value for one in found]), tuple(one.words for one in found))


def _by_model(pile: Pile, model: Path) -> Vector:
    from palate.training import classify
    from palate.training.run.trained_model import read_trained_model

    labels = read_trained_model(model).labels
    positive = [index for index, label in enumerate(labels) if str(label).lower() in POSITIVE]
    if len(positive) != 1:
        raise BadValue(
            f"{model} has the classes {', '.join(map(str, labels))};"
            " sentiment needs one that is called positive"
        )
    probabilities = np.asarray(classify.predict(model, [text.content for text in pile.texts]))
    return np.asarray(2 * probabilities[:, positive[0]] - 1)
