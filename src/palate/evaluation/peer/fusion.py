"""Reciprocal rank fusion of BM25 and MiniLM: words and meaning, as hybrid search engines join them."""

import numpy as np

from palate.evaluation.arrays import IntVector, Vector
from palate.evaluation.peer.bm25 import Bm25
from palate.evaluation.peer.minilm import MinilmCosine
from palate.evaluation.replay_corpus import ReplayCorpus

RANK_OFFSET = 60


class Fusion:
    """The sum over bm25 and minilm-cosine of 1 / (60 + rank); texts that tie share the best of their ranks.

    Use it as the hybrid search that engines offer. Raises MissingExtra without [peers] and [minilm].
    Source: Cormack, Clarke and Büttcher, Reciprocal Rank Fusion, SIGIR 2009.
    """

    name = "bm25+minilm"
    calibrated = False

    def __init__(self, corpus: ReplayCorpus, rng: np.random.Generator) -> None:
        self.systems = (Bm25(corpus, rng), MinilmCosine(corpus, rng))

    def describe(self, description: str) -> None:
        """Takes what the reader wrote."""
        for system in self.systems:
            system.describe(description)

    def scores(self, rows: IntVector, likings: Vector) -> Vector:
        return sum(
            (reciprocal_ranks(system.scores(rows, likings)) for system in self.systems),
            np.zeros(len(self.systems[1].corpus.contents)),
        )


def reciprocal_ranks(scores: Vector) -> Vector:
    """Returns (n,) 1 / (60 + rank), ranks from 1 for the highest score.

    >>> (1 / reciprocal_ranks(np.array([0.2, 0.9, 0.2]))).round().tolist()
    [62.0, 61.0, 62.0]
    """
    ascending = np.sort(scores)
    ranks = 1 + len(scores) - np.searchsorted(ascending, scores, side="right")
    return np.asarray(1 / (RANK_OFFSET + ranks))
