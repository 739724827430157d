"""Feedback without a reader: the best texts of a query say what else its interest is about."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array

from palate.description.query import Query, meaning_of
from palate.features import Features
from palate.weights import Columns, Sparse, Weights
from palate.workspace.space import Space

BEST_TEXTS, BEST_WORDS = 30, 20
# what the meaning of the best texts counts, for one sd, and their words, for a text as full of them
MEANING, WORDS = 0.5, 1.0
# texts of the best that must have words of the interest, and the share of those that they must have, for the
# best to be believed in full: of an interest that no text is about something is best, too
WITNESSES, BELIEVED = 5, 0.3


def best_in(texts: Features) -> Callable[[Query], Features]:
    """Returns what finds the best of some texts in memory by a query."""

    def best(query: Query) -> Features:
        return texts[np.argsort(-query.scores(texts), kind="stable")[:BEST_TEXTS]]

    return best


def with_feedback(query: Query, best: Features, space: Space) -> Query:
    """Returns a query that also goes by its best texts: by their mean vector, and by the words that weigh
    most in them.

    best: the texts that the query puts first, best first, some 30; the r-th counts 1 / sqrt(r). Use it where
    nothing was judged yet: a sentence has few words, and the best texts have the others. They are believed
    as far as they have the words of the sentence. Source: Lavrenko and
    Croft, Relevance-based language models (SIGIR 2001); Rocchio (1971), for the mean.
    """
    believed = _believed(query, best)
    if not believed:
        return query
    counts = 1 / np.sqrt(np.arange(1, len(best) + 1))
    counts /= counts.sum()
    middle = counts @ np.asarray(best.blocks["semantic"], np.float64)
    vector = space.semantic.mean + np.linalg.solve(space.semantic.matrix.T, middle)
    meaning, base = meaning_of(vector, space)
    weights: dict[str, Weights] = dict(query.weights)
    weights["semantic"] = weights["semantic"] + believed * MEANING * meaning
    words = best.blocks["keyword"]
    assert isinstance(words, csr_array)
    shares = np.asarray(counts @ words).ravel()
    most = np.sort(np.argsort(-shares, kind="stable")[:BEST_WORDS])
    columns: Columns = most[shares[most] > 0].astype(np.int32)
    of_best = float(np.mean(words[:, columns] @ shares[columns])) if len(columns) else 0.0
    if of_best > 0:
        part = Sparse(columns, believed * WORDS * shares[columns] / of_best, words.shape[1])
        weights["keyword"] = weights["keyword"] + part if "keyword" in weights else part
    return replace(query, weights=weights, base=query.base + believed * MEANING * base)


def _believed(query: Query, best: Features) -> float:
    """Returns how far the best texts are to be believed, in [0, 1]."""
    scores = np.sort(query.word_scores(best))
    return float(min(1.0, scores[-WITNESSES:].sum() / WITNESSES / BELIEVED))
