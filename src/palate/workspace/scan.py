"""Scan: the scores of all texts of a segment under linear weights, reading each byte of it once."""

from collections.abc import Mapping
from threading import local
from typing import NamedTuple, Self

import numpy as np

from palate.feature.keyword import KEPT, Codes
from palate.parts import Matrix, Rows, Vector
from palate.threads import MAX_THREADS, in_threads
from palate.weights import Sparse, Weights
from palate.workspace.segment import LENGTHS, Segment, ragged
from palate.workspace.space import Space

TEXTS_AT_ONCE = 2048  # so that what is computed stays in the processor's cache


class Scan:
    """Weights of a linear taste, laid out for scores of many texts. Use it in a `with` block, by one thread.

    `scores` gives the sum over blocks of row @ weights for every text of a segment, but for the crowd's
    block, which a segment does not have. The vectors are read as 8-bit ones: a score is off by no more than
    `slack`. `scores_at` reads whole vectors. Costs about 0.7 microseconds a text of 130 terms on one core;
    NumPy lets other threads run meanwhile."""

    def __init__(self, space: Space, weights: Mapping[str, Weights]) -> None:
        self.space = space
        self._direction, self._offset = self._vector_weights(weights.get("semantic"))
        self._dense = {
            name: np.asarray(weights[name], dtype=np.float32)
            for name in ("sentiment", "freshness")
            if name in weights
        }
        self._codes: list[Rows] = []
        self._words = self._word_weights(weights)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Gives the table of words back, all zeros, to the next scan of this thread."""
        if self._words is not None:
            for codes in self._codes:
                self._words[codes] = 0.0
            _ROOM.table, self._words = self._words, None

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
                _Words(arrays["codes"][first], starts),
                _Words(arrays["repeated_codes"][more], more_starts),
                arrays["repeated_factors"][more],
                arrays["saturation"][indices],
                arrays["norms"][indices],
            )
        return np.asarray(total, dtype=np.float32)

    def _part(self, segment: Segment, part: slice) -> Vector:
        arrays = segment.arrays
        total = arrays["quantised"][part].astype(np.float32) @ self._direction
        total *= arrays["quantum"][part]
        total += self._offset
        for name, block_weights in self._dense.items():
            total += arrays[name][part] @ block_weights
        if self._words is not None:
            first, starts = _span(segment.starts, part)
            more, more_starts = _span(arrays["repeated_starts"], part)
            total += _word_scores(
                self._words,
                _Words(arrays["codes"][first], starts),
                _Words(arrays["repeated_codes"][more], more_starts),
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

    def _word_weights(self, weights: Mapping[str, Weights]) -> Matrix | None:
        """Returns (codes, 2) float32: what a code brings to BM25 and to tf-idf; None where no word weighs."""
        keyword = self.space.keyword
        if not {"keyword", "tfidf"} & weights.keys():
            return None
        table = _ROOM.take(KEPT + keyword.width)
        if "keyword" in weights:
            columns, values = entries_of(weights["keyword"])
            codes = keyword.column_codes[columns]
            table[codes, 0] = keyword.scale * keyword.rarity[columns] * values
            self._codes.append(codes)
        if "tfidf" in weights:
            columns, values = entries_of(weights["tfidf"])
            kept = KEPT + columns
            table[kept, 1] = keyword.idf[kept] * values
            self._codes.append(kept)
        return table


class _Room(local):
    """A table of zeros as long as the longest yet, of each thread its own: fresh ones cost more than a few
    texts.
    """

    table: Matrix = np.zeros((0, 2), np.float32)

    def take(self, length: int) -> Matrix:
        """Returns at least so many lines of zeros; nobody else has them until they are given back."""
        table, self.table = self.table, np.zeros((0, 2), np.float32)
        return table if len(table) >= length else np.zeros((length, 2), np.float32)


_ROOM = _Room()


class _Words(NamedTuple):
    """Codes of the terms of m texts, ragged. starts: (m + 1,)."""

    codes: Codes
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
    once = _row_sums(table.take(words.codes, axis=0), words.starts)
    more = _row_sums(table.take(repeated.codes, axis=0) * factors, repeated.starts)
    bm25 = once[:, 0] / (1 + saturation) + more[:, 0]
    tfidf = (once[:, 1] + more[:, 1]) / np.where(norms > 0, norms, 1)
    return np.asarray(bm25 + tfidf, dtype=np.float32)


def _span(starts: Rows, part: slice) -> tuple[slice, Rows]:
    """Returns the entries of consecutive texts, and where those of each then begin."""
    begins = np.asarray(starts[part.start : part.stop + 1])
    return slice(int(begins[0]), int(begins[-1])), begins - begins[0]


def _row_sums(values: Matrix, begins: Rows) -> Matrix:
    """Returns (m, 2) sums of the values of each row; a row without a value is 0."""
    sums = np.zeros((len(begins) - 1, 2), np.float32)
    filled = np.flatnonzero(np.diff(begins))
    if len(filled):
        sums[filled] = np.add.reduceat(values, begins[filled], axis=0)
    return sums
