"""Scan: the scores of all texts of a segment under linear weights, reading each byte of it once."""

from collections.abc import Mapping

import numpy as np

from palate.feature.keyword import KEPT, Postings
from palate.parts import Rows, Vector
from palate.weights import Sparse, Weights
from palate.workspace.segment import LENGTHS, Segment, ragged
from palate.workspace.space import Space

TEXTS_AT_ONCE = 2048  # so that what is computed stays in the processor's cache


class Scan:
    """Weights of a linear taste, laid out for scores of whole segments.

    `scores` gives the sum over blocks of row @ weights for every text of a segment, but for the crowd's block,
    which a segment does not have. The vectors are read as 8-bit ones: a score is off by no more than `slack`.
    Costs about 0.6 microseconds a text of 130 terms on one core. NumPy and SciPy let other threads run
    meanwhile.
    """

    def __init__(self, space: Space, weights: Mapping[str, Weights]) -> None:
        self.space = space
        self._direction, self._offset = self._vector_weights(weights.get("semantic"))
        self._words = self._word_weights(weights)
        self._dense = {
            name: np.asarray(weights[name], dtype=np.float32)
            for name in ("sentiment", "freshness")
            if name in weights
        }

    def slack(self, segment: Segment) -> float:
        """Returns the most that a score of the segment may be off by."""
        return segment.error * float(np.linalg.norm(self._direction))

    def scores(self, segment: Segment) -> Vector:
        """Returns (n,) float32 scores of the segment's texts."""
        scores = np.empty(len(segment), np.float32)
        for first in range(0, len(segment), TEXTS_AT_ONCE):
            part = slice(first, min(first + TEXTS_AT_ONCE, len(segment)))
            scores[part] = self._part(segment, part)
        return scores

    def scores_at(self, segment: Segment, indices: Rows) -> Vector:
        """Returns (m,) float32 scores of some of the segment's texts, from their whole vectors."""
        arrays = segment.arrays
        total = segment.vectors(indices) @ self._direction + np.float32(self._offset)
        for name, block_weights in self._dense.items():
            total += arrays[name][indices] @ block_weights
        if self._words is not None:
            positions, begins = ragged(segment.starts, indices)
            texts = Postings(
                arrays["codes"][positions],
                arrays["counts"][positions],
                begins,
                arrays["saturation"][indices],
                arrays["norms"][indices],
            )
            total += _word_scores(texts, self._words)
        return np.asarray(total, dtype=np.float32)

    def _part(self, segment: Segment, part: slice) -> Vector:
        arrays = segment.arrays
        total = arrays["quantised"][part].astype(np.float32) @ self._direction
        total *= arrays["quantum"][part]
        total += self._offset
        for name, block_weights in self._dense.items():
            total += arrays[name][part] @ block_weights
        if self._words is not None:
            begins = segment.starts[part.start : part.stop + 1]
            entries = slice(int(begins[0]), int(begins[-1]))
            texts = Postings(
                arrays["codes"][entries],
                arrays["counts"][entries],
                begins - begins[0],
                arrays["saturation"][part],
                arrays["norms"][part],
            )
            total += _word_scores(texts, self._words)
        return total

    def _vector_weights(self, weights: Weights | None) -> tuple[Vector, float]:
        """Returns (d,) weights on vectors, and what they give the mean of the corpus, with its sign turned."""
        semantic = self.space.semantic
        if weights is None:
            return np.zeros(len(semantic.mean), np.float32), 0.0
        direction = semantic.direction(np.asarray(weights, dtype=np.float64))
        return direction.astype(np.float32), -float(semantic.mean @ direction)

    def _word_weights(self, weights: Mapping[str, Weights]) -> Vector | None:
        """Returns (codes, 2) float32: what a code brings to BM25 and to tf-idf; None where no word weighs."""
        keyword = self.space.keyword
        if not {"keyword", "tfidf"} & weights.keys():
            return None
        table = np.zeros((KEPT + keyword.width, 2), np.float32)
        if "keyword" in weights:
            columns, values = entries_of(weights["keyword"])
            rarity = keyword.scale * keyword.rarity[columns]
            table[keyword.column_codes[columns], 0] = rarity * values
        if "tfidf" in weights:
            columns, values = entries_of(weights["tfidf"])
            table[KEPT + columns, 1] = keyword.idf[KEPT + columns] * values
        return table


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


def _word_scores(texts: Postings, words: Vector) -> Vector:
    """Returns (m,) scores by both weightings.

    Where a term occurs once, its BM25 weight is its table entry over 1 + saturation and its tf-idf weight the
    entry over the norm of the text: both factors belong to the text, so entries are summed first. What a
    term that occurs more often brings beyond that is added.
    """
    weights = words.take(texts.codes, axis=0)
    sums = _row_sums(weights, texts.starts)
    repeated = np.flatnonzero(texts.counts > 1)
    repeated = repeated[weights[repeated].any(axis=1)]
    counts = texts.counts[repeated].astype(np.float32)
    owners = np.searchsorted(texts.starts, repeated, side="right") - 1
    own = texts.saturation[owners]
    more = weights[repeated, 0] * (counts / (counts + own) - 1 / (1 + own))
    bm25 = sums[:, 0] / (1 + texts.saturation) + np.bincount(owners, more, len(sums))
    tfidf = sums[:, 1] + np.bincount(owners, weights[repeated, 1] * np.log(counts), len(sums))
    return np.asarray(bm25 + tfidf / np.where(texts.norms > 0, texts.norms, 1), dtype=np.float32)


def _row_sums(values: Vector, begins: Rows) -> Vector:
    """Returns (m, 2) sums of the values of each row; a row without a value is 0."""
    sums = np.zeros((len(begins) - 1, 2), np.float32)
    filled = np.flatnonzero(np.diff(begins))
    if len(filled):
        sums[filled] = np.add.reduceat(values, begins[filled], axis=0)
    return sums
