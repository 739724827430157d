"""Keyword: tf-idf over words and word pairs."""

import re
import zlib

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


def term_id(term: str) -> int:
    """The hash of a term in [0, 2**22): CRC-32, equal on every machine."""
    return zlib.crc32(term.encode("utf-8", "surrogatepass")) % BUCKETS


def hash_terms(content: str) -> dict[int, int]:
    """Term ids with their counts, as the store keeps them."""
    hashed: dict[int, int] = {}
    for term, count in count_terms(content).items():
        key = term_id(term)
        hashed[key] = hashed.get(key, 0) + count
    return hashed


class Keyword:
    """Sublinear tf times smoothed idf, rows of length 1, over terms that occur in two texts or more but not in over half.

    Use it beside vectors: names and rare terms are what vectors blur. Costs O(terms of the corpus) to make.
    Source: Salton and Buckley, Information Processing and Management 24 (1988); the idf smoothing of scikit-learn.

    >>> keyword = Keyword(Terms.joined(map(hash_terms, ["red fox", "red hen", "old cow", "old pig", "sly dog"])))
    >>> row = keyword.transform(Terms.joined([hash_terms("a red cow")])).toarray()[0]
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
