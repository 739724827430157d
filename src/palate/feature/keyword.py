"""Keyword: tf-idf over words and word pairs."""

import re
import zlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from palate.features import Terms

WORD = re.compile(r"[^\W_]{2,}")
BUCKETS = 1 << 22  # term hashes; of 300,000 terms about 7 in 100 share theirs with another
STOP = frozenset(
    "an and are as at be been between both but by can for from had has have he her his if in into is it its more no not of on "
    "or our she so such than that the their them then there these they this to was we were what when which who will with would "
    "you your also about after all any because do does how may most only other over out some through under up very while".split()
)


def count_terms(content: str) -> dict[str, int]:
    """Words of two characters or more and pairs of neighbouring ones, in lower case, without stop words.

    >>> count_terms("The cat sat on the cat.")
    {'cat': 2, 'sat': 1, 'cat sat': 1}
    """
    counts: dict[str, int] = {}
    before = ""
    for word in WORD.findall(content.lower()):
        if word in STOP:
            before = ""
            continue
        counts[word] = counts.get(word, 0) + 1
        if before:
            pair = f"{before} {word}"
            counts[pair] = counts.get(pair, 0) + 1
        before = word
    return counts


def hash_terms(contents: Sequence[str]) -> Terms:
    """What `count_terms` counts, for n texts at once, each term as its `term_id`. About 50 microseconds a text.

    >>> terms = hash_terms(["The cat sat on the cat.", ""])
    >>> len(terms), sorted(terms.counts.tolist()), term_id("cat sat") in terms.ids
    (2, [1, 1, 2], True)
    """
    found = [np.fromiter(map(_hash, WORD.findall(content.lower())), np.int64) for content in contents]
    owners = np.repeat(np.arange(len(found)), [len(words) for words in found])
    words = np.concatenate([*found, np.zeros(0, np.int64)])
    used = words >= 0
    paired = used[:-1] & used[1:] & (owners[:-1] == owners[1:])
    pairs = _pair(words[:-1][paired], words[1:][paired])
    keys, counts = np.unique(
        np.concatenate([owners[used] * BUCKETS + words[used] % BUCKETS, owners[:-1][paired] * BUCKETS + pairs]),
        return_counts=True,
    )
    starts = np.searchsorted(keys, np.arange(len(found) + 1) * BUCKETS)
    return Terms((keys % BUCKETS).astype(np.uint32), np.minimum(counts, 255).astype(np.uint8), starts.astype(np.int64))


def term_id(term: str) -> int:
    """The hash of a word, or of two words with a space between, in [0, 2**22): made of CRC-32, equal on every machine."""
    words = [_hash(word) for word in term.split(" ")]
    return words[0] % BUCKETS if len(words) == 1 else int(_pair(words[0], words[1]))


@lru_cache(maxsize=200_000)
def _hash(word: str) -> int:
    """CRC-32 of a word, -1 for a stop word."""
    return -1 if word in STOP else zlib.crc32(word.encode("utf-8", "surrogatepass"))


def _pair(one: Any, other: Any) -> Any:
    return (((one * 40503 + other * 2654435) >> 7) ^ other) % BUCKETS


class Keyword:
    """Sublinear tf times smoothed idf, rows of length 1, over terms that occur in two texts or more but not in over half.

    Use it beside vectors: names and rare terms are what vectors blur. Costs O(terms of the corpus) to make.
    Source: Salton and Buckley, Information Processing and Management 24 (1988); the idf smoothing of scikit-learn.

    >>> keyword = Keyword(hash_terms(["red fox", "red hen", "old cow", "old pig", "sly dog"]))
    >>> row = keyword.transform(hash_terms(["a red cow"])).toarray()[0]
    >>> len(row), float(row[keyword.column("red")]), keyword.column("cow")
    (2, 1.0, -1)
    """

    def __init__(self, corpus: Terms) -> None:
        frequencies = np.bincount(corpus.ids, minlength=BUCKETS)
        kept = np.flatnonzero((frequencies >= 2) & (frequencies <= max(2, len(corpus) / 2)))
        self.columns = np.full(BUCKETS, -1, np.int32)  # bucket -> column, -1 where the term is not used
        self.columns[kept] = np.arange(len(kept), dtype=np.int32)
        self.idf = (np.log((1 + len(corpus)) / (1 + frequencies[kept])) + 1).astype(np.float32)

    def transform(self, terms: Terms) -> csr_array:
        """(n, v) float32; a text without a known term is an empty row."""
        columns = self.columns[terms.ids]
        known = columns >= 0
        columns = columns[known]
        weights = (1 + np.log(terms.counts[known].astype(np.float32))) * self.idf[columns]
        starts = np.concatenate([[0], np.cumsum(known)])[terms.starts]
        rows = np.repeat(np.arange(len(terms)), np.diff(starts))
        lengths = np.sqrt(np.bincount(rows, weights=weights**2, minlength=len(terms))).astype(np.float32)
        return csr_array((weights / lengths[rows], columns, starts.astype(np.int32)), shape=(len(terms), len(self.idf)))

    def column(self, term: str) -> int:
        """The column of a term, or -1 where it is not used."""
        return int(self.columns[term_id(term)])
