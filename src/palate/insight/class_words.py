"""Class words: the terms that set each group of texts apart from the others."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_array

from palate.parts import Matrix, Rows


def class_tfidf(counts: csr_array, groups: Rows, k: int) -> Matrix:
    """Returns (k, v) how much each of v terms sets each of k groups apart; below 0 for a term of all groups.

    counts: (n, v) of terms in texts. groups: (n,) 0 to k - 1, the group of each text; -1 for none.
    Source: class tf-idf of Grootendorst, BERTopic (2022), eq. 2, in the form that his ClassTfidfTransformer
    has with bm25_weighting and reduce_frequent_words: the root of the share of the group's terms, times
    log((A + 1) / (f + 1/2)), where A is the mean number of terms a group has, and f that of the term in all.

    >>> counts = csr_array(np.array([[2, 0, 1], [0, 3, 1]]))
    >>> class_tfidf(counts, np.array([0, 1]), 2).round(2).tolist()
    [[0.48, 0.0, 0.34], [0.0, 0.22, 0.29]]
    """
    known = np.flatnonzero(groups >= 0)
    members = csr_array((np.ones(len(known)), (groups[known], known)), shape=(k, counts.shape[0]))
    frequencies = (members @ counts).toarray()  # (k, v)
    sizes = frequencies.sum(axis=1, keepdims=True)
    total = frequencies.sum(axis=0)
    average = float(sizes.sum()) / max(k, 1)
    return np.asarray(np.sqrt(frequencies / np.maximum(sizes, 1)) * np.log((average + 1) / (total + 0.5)))


def first_words(scores: Matrix, vocabulary: Sequence[str], n: int) -> list[tuple[str, ...]]:
    """Returns the n best terms of each row of (k, v) scores; a word that is part of a better term is left
    out, and a term of which a better word is a part takes that word's position.

    >>> first_words(np.array([[3.0, 2.0, 1.0]]), ["neural", "neural network", "cats"], 2)
    [('neural network', 'cats')]
    """
    found = []
    for row in scores:
        chosen: list[str] = []
        for index in np.argsort(-row, kind="stable")[: 4 * n + 8]:
            term = vocabulary[index]
            if row[index] <= 0:
                break
            parts = set(term.split())
            inside = next((n for n, one in enumerate(chosen) if parts & set(one.split())), None)
            if inside is None:
                chosen.append(term)
            elif " " in term and " " not in chosen[inside]:
                chosen[inside] = term
        found.append(tuple(chosen[:n]))
    return found
