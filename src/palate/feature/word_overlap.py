"""Word overlap: what share of their words two texts have in common."""

from collections.abc import Iterable

import numpy as np

from palate.feature.terms import is_stop, term_words
from palate.features import Matrix


def word_overlap(pairs: Iterable[tuple[str, str]]) -> Matrix:
    """Returns (n, 2) shares, in [0, 1], of n pairs of texts: of all words and of content words.

    A share is that of different words that both have, of those that either has (Jaccard); 0 where there are
    none. About 20 microseconds a pair.

    >>> word_overlap([("How do cats sleep?", "How do dogs sleep?")]).round(2).tolist()
    [[0.6, 0.33]]
    """
    return np.array([_shares(first, second) for first, second in pairs], dtype=np.float64).reshape(-1, 2)


def _shares(first: str, second: str) -> tuple[float, float]:
    one, other = set(term_words(first)), set(term_words(second))
    content = {word for word in one | other if not is_stop(word)}
    return _jaccard(one, other), _jaccard(one & content, other & content)


def _jaccard(one: set[str], other: set[str]) -> float:
    union = len(one | other)
    return len(one & other) / union if union else 0.0
