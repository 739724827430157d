"""Keyword: the weights of terms in a text, by BM25 and by tf-idf, under document frequencies that are
frozen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, Self

import numpy as np
from scipy.sparse import csr_array

from palate.feature.terms import BUCKETS, PLAIN, content_terms, term_id
from palate.features import Terms
from palate.parts import Mask, Rows

SATURATION, LENGTH = 1.2, 0.75  # k1 and b of BM25
RARE, COMMON, KEPT = range(3)  # codes: in no other text, in more than 95 of 100, the first of the rest
COMMON_SHARE, CONTENT_SHARE = 0.95, 0.5  # of the texts, above which tf-idf and BM25 leave a term out
LISTED_TEXTS = 1  # a term of more texts has a list of them in each segment (see workspace/word_lists.py)

Ids = np.ndarray[tuple[int], np.dtype[np.uint32]]
Codes = np.ndarray[tuple[int], np.dtype[np.int32]]
Floats = np.ndarray[tuple[int], np.dtype[np.float32]]
Arrays = Mapping[str, np.ndarray[Any, Any]]


@dataclass(frozen=True, eq=False)
class Postings:
    """The known terms of n texts, ragged: text i has codes[starts[i]:starts[i+1]], as often as counts says.

    codes: int32, `KEPT` or more, ascending within a text. counts: uint8. starts: (n + 1,) int64. saturation:
    (n,) float32, k1 (1 - b + b length) of BM25. norms: (n,) float32, the length of the tf-idf row, in which
    the unknown terms of the text count too."""

    codes: Codes
    counts: np.ndarray[tuple[int], np.dtype[np.uint8]]
    starts: Rows
    saturation: Floats
    norms: Floats

    def __len__(self) -> int:
        return len(self.starts) - 1


class Keyword:
    """Two weightings of terms that occur in two texts or more: BM25 of content words, and tf-idf of every
    word.

    Use them beside vectors: names and rare terms are what vectors blur. BM25 (`bm25`) leaves out stop words
    and terms of more than half of the texts; a long text has a longer row, as there is more in it to be
    liked. BM25 suits a taste that fits likings. tf-idf (`tfidf`) is sublinear and keeps "not" and "in rats",
    which reviewers go by, but no term of more than 95 of 100 texts; a row has length 1, terms that no other
    text has counted in. tf-idf suits a taste that looks for a margin.

    A Keyword is frozen: what it learned of a corpus weighs texts that come later too, at O(terms) a text.
    `fit` makes one from texts in memory, `of_counts` from document frequencies. ids: (v,) ascending hashes of
    the terms it keeps, 28 bytes of memory each.

    Source: Robertson and Zaragoza, The probabilistic relevance framework: BM25 and beyond (2009), eq. 3.16
    with the idf kept above 0; Salton and Buckley, Information Processing and Management 24 (1988), with
    scikit-learn's smoothing.

    >>> from palate.feature.terms import hash_terms
    >>> keyword = Keyword.fit(hash_terms(["red fox", "red hen", "old cow", "old pig", "sly dog"]))
    >>> row = keyword.bm25(keyword.postings(hash_terms(["a red cow"]))).toarray()[0]
    >>> len(row), bool(row[keyword.column("red")] > 0), keyword.column("cow")
    (2, True, -1)
    """

    def __init__(self, arrays: Arrays, usual_length: float, scale: float) -> None:
        self._arrays = arrays
        self.ids: Ids = arrays["ids"]
        self._common: Ids = arrays["common"]
        self.idf: Floats = arrays["idf"]  # by code
        self._columns: Codes = arrays["columns"]  # code -> column of BM25, or -1
        self.column_codes: Codes = arrays["column_codes"]  # column of BM25 -> code
        self.rarity: Floats = arrays["rarity"]  # by column of BM25
        self.ranks: Codes = arrays["ranks"]  # by column of tf-idf: 0 for the term of most texts
        self.ranked: Codes = arrays["ranked"]  # rank -> column of tf-idf
        self.usual_length, self.scale = usual_length, scale

    @classmethod
    def fit(cls, corpus: Terms) -> Self:
        """Returns the weighting of a corpus in memory. Costs O(terms of the corpus)."""
        found = np.bincount(corpus.ids, minlength=2 * BUCKETS)
        content = int(content_terms(corpus).counts.sum(dtype=np.int64))
        keyword = cls.of_counts(len(corpus), found, content)
        return keyword.scaled(keyword.energy(keyword.postings(corpus)) / max(len(corpus), 1))

    @classmethod
    def of_counts(cls, n: int, frequencies: np.ndarray[Any, Any], content: int) -> Self:
        """Returns the weighting, not yet scaled, of n texts.

        frequencies: (2 * BUCKETS,) how many of the texts have each term. content: occurrences of content
        terms in all of them."""
        ids = np.flatnonzero(frequencies >= 2)
        usual = frequencies[ids] <= max(2, COMMON_SHARE * n)
        common, ids = ids[~usual], ids[usual]
        kept = frequencies[ids]
        idf = np.log((1 + n) / (1 + np.concatenate([[1, n], kept]))) + 1
        idf[COMMON] = 0
        chosen = (ids < PLAIN) & (kept <= max(2, n * CONTENT_SHARE))
        columns = np.full(KEPT + len(ids), -1, np.int32)
        columns[KEPT:][chosen] = np.arange(chosen.sum())
        frequent, ranked = kept[chosen], np.argsort(-kept, kind="stable")
        ranks = np.empty(len(ids), np.int32)
        ranks[ranked] = np.arange(len(ids))
        arrays = {
            "ids": ids.astype(np.uint32),
            "common": common.astype(np.uint32),
            "idf": idf.astype(np.float32),
            "columns": columns,
            "column_codes": (KEPT + np.flatnonzero(chosen)).astype(np.int32),
            "ranks": ranks,
            "ranked": ranked.astype(np.int32),
            "rarity": np.log1p((n - frequent + 0.5) / (frequent + 0.5)).astype(np.float32),
        }
        return cls(arrays, max(float(content) / max(n, 1), 1e-9), 1.0)

    def scaled(self, energy: float) -> Self:
        """Returns the same with BM25 rows of a mean squared length of 1. energy: what that length is now."""
        return type(self)(
            self._arrays, self.usual_length, self.scale / float(np.sqrt(energy)) if energy else 1.0
        )

    def arrays(self) -> dict[str, np.ndarray[Any, Any]]:
        """Returns all that was learned, for `from_arrays`."""
        return {**self._arrays, "usual_length": np.array(self.usual_length), "scale": np.array(self.scale)}

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """Returns what gave these arrays, to the bit; they may be mapped from files."""
        return cls(arrays, float(arrays["usual_length"]), float(arrays["scale"]))

    @property
    def width(self) -> int:
        """Number of terms kept: columns of `tfidf`."""
        return len(self.ids)

    def postings(self, terms: Terms) -> Postings:
        """Returns the known terms of n texts, with what both weightings need to know of each text."""
        n, owners = len(terms), np.repeat(np.arange(len(terms)), np.diff(terms.starts))
        content = np.where(terms.ids < PLAIN, terms.counts, np.uint8(0))
        lengths = np.bincount(owners, weights=content, minlength=n) / self.usual_length
        saturation = (SATURATION * (1 - LENGTH + LENGTH * lengths)).astype(np.float32)
        codes = self._codes(terms.ids)
        weights = _sublinear(terms.counts) * self.idf[codes]
        norms = np.sqrt(np.bincount(owners, weights=weights**2, minlength=n)).astype(np.float32)
        known = codes >= KEPT
        starts = np.concatenate([[0], np.cumsum(known)])[terms.starts]
        return Postings(codes[known], terms.counts[known], starts.astype(np.int64), saturation, norms)

    def bm25(self, postings: Postings) -> csr_array:
        """Returns (n, w) float32 with a mean squared row length of 1 over the corpus that was fitted.

        A text without a known content term is an empty row.
        """
        columns = self._columns[postings.codes]
        known = columns >= 0
        owners = np.repeat(np.arange(len(postings)), np.diff(postings.starts))[known]
        counts, columns = postings.counts[known].astype(np.float32), columns[known]
        weights = self.scale * (self.rarity[columns] * counts / (counts + postings.saturation[owners]))
        starts = np.concatenate([[0], np.cumsum(known)])[postings.starts]
        return _rows(weights, columns, starts, len(self.rarity))

    def tfidf(self, postings: Postings) -> csr_array:
        """Returns (n, v) float32 of terms with stop words, rows of length 1 or less: unknown terms count
        too.
        """
        owners = np.repeat(np.arange(len(postings)), np.diff(postings.starts))
        weights = _sublinear(postings.counts) * self.idf[postings.codes]
        columns = postings.codes - np.int32(KEPT)
        return _rows(weights / postings.norms[owners], columns, postings.starts, self.width)

    def energy(self, postings: Postings) -> float:
        """Returns the sum of the squared lengths of the texts' BM25 rows."""
        data = self.bm25(postings).data
        return float(data @ data)

    def column(self, term: str, block: Literal["keyword", "tfidf"] = "keyword") -> int:
        """Returns the column of a term in `bm25` or `tfidf`, or -1 where it is not used."""
        code = int(self._codes(np.array([term_id(term)], np.uint32))[0])
        return int(self._columns[code]) if block == "keyword" else max(code - KEPT, -1)

    @cached_property
    def listed(self) -> Mask:
        """(f,) by rank, whether a term of more than `LISTED_TEXTS` texts is a column of `bm25`; terms of
        rank f and beyond are in fewer texts."""
        by_rank = KEPT + self.ranked
        least = self.idf[RARE] - np.float32(np.log((LISTED_TEXTS + 1.5) / 2))
        f = int(np.searchsorted(self.idf[by_rank], least))
        return np.asarray(self._columns[by_rank[:f]] >= 0)

    def ranks_of(self, terms: Sequence[str]) -> Rows:
        """Returns (m,) the rank of each term; -1 for one that it does not know, -2 for one of nearly all
        texts."""
        codes = self._codes(np.array([term_id(term) for term in terms], np.uint32)).astype(np.int64)
        ranks = np.where(codes == COMMON, -2, -1)
        ranks[codes >= KEPT] = self.ranks[codes[codes >= KEPT] - KEPT]
        return ranks

    def rarity_of(self, ranks: Rows) -> Floats:
        """Returns (m,) rarity of terms that are columns of `bm25`, by rank."""
        return np.asarray(self.rarity[self._columns[KEPT + self.ranked[ranks]]])

    def _codes(self, ids: Ids) -> Codes:
        """Returns (m,) codes of m terms, by search where they are fewer than the terms it keeps."""
        if len(ids) > len(self.ids):
            table = np.zeros(2 * BUCKETS, np.int32)
            table[self.ids] = np.arange(KEPT, KEPT + len(self.ids))
            table[self._common] = COMMON
            return table[ids]
        if not len(self.ids):
            return np.where(np.isin(ids, self._common), COMMON, RARE).astype(np.int32)
        near = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        codes = np.where(self.ids[near] == ids, near + KEPT, RARE).astype(np.int32)
        if len(self._common):
            codes[np.isin(ids, self._common)] = COMMON
        return codes


def _sublinear(counts: np.ndarray[Any, Any]) -> Floats:
    return np.asarray(1 + np.log(counts.astype(np.float32)))


def _rows(weights: Any, columns: Any, starts: Any, width: int) -> csr_array:
    return csr_array((weights, columns, starts.astype(np.int32)), shape=(len(starts) - 1, width))
