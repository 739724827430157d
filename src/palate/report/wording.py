"""Wording: which terms some texts have, as a matrix, for what tells groups of them apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from palate.feature.terms import count_terms

MAX_TERMS = 50_000  # the most frequent ones
AMOUNTS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve hundred thousand million billion first"
    " second third per cent percent".split()
)
MIN_TEXTS = 2  # a term of one text tells no groups apart


class Wording(NamedTuple):
    """counts: (n, v) of terms in texts. vocabulary: the v terms, words and pairs of words, without stop
    words or numbers.
    """

    counts: csr_array
    vocabulary: list[str]


def worded(contents: Sequence[str]) -> Wording:
    """Counts the terms of n texts. Costs 50 microseconds a text and their counts' memory.

    >>> worded(["two cats with a dog", "cats, dog, 2 cats and the dog"]).vocabulary
    ['cats', 'dog']
    """
    counted = [count_terms(content) for content in contents]
    frequencies = Counter[str]()
    for terms in counted:
        frequencies.update(terms.keys())
    least = min(MIN_TEXTS, len(counted))
    frequent = (term for term, n in frequencies.most_common() if n >= least and not _has_number(term))
    known = list(islice(frequent, MAX_TERMS))
    columns = {term: column for column, term in enumerate(known)}
    indices, data, starts = [], [], [0]
    for terms in counted:
        kept = [(columns[term], n) for term, n in terms.items() if term in columns]
        indices += [column for column, _ in kept]
        data += [n for _, n in kept]
        starts.append(len(indices))
    shape = (len(counted), len(known))
    return Wording(csr_array((np.array(data, np.float64), indices, starts), shape=shape), known)


def _has_number(term: str) -> bool:
    return any(part.isdigit() or part in AMOUNTS for part in term.split())
