"""Keywords: the words of a text that say most of what it is about, and differ from one another."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from palate.insight.neighbours import unit_rows
from palate.parts import Matrix, Vector

DIVERSITY = 0.6  # of 0 to 1: how much a keyword loses for being like one before it


class Keyword(NamedTuple):
    """score: how much the word says, relative to the first, whose score is 1."""

    word: str
    score: float


def keywords(
    words: Sequence[str], rarity: Vector, vectors: Matrix, of_text: Vector, *, n: int = 5
) -> list[Keyword]:
    """Returns the n best of v candidate words, best first.

    rarity: (v,) tf-idf or class tf-idf of each, above 0. vectors: (v, d) of the words. of_text: (d,) of the
    text or set. A word is good that is rare elsewhere, near to the text in meaning, and unlike those before
    it; parts of a chosen term, and terms that it is part of, are left out.
    Source: maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998), over embeddings as KeyBERT
    (Grootendorst 2020), with tf-idf as a factor.

    >>> vectors = np.array([[1.0, 0.0], [1.0, 0.1], [0.6, 0.8]])
    >>> found = keywords(["cat", "tomcat", "milk"], np.ones(3), vectors, np.array([1.0, 0.2]), n=2)
    >>> [keyword.word for keyword in found]
    ['tomcat', 'milk']
    """
    units = unit_rows(vectors)
    length = float(np.linalg.norm(of_text)) or 1.0
    relevance = np.maximum(units @ (of_text / length), 0.05) * np.asarray(rarity)
    likeness = np.zeros(len(words))
    possible = relevance > 0
    chosen: list[Keyword] = []
    while possible.any() and len(chosen) < n:
        scores = np.where(possible, relevance * (1 - DIVERSITY * np.maximum(likeness, 0)), -np.inf)
        best = int(scores.argmax())
        chosen.append(Keyword(words[best], float(relevance[best])))
        parts = set(words[best].split())
        possible &= np.array([parts.isdisjoint(word.split()) for word in words], np.bool_)
        likeness = np.maximum(likeness, units @ units[best])
    largest = max((keyword.score for keyword in chosen), default=1.0)
    return [Keyword(word, score / largest) for word, score in chosen]
