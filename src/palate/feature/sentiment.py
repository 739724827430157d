"""Sentiment: how much of a text speaks well of things, and how much ill."""

from functools import cache
from pathlib import Path
from typing import Self

import numpy as np

from palate.feature.terms import content_terms, word_ids
from palate.features import Terms
from palate.parts import Matrix, Rows, Vector

VALENCES = Path(__file__).parent / "valence.tsv"
# words of no feeling that every text is taken to begin with, so that one warm word is not a warm text
QUIET = 10.0
FULL_SCALE_TEXTS = 100  # texts that tell how much feeling is usual; with fewer the block counts for less
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

    >>> from palate.feature.terms import hash_terms
    >>> films = ["A delightful, charming film.", "An awful, boring film.", "A film about trains."]
    >>> corpus = hash_terms(films)
    >>> (Sentiment.fit(feelings_of(corpus)).transform(corpus) * 100 / 3).astype(float).round(1).tolist()
    [[1.1, -0.4], [-0.6, 0.9], [-0.6, -0.4]]
    """

    def __init__(self, mean: Vector, scale: float) -> None:
        self.mean: Vector = mean  # (2,)
        self.scale = scale

    @classmethod
    def fit(cls, feelings: Matrix) -> Self:
        """Returns what centres and scales (n, 2) feelings of a corpus, as `feelings_of` gives them."""
        mean = feelings.mean(axis=0) if len(feelings) else np.zeros(2)
        spread = float(((feelings - mean) ** 2).sum(axis=1).mean()) if len(feelings) else 0.0
        # of texts that feel alike, the rounding error of their mean would be scaled up
        scale = min(1.0, len(feelings) / FULL_SCALE_TEXTS) / np.sqrt(spread) if spread > 1e-12 else 0.0
        return cls(mean, float(scale))

    def transform(self, terms: Terms) -> Matrix:
        """(n, 2) float32: pleasant, unpleasant."""
        return ((feelings_of(terms) - self.mean) * self.scale).astype(np.float32)


def feelings_of(terms: Terms) -> Matrix:
    """Returns (n, 2) roots of the mean valence a word, each side for itself, in [0, 2].

    Without the root a few texts would be all.
    """
    terms = content_terms(terms)
    owners = np.repeat(np.arange(len(terms)), np.diff(terms.starts))
    known, valence = _valences()
    near = np.minimum(np.searchsorted(known, terms.ids), len(known) - 1)
    valences = np.where(known[near] == terms.ids, valence[near], np.float32(0)) * terms.counts
    words = np.bincount(owners, terms.counts, len(terms)) / WORDS + QUIET
    sides = [np.bincount(owners, np.maximum(side, 0), len(terms)) for side in (valences, -valences)]
    return np.sqrt(np.stack(sides, axis=1) / words[:, None])


@cache
def _valences() -> tuple[Rows, Vector]:
    """Returns the ascending hashes of the terms that have a valence, and their valences."""
    fields = VALENCES.read_text("ascii").split()
    valence = dict(zip(word_ids(fields[::2]).tolist(), map(float, fields[1::2]), strict=True))
    ids = np.array(sorted(valence))
    return ids, np.array(list(map(valence.__getitem__, ids.tolist())), np.float32)
