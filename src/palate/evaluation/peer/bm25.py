"""BM25: texts by the words that they share with what the reader wrote, and with the liked texts."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from palate.errors import MissingExtra
from palate.evaluation.arrays import IntVector, Vector
from palate.evaluation.peer.rocchio import rocchio
from palate.evaluation.replay_corpus import ReplayCorpus

if TYPE_CHECKING:
    from scipy.sparse import csr_array

STOP_WORDS = "english"


class Bm25:
    """BM25 of the package bm25s (k1 1.5, b 0.75, Lucene's form, English stop words: its defaults).

    Use it as the search engine that a reader would type the description into. The query is the description;
    judgements change it by Rocchio's rule, where texts and description are counts of words of length 1.
    Without either all texts tie at 0. Raises MissingExtra without [peers].
    Source: Lù, BM25S, 2024; Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009.
    """

    name = "bm25"
    calibrated = False

    def __init__(self, corpus: ReplayCorpus, _: np.random.Generator) -> None:
        self.index = index_of(corpus.contents)
        self.description = np.zeros(len(self.index.vocabulary))

    def describe(self, description: str) -> None:
        """Takes what the reader wrote; words that no text has are left out."""
        import bm25s

        [words] = bm25s.tokenize([description], stopwords=STOP_WORDS, return_ids=False, show_progress=False)
        known = [self.index.vocabulary[word] for word in words if word in self.index.vocabulary]
        counts = np.bincount(np.array(known, dtype=np.int64), minlength=len(self.description))
        self.description = counts / (float(np.linalg.norm(counts)) or 1.0)

    def scores(self, rows: IntVector, likings: Vector) -> Vector:
        judged = self.index.words[rows].toarray()
        query = rocchio(self.description, judged[likings > 0], judged[likings <= 0])
        return np.asarray(self.index.weights @ query, dtype=np.float64)


class Bm25Index(NamedTuple):
    """words: (n, v) how often each text has each word, rows of length 1. weights: (n, v) BM25's of one
    occurrence in the query. vocabulary: the column of each word.
    """

    words: csr_array
    weights: csr_array
    vocabulary: dict[str, int]


@lru_cache(maxsize=4)
def index_of(contents: tuple[str, ...]) -> Bm25Index:
    """Indexes texts.

    >>> index = index_of(("red cats", "blue cats and dogs"))
    >>> index.words.shape, sorted(index.vocabulary)
    ((2, 4), ['blue', 'cats', 'dogs', 'red'])
    """
    from scipy.sparse import csc_array, csr_array, diags_array

    try:
        import bm25s
    except ImportError:
        raise MissingExtra("the system bm25", "peers") from None

    ids, found = bm25s.tokenize(list(contents), stopwords=STOP_WORDS, show_progress=False)
    vocabulary = dict(found)  # indexing adds a word that is none
    n, width = len(contents), len(vocabulary)
    if width == 0:
        nothing = csr_array((n, 0))
        return Bm25Index(nothing, nothing, {})
    owners = np.repeat(np.arange(n), [len(of_text) for of_text in ids])
    columns = np.concatenate([np.asarray(of_text, dtype=np.int64) for of_text in ids])
    counts = csr_array((np.ones(len(columns)), (owners, columns)), shape=(n, width))
    lengths = np.sqrt(np.asarray(counts.power(2).sum(axis=1))).ravel()
    engine = bm25s.BM25()
    engine.index((ids, found), show_progress=False)
    parts = engine.scores
    weights = csc_array((parts["data"], parts["indices"], parts["indptr"]), shape=(n, width))
    words = csr_array(diags_array(1 / np.maximum(lengths, 1.0)) @ counts)
    return Bm25Index(words, csr_array(weights), vocabulary)
