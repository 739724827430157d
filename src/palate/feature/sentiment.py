"""Sentiment: how much of a text speaks well of things, and how much ill."""

from functools import cache
from importlib.resources import files

import numpy as np

from palate.feature.keyword import BUCKETS, content_terms, term_id
from palate.features import Terms
from palate.parts import Matrix, Vector

# words of no feeling that every text is taken to begin with, so that one warm word is not a warm text
QUIET = 10.0
ENOUGH = 100  # texts that tell how much feeling is usual; with fewer the block counts for less
WORDS = 2.0  # terms a word brings: itself, and the pair with the one before


class Sentiment:
    """Two columns: the square root of the pleasant and of the unpleasant feeling per word, against the corpus
    they come from.

    Use it beside keywords: 7,200 words share two weights, so a reader of good news, or of harsh reviews, is
    known after a few verdicts. Their difference is polarity, their sum how emotional a text is. Found by the
    hashes of terms, without the text. It does not see negation (not is a stop word of the terms), and speaks
    English only. Costs O(terms).

    corpus: terms of the texts that centre and scale it; the mean squared row length is 1 over 100 or more,
    less over fewer. Source: the valences of VADER, Hutto and Gilbert, ICWSM 2014 (MIT licence, see NOTICE):
    means of ten raters from -4 to 4.

    >>> from palate.feature.keyword import hash_terms
    >>> corpus = hash_terms(["A delightful, charming film.", "An awful, boring film.", "A film about trains."])
    >>> (Sentiment(corpus).transform(corpus) * 100 / 3).astype(float).round(1).tolist()
    [[1.1, -0.4], [-0.6, 0.9], [-0.6, -0.4]]
    """

    def __init__(self, corpus: Terms) -> None:
        found = _feelings(corpus)
        self.mean: Vector = found.mean(axis=0) if len(found) else np.zeros(2)
        spread = float(((found - self.mean) ** 2).sum(axis=1).mean()) if len(found) else 0.0
        self.scale = min(1.0, len(found) / ENOUGH) / np.sqrt(spread) if spread > 0 else 0.0

    def transform(self, terms: Terms) -> Matrix:
        """(n, 2) float32: pleasant, unpleasant."""
        return ((_feelings(terms) - self.mean) * self.scale).astype(np.float32)


def _feelings(terms: Terms) -> Matrix:
    """(n, 2) roots of the mean valence a word, each side for itself: in [0, 2]. Without the root a few texts
    would be all.
    """
    terms = content_terms(terms)
    owners = np.repeat(np.arange(len(terms)), np.diff(terms.starts))
    valences = _valences()[terms.ids] * terms.counts
    words = np.bincount(owners, terms.counts, len(terms)) / WORDS + QUIET
    sides = [np.bincount(owners, np.maximum(side, 0), len(terms)) for side in (valences, -valences)]
    return np.sqrt(np.stack(sides, axis=1) / words[:, None])


@cache
def _valences() -> Vector:
    """(2**22,) valence of each term hash, 0 for all that has none."""
    table = np.zeros(BUCKETS, np.float32)
    for line in (files("palate.feature") / "valence.tsv").read_text("ascii").splitlines():
        word, valence = line.split("\t")
        table[term_id(word)] = float(valence)
    return table
