"""Keyword: words and pairs of words, counted, hashed and weighed."""

import re
import zlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from scipy.sparse import csr_array

from palate.features import Terms

WORD = re.compile(r"[^\W_]{2,}")
BUCKETS = 1 << 22  # hashes of terms; of 300,000 terms about 7 in 100 share theirs with another
PLAIN = BUCKETS  # added to the hash of a stop word, and of a pair with one in it
HASHING = "2"  # what `hash_terms` makes; a store with the terms of another gets them anew
SATURATION, LENGTH = 1.2, 0.75  # k1 and b of BM25
RARE, COMMON, KEPT = range(3)  # codes: in no other text, in more than 95 of 100, the first of the rest
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
    """What `count_terms` counts, for n texts at once, each term as its `term_id`; after those the stop words
    and pairs with one.

    Stop words and their pairs have ids from 2**22 on. About 60 microseconds a text.

    >>> terms = hash_terms(["The cat sat on the cat.", ""])
    >>> len(terms), len(terms.ids), sorted(content_terms(terms).counts.tolist()), term_id("on the") in terms.ids
    (2, 8, [1, 1, 2], True)
    """
    found = [np.fromiter(map(_hash, WORD.findall(content.lower())), np.int64) for content in contents]
    owners = np.repeat(np.arange(len(found)), [len(words) for words in found])
    words = np.concatenate([*found, np.zeros(0, np.int64)])
    together = owners[:-1] == owners[1:]
    one, other = words[:-1][together], words[1:][together]
    plain = (one < 0) | (other < 0)
    pairs = _pair(np.abs(one), np.abs(other)) + PLAIN * plain
    ids = np.concatenate([np.abs(words) % BUCKETS + PLAIN * (words < 0), pairs])
    keys, counts = np.unique(
        np.concatenate([owners, owners[:-1][together]]) * (2 * BUCKETS) + ids, return_counts=True
    )
    starts = np.searchsorted(keys, np.arange(len(found) + 1) * (2 * BUCKETS))
    return Terms(
        (keys % (2 * BUCKETS)).astype(np.uint32),
        np.minimum(counts, 255).astype(np.uint8),
        starts.astype(np.int64),
    )


def content_terms(terms: Terms) -> Terms:
    """Those without stop words: what `count_terms` counts."""
    kept = terms.ids < PLAIN
    starts = np.concatenate([[0], np.cumsum(kept)])[terms.starts]
    return Terms(terms.ids[kept], terms.counts[kept], starts.astype(np.int64))


def term_id(term: str) -> int:
    """The hash of a word, or of two words with a space between: made of CRC-32, equal on every machine.

    In [0, 2**22); of a stop word, and of a pair with one, in [2**22, 2**23).
    """
    words = [_hash(word) for word in term.split(" ")]
    codes = [abs(word) for word in words]
    return (codes[0] % BUCKETS if len(codes) == 1 else int(_pair(*codes))) + PLAIN * (min(words) < 0)


@lru_cache(maxsize=200_000)
def _hash(word: str) -> int:
    """CRC-32 of a word, negative for a stop word."""
    code = zlib.crc32(word.encode("utf-8", "surrogatepass"))
    return -code if word in STOP else code


def _pair(one: Any, other: Any) -> Any:
    return (((one * 40503 + other * 2654435) >> 7) ^ other) % BUCKETS


