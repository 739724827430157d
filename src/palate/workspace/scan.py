"""Scan: the scores of all texts of a segment under linear weights."""

from collections.abc import Mapping, Sequence
from threading import local
from typing import Any, NamedTuple, Self
from weakref import ref

import numpy as np
from scipy.sparse import csr_array

from palate.feature.keyword import KEPT, Codes
from palate.parts import Matrix, Rows, Vector
from palate.threads import MAX_THREADS, in_threads
from palate.weights import Sparse, Weights
from palate.workspace.segment import LENGTHS, Segment, ragged
from palate.workspace.space import Space

TEXTS_AT_ONCE = 4_096  # of whose words a sparse matrix is made
# of a segment, those that a scan reads
SCANNED_ARRAYS = frozenset(
    {
        "terms",
        "starts",
        "repeated_terms",
        "repeated_starts",
        "repeated_factors",
        "saturation",
        "norms",
        "quantised",
        "quantum",
        "sentiment",
        "freshness",
    }
)
VECTORS_AT_ONCE = 1024  # so that what is computed stays in the processor's cache


class Scan:
    """Weights of a linear taste, laid out for scores of many texts. Use it in a `with` block, by one thread.

    `scores` gives the sum over blocks of row @ weights for every text of a segment, but for the crowd's
    block, which a segment does not have. The vectors are read as 8-bit ones: a score is off by no more than
    `slack`. `scores_at` reads whole vectors. Costs about 0.5 microseconds a text of 130 terms on one core;
    NumPy lets other threads run meanwhile."""

    def __init__(self, space: Space, weights: Mapping[str, Weights]) -> None:
        self.space = space
        self._direction, self._offset = self._vector_weights(weights.get("semantic"))
        self._dense = {
            name: np.asarray(weights[name], dtype=np.float32)
            for name in ("sentiment", "freshness")
            if name in weights
        }
        self._laid = self._word_weights(weights)
        self._words = self._laid.table if self._laid is not None else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Gives the table of words back to the next scan of this thread."""
        if self._laid is not None:
            _ROOM.laid, self._laid, self._words = self._laid, None, None

    def slack(self, segment: Segment) -> float:
        """Returns the most that a score of the segment may be off by."""
        return segment.error * float(np.linalg.norm(self._direction))

    def scores(self, segment: Segment, threads: int = MAX_THREADS) -> Vector:
        """Returns (n,) float32 scores of the segment's texts. threads: at most."""
        scores = np.empty(len(segment), np.float32)

        def score(begin: int, end: int) -> None:
            for first in range(begin, end, TEXTS_AT_ONCE):
                part = slice(first, min(first + TEXTS_AT_ONCE, end))
                scores[part] = self._part(segment, part)

        in_threads(score, len(segment), threads)
        return scores

    def scores_at(self, segment: Segment, indices: Rows) -> Vector:
        """Returns (m,) float32 scores of some of the segment's texts, from their whole vectors."""
        arrays = segment.arrays
        total = segment.vectors(indices) @ self._direction + np.float32(self._offset)
        for name, block_weights in self._dense.items():
            total += arrays[name][indices] @ block_weights
        if self._words is not None:
            first, starts = ragged(segment.starts, indices)
            more, more_starts = ragged(arrays["repeated_starts"], indices)
            total += _word_scores(
                self._words,
                _Words(arrays["terms"][first], starts),
                _Words(arrays["repeated_terms"][more], more_starts),
                arrays["repeated_factors"][more],
                arrays["saturation"][indices],
                arrays["norms"][indices],
            )
        return np.asarray(total, dtype=np.float32)

    def _part(self, segment: Segment, part: slice) -> Vector:
        arrays = segment.arrays
        total = np.empty(part.stop - part.start, np.float32)
        for begin in range(0, len(total), VECTORS_AT_ONCE):
            end = min(begin + VECTORS_AT_ONCE, len(total))
            quantised = arrays["quantised"][part.start + begin : part.start + end]
            total[begin:end] = quantised.astype(np.float32) @ self._direction
        total *= arrays["quantum"][part]
        total += self._offset
        for name, block_weights in self._dense.items():
            total += arrays[name][part] @ block_weights
        if self._words is not None:
            first, starts = _span(segment.starts, part)
            more, more_starts = _span(arrays["repeated_starts"], part)
            total += _word_scores(
                self._words,
                _Words(arrays["terms"][first], starts),
                _Words(arrays["repeated_terms"][more], more_starts),
                arrays["repeated_factors"][more],
                arrays["saturation"][part],
                arrays["norms"][part],
            )
        return total

    def _vector_weights(self, weights: Weights | None) -> tuple[Vector, float]:
        """Returns (d,) weights on vectors, and what they give the mean of the corpus, with its sign
        turned.
        """
        semantic = self.space.semantic
        if weights is None:
            return np.zeros(len(semantic.mean), np.float32), 0.0
        direction = semantic.direction(np.asarray(weights, dtype=np.float64))
        return direction.astype(np.float32), -float(semantic.mean @ direction)

    def _word_weights(self, weights: Mapping[str, Weights]) -> "_Laid | None":
        """Returns what a term brings to BM25 and to tf-idf; None where no word weighs."""
        keyword = self.space.keyword
        if not {"keyword", "tfidf"} & weights.keys():
            return None
        laid, shown = _ROOM.take(), (keyword, weights.get("keyword"), weights.get("tfidf"))
        if laid.shows(shown):
            return laid
        table, ranks = laid.emptied(keyword.width), [_NO_RANKS, _NO_RANKS]
        if "keyword" in weights:
            columns, values = entries_of(weights["keyword"])
            ranks[0] = keyword.ranks[keyword.column_codes[columns] - KEPT]
            table[0, ranks[0]] = keyword.scale * keyword.rarity[columns] * values
        if "tfidf" in weights:
            columns, values = entries_of(weights["tfidf"])
            ranks[1] = keyword.ranks[columns]
            table[1, ranks[1]] = keyword.idf[KEPT + columns] * values
        return _Laid(table, ranks, [ref(one) if one is not None else None for one in shown])


