"""Query: one interest as weights of words and of meaning."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from palate.description.neighbours import neighbours
from palate.feature.terms import is_stop, term_words
from palate.features import Features
from palate.parts import Vector
from palate.weights import Sparse, Weights, product
from palate.workspace.space import Space

MEANING = 0.25  # what one sd of cosine counts, beside 1 for a text that has all words of the interest
# words near in meaning to a word of the interest count for it too, by a power of the cosine
ASSUMED_TEXTS, ASSUMED_SD = 10, 0.1  # of the cosine: what is assumed before there are texts
NEAR_WORDS, LEAST_SIMILARITY, SHARPNESS = 3, 0.5, 4.0


@dataclass(frozen=True, eq=False)
class Query:
    """One interest. Its score of a text is base + the sum over blocks of row @ weights: about 1 for a text
    that has all its words, or is nearer in meaning than all but one in ten thousand.

    phrase: as the reader wrote it. known, unknown: its words that texts of the store have, and those that
    none has. near: words near in meaning that count too, by the word they stand for.
    """

    phrase: str
    known: tuple[str, ...]
    unknown: tuple[str, ...]
    near: Mapping[str, tuple[str, ...]]
    weights: Mapping[str, Weights]
    base: float

    def scores(self, features: Features) -> Vector:
        """Returns (n,) scores."""
        scores = np.full(len(features), self.base)
        for name, weights in self.weights.items():
            scores += product(features.blocks[name], weights, np.float64)
        return scores

    def word_scores(self, features: Features) -> Vector:
        """Returns (n,) what the words alone give."""
        weights = self.weights.get("keyword")
        if weights is None:
            return np.zeros(len(features))
        return np.asarray(product(features.blocks["keyword"], weights, np.float64))


def make_query(phrase: str, vector: Vector, space: Space) -> Query:
    """Returns an interest as a query of a space. vector: (d,) of the phrase, of length 1 or 0.

    The words score by BM25, as a share of what a text would get that had each of them as often as it liked;
    the meaning by the cosine, in sds from its mean over the texts that stand for all. Source: Robertson and
    Zaragoza, The probabilistic relevance framework: BM25 and beyond (2009); for words near in meaning:
    Kuzi, Shtok and Kurland, Query expansion using word embeddings (CIKM 2016).
    """
    words = [word for word in dict.fromkeys(term_words(phrase.lower())) if not is_stop(word)]
    columns = {word: space.keyword.column(word) for word in words}
    near, shares = dict[str, tuple[str, ...]](), dict[int, float]()
    for word in words:
        found = [
            (each, column)
            for each in neighbours(word, limit=NEAR_WORDS, least=LEAST_SIMILARITY)
            if (column := space.keyword.column(each.word)) >= 0
        ]
        near[word] = tuple(each.word for each, _ in found)
        for each, column in found:
            shares[column] = max(shares.get(column, 0.0), each.similarity**SHARPNESS)
    known = {word: column for word, column in columns.items() if column >= 0}
    shares |= dict.fromkeys(known.values(), 1.0)
    meaning, base = meaning_of(vector, space)
    weights: dict[str, Weights] = {"semantic": MEANING * meaning}
    if shares:
        weights["keyword"] = _word_weights(shares, list(known.values()), space)
    unknown = tuple(word for word in words if word not in known)
    return Query(phrase, tuple(known), unknown, {w: n for w, n in near.items() if n}, weights, MEANING * base)


def _word_weights(shares: Mapping[int, float], known: Sequence[int], space: Space) -> Sparse:
    """Returns weights on BM25 rows with which a text that is full of all known words scores 1."""
    columns = np.array(sorted(shares), np.int32)
    amounts = np.array([shares[column] for column in columns.tolist()])
    full = known or columns.tolist()  # of an interest of which no text has a word: its near words
    most = float(space.keyword.rarity[np.array(full)].sum()) * space.keyword.scale
    return Sparse(columns, amounts / max(most, 1e-9), len(space.keyword.rarity))


def meaning_of(vector: Vector, space: Space) -> tuple[Vector, float]:
    """Returns weights on the semantic block, and a base, that give the product with a vector (d,), in sds of
    it over the texts that stand for all, from its mean.
    """
    weights = np.linalg.solve(space.semantic.matrix, vector.astype(np.float64))
    sample = space.sample.blocks.get("semantic")
    if sample is None or not vector.any():
        return np.zeros(len(vector)), 0.0
    cosines = np.asarray(sample, np.float64) @ weights  # from that of the mean of all texts on
    total = len(cosines) + ASSUMED_TEXTS
    mean = float(cosines.sum()) / total
    sd = math.sqrt((float(((cosines - mean) ** 2).sum()) + ASSUMED_TEXTS * ASSUMED_SD**2) / total)
    return weights / sd, -mean / sd