class Keyword:
    """Two weightings of terms that occur in two texts or more: BM25 of what says something, and tf-idf of
    every word.

    Use them beside vectors: names and rare terms are what vectors blur. BM25 (`bm25`) leaves out stop words
    and what is in over half of the texts; a long text has a longer row, as it has more to be liked for. It
    suits a taste that fits likings. tf-idf (`tfidf`) is sublinear and keeps "not" and "in rats", which
    reviewers go by, but nothing that is in over 95 of 100 texts; a row has length 1, terms that no other text
    has counted in. It suits a taste that looks for a margin. Costs O(terms of the corpus) to make. rows:
    `bm25` of the corpus itself.

    Source: Robertson and Zaragoza, The probabilistic relevance framework: BM25 and beyond (2009), eq. 3.16
    with the idf kept above 0; Salton and Buckley, Information Processing and Management 24 (1988), with
    scikit-learn's smoothing.

    >>> keyword = Keyword(hash_terms(["red fox", "red hen", "old cow", "old pig", "sly dog"]))
    >>> row = keyword.bm25(hash_terms(["a red cow"])).toarray()[0]
    >>> len(row), bool(row[keyword.column("red")] > 0), keyword.column("cow")
    (2, True, -1)
    """

    def __init__(self, corpus: Terms) -> None:
        n = len(corpus)
        found = np.bincount(corpus.ids, minlength=2 * BUCKETS)
        ids = np.flatnonzero(found >= 2)
        usual = found[ids] <= max(2, 0.95 * n)
        self._codes = np.zeros(2 * BUCKETS, np.int32)  # bucket -> RARE, COMMON or KEPT + column of tf-idf
        self._codes[ids[~usual]] = COMMON
        ids = ids[usual]
        frequencies = found[ids]
        self._codes[ids] = np.arange(KEPT, KEPT + len(ids))
        idf = np.log((1 + n) / (1 + np.concatenate([[1, n], frequencies]))) + 1
        idf[COMMON] = 0
        self._idf = idf.astype(np.float32)  # by code
        said = (ids < PLAIN) & (frequencies <= max(2, n / 2))
        self._columns = np.full(KEPT + len(ids), -1, np.int32)  # code -> column of BM25
        self._columns[KEPT:][said] = np.arange(said.sum())
        frequent = frequencies[said]
        self._rarity = np.log1p((n - frequent + 0.5) / (frequent + 0.5)).astype(np.float32)
        # length of a text
        self._usual = max(float(content_terms(corpus).counts.sum(dtype=np.int64)) / max(n, 1), 1e-9)
        self._scale = 1.0
        self.rows = self.bm25(corpus)
        energy = float(self.rows.data @ self.rows.data) / max(n, 1)
        self._scale = 1 / float(np.sqrt(energy)) if energy > 0 else 1.0
        self.rows.data *= self._scale

    def bm25(self, terms: Terms) -> csr_array:
        """(n, v) float32 with a mean squared row length of 1 over the corpus; a text without a known term is
        an empty row.
        """
        terms = content_terms(terms)
        columns = self._columns[self._codes[terms.ids]]
        known = columns >= 0
        owners = np.repeat(np.arange(len(terms)), np.diff(terms.starts))
        lengths = np.bincount(owners, weights=terms.counts, minlength=len(terms)) / self._usual
        counts, columns = terms.counts[known].astype(np.float32), columns[known]
        slowed = SATURATION * (1 - LENGTH + LENGTH * lengths[owners[known]]).astype(np.float32)
        weights = self._scale * (self._rarity[columns] * counts / (counts + slowed))
        return _rows(weights, columns, known, terms, len(self._rarity))

    def tfidf(self, terms: Terms) -> csr_array:
        """(n, w) float32 of terms with stop words, rows of length 1 or less: terms that no other text has
        count in the length.
        """
        codes = self._codes[terms.ids]
        known = codes >= KEPT
        weights = (1 + np.log(terms.counts.astype(np.float32))) * self._idf[codes]
        owners = np.repeat(np.arange(len(terms)), np.diff(terms.starts))
        lengths = np.sqrt(np.bincount(owners, weights=weights**2, minlength=len(terms))).astype(np.float32)
        return _rows(
            weights[known] / lengths[owners[known]], codes[known] - KEPT, known, terms, len(self._idf) - KEPT
        )

    def column(self, term: str, block: Literal["keyword", "tfidf"] = "keyword") -> int:
        """The column of a term in `bm25` or `tfidf`, or -1 where it is not used."""
        code = int(self._codes[term_id(term)])
        return int(self._columns[code]) if block == "keyword" else max(code - KEPT, -1)


def _rows(weights: Any, columns: Any, known: Any, terms: Terms, width: int) -> csr_array:
    starts = np.concatenate([[0], np.cumsum(known)])[terms.starts]
    return csr_array((weights, columns, starts.astype(np.int32)), shape=(len(terms), width))