class _Laid(NamedTuple):
    """A table (2, ranks) float32 of what each term brings. ranks: where each line may not be 0. shown: the
    vocabulary and the weights of both weightings, as long as somebody has them."""

    table: Matrix
    ranks: Sequence[Rows]
    shown: Sequence["ref[Any] | None"]

    def shows(self, wanted: Sequence[object]) -> bool:
        """Returns whether it is that of some weights. Sparse ones do not change; arrays might."""
        if len(self.shown) != len(wanted) or any(isinstance(one, np.ndarray) for one in wanted):
            return False
        here = [one() if one is not None else None for one in self.shown]
        return all(one is other for one, other in zip(here, wanted, strict=True))

    def emptied(self, length: int) -> Matrix:
        """Returns two lines of at least so many zeros."""
        if self.table.shape[1] < length:
            return np.zeros((2, length), np.float32)
        for line, ranks in zip(self.table, self.ranks, strict=True):
            line[ranks] = 0.0
        return self.table


_NO_RANKS: Rows = np.zeros(0, np.int32)
_NOTHING = _Laid(np.zeros((2, 0), np.float32), (_NO_RANKS, _NO_RANKS), ())


class _Room(local):
    """A table of words and a line of ones, as long as the longest yet, of each thread its own: fresh ones
    cost more than a few texts, and weights are often laid out for several scans.
    """

    laid = _NOTHING
    filled: Vector = np.ones(0, np.float32)

    def ones(self, length: int) -> Vector:
        """Returns so many ones, not to be written to."""
        if len(self.filled) < length:
            self.filled = np.ones(length, np.float32)
        return self.filled[:length]

    def take(self) -> _Laid:
        """Returns the table; nobody else has it until it is given back."""
        laid, self.laid = self.laid, _NOTHING
        return laid


_ROOM = _Room()


class _Words(NamedTuple):
    """The terms of m texts by rank, ragged. starts: (m + 1,)."""

    ranks: Codes
    starts: Rows


def entries_of(weights: Weights) -> tuple[Rows, Vector]:
    """Returns the columns of weights that are not 0, and the weights there."""
    if isinstance(weights, Sparse):
        return weights.columns, weights.values
    columns = np.flatnonzero(weights)
    return columns, np.asarray(weights)[columns]


def row_lengths(space: Space, segment: Segment) -> Mapping[str, Vector]:
    """Returns, by block, the lengths of the rows of a segment's texts."""
    lengths = np.asarray(segment.arrays["lengths"])
    found = dict(zip(LENGTHS, lengths.T, strict=True))
    return {**found, "keyword": found["keyword"] * np.float32(space.keyword.scale)}


def _word_scores(
    table: Matrix, words: _Words, repeated: _Words, factors: Matrix, saturation: Vector, norms: Vector
) -> Vector:
    """Returns (m,) scores by both weightings.

    Where a term occurs once, its BM25 weight is its table entry over 1 + saturation and its tf-idf weight the
    entry over the norm of the text: both factors belong to the text, so entries are summed first. What a
    term that occurs more often brings beyond that is added.
    """
    once = _row_sums(table, words, _ROOM.ones(len(words.ranks))[None])
    more = _row_sums(table, repeated, np.ascontiguousarray(factors.T))
    bm25 = once[0] / (1 + saturation) + more[0]
    tfidf = (once[1] + more[1]) / np.where(norms > 0, norms, 1)
    return np.asarray(bm25 + tfidf, dtype=np.float32)


def _span(starts: Rows, part: slice) -> tuple[slice, Rows]:
    """Returns the entries of consecutive texts, and where those of each then begin."""
    begins = np.asarray(starts[part.start : part.stop + 1])
    return slice(int(begins[0]), int(begins[-1])), begins - begins[0]


def _row_sums(table: Matrix, words: _Words, factors: Matrix) -> list[Vector]:
    """Returns, of each line of the table, the (m,) sums over a text's terms of their entry times its factor.

    factors: (1 or 2, terms), for all lines or each its own. SciPy's product of a sparse matrix and a vector
    makes no copy, and takes less time than `take` and `reduceat`."""
    starts = words.starts.astype(np.int32)
    rows = csr_array((len(starts) - 1, table.shape[1]), dtype=np.float32)
    sums = []
    for index, line in enumerate(table):
        # set, as a part of a long array that is given to the constructor is copied
        rows.data, rows.indices, rows.indptr = factors[index % len(factors)], words.ranks, starts
        sums.append(np.asarray(rows @ line))
    return sums
