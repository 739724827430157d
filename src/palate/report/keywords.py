"""Keywords of texts, each against the pile that it is in, and of a set of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from palate.encoder.choose import make_encoder
from palate.errors import BadValue
from palate.frames import frame, table_html
from palate.insight.keywords import Keyword, keywords
from palate.report.wording import Wording, worded

if TYPE_CHECKING:
    from pandas import DataFrame

    from palate.parts import Vector
    from palate.report.pile import Pile

MAX_CANDIDATES = 60  # words of a text that are looked at in meaning: those with the highest tf-idf


@dataclass(frozen=True, eq=False)
class TextKeywords:
    """The keywords of some texts of a pile. texts: (m,) their indices. keywords: of each, best first."""

    pile: Pile
    texts: tuple[int, ...]
    keywords: tuple[tuple[Keyword, ...], ...]

    def shape(self) -> list[dict[str, Any]]:
        """Returns one object a text, for JSON."""
        return [
            {"id": self.pile.texts[index].id, "keywords": [word._asdict() for word in found]}
            for index, found in zip(self.texts, self.keywords, strict=True)
        ]

    def to_frame(self) -> DataFrame:
        """Returns one row a text. Raises MissingExtra without [insight]."""
        return frame(self._columns())

    def _repr_html_(self) -> str:
        return table_html(self._columns(), "Keywords")

    def _columns(self) -> dict[str, list[Any]]:
        return {
            "id": [self.pile.texts[index].id for index in self.texts],
            "keywords": [", ".join(word.word for word in found) for found in self.keywords],
        }


class KeywordFinder:
    """Finds the keywords of texts against the rest of a pile.

    Costs the counting of the pile's words once, 50 microseconds a text, and 10 ms for each answer. Words are
    those of two texts or more; in a pile of one text, of that one.
    """

    def __init__(self, pile: Pile, *, encoder: str = "static") -> None:
        if not len(pile):
            raise BadValue(f"{pile.name} has no texts, so no keywords; add some with: palate add")
        self._pile = pile
        self._encoder = make_encoder(encoder)

    def of_texts(self, indices: Sequence[int], *, n: int = 5) -> TextKeywords:
        """Returns the n keywords of each of some texts."""
        rows = [self._best(np.array([index]), n) for index in indices]
        return TextKeywords(self._pile, tuple(indices), tuple(rows))

    def of_set(self, indices: Sequence[int], *, n: int = 10) -> tuple[Keyword, ...]:
        """Returns the n keywords of some texts together."""
        return self._best(np.asarray(indices, np.int64), n)

    @cached_property
    def _wording(self) -> Wording:
        return worded([text.content for text in self._pile.texts])

    @cached_property
    def _rarity(self) -> Vector:
        counts = self._wording.counts
        frequency = np.bincount(counts.indices, minlength=counts.shape[1])
        return np.asarray(np.log((1 + len(self._pile)) / (1 + frequency)) + 1)

    def _best(self, indices: np.ndarray[Any, Any], n: int) -> tuple[Keyword, ...]:
        counts, vocabulary = self._wording
        total = np.asarray(counts[indices].sum(axis=0)).ravel()
        weights = np.sqrt(total) * self._rarity
        weights[total == 0] = 0
        candidates = np.argsort(-weights, kind="stable")[:MAX_CANDIDATES]
        candidates = candidates[weights[candidates] > 0]
        if not len(candidates):
            return ()
        words = [vocabulary[index] for index in candidates.tolist()]
        contents = self._encoder.encode(
            [self._pile.texts[index].content for index in indices.tolist()[:1000]]
        )
        vector = contents.mean(axis=0)
        return tuple(keywords(words, weights[candidates], self._encoder.encode(words), vector, n=n))
