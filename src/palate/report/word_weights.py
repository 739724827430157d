"""Word weights: what the words of a text count in its SimHash, by how often they occur and how rare."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from palate.feature.terms import is_stop, term_words
from palate.insight.simhash import rarity

if TYPE_CHECKING:
    from palate.library import Library

TEXTS_AT_ONCE = 4096  # that are read at a time


@dataclass(frozen=True)
class WordFrequencies:
    """How many of n_texts have each word.

    >>> found = WordFrequencies.of(["two cats", "two dogs"])
    >>> found.n_texts, found.n_with["two"], found.n_with["cats"]
    (2, 2, 1)
    """

    n_texts: int
    n_with: Mapping[str, int]

    @classmethod
    def of(cls, contents: Iterable[str]) -> Self:
        """Counts the words of some texts; about 20 microseconds a text."""
        n_texts, counts = 0, Counter[str]()
        for content in contents:
            n_texts += 1
            counts.update(set(term_words(content)))
        return cls(n_texts, counts)

    @classmethod
    def of_store(cls, library: Library) -> Self:
        """Counts the words of all texts of a store, which are read for it."""
        corpus = library.corpus()
        rows = corpus.rows[np.flatnonzero(~corpus.removed)].tolist()
        parts = (rows[first : first + TEXTS_AT_ONCE] for first in range(0, len(rows), TEXTS_AT_ONCE))
        return cls.of(text.content for part in parts for text in library.texts_at(part))


def word_weights(content: str, frequencies: WordFrequencies | None = None) -> dict[str, int]:
    """Returns the weight of each word of a text: how often it occurs (tf), times its rarity where frequencies
    are given (idf).

    Words that say little, such as "the", count only where the text has no others.

    >>> word_weights("The cat and the other cat sat"), word_weights("What is it?")
    ({'cat': 2, 'sat': 1}, {'what': 1, 'is': 1, 'it': 1})
    """
    counts = Counter(term_words(content))
    weights = {word: count for word, count in counts.items() if not is_stop(word)} or dict(counts)
    if frequencies is None:
        return weights
    n_texts, n_with = frequencies.n_texts, frequencies.n_with
    return {word: count * rarity(n_texts, n_with.get(word, 0)) for word, count in weights.items()}
