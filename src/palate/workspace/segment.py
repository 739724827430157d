"""Segment: some texts of a corpus as immutable arrays under a frozen fit, in memory or mapped from files."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from palate.feature.keyword import KEPT, Codes, Postings
from palate.features import Features
from palate.parts import Matrix, Rows, Vector
from palate.workspace.fitting import RawTexts
from palate.workspace.space import Space
from palate.workspace.word_lists import LISTS, WordLists, make_lists

Arrays = Mapping[str, np.ndarray[Any, Any]]
LEVELS = 127  # of an 8-bit vector, on each side of 0
# arrays with a line for every term, by what says where those of a text begin
STARTS = {"starts": ("terms", "counts"), "repeated_starts": ("repeated_terms", "repeated_factors")}
ALWAYS = {"rows", "representatives"}
RAGGED = {"error", *STARTS, *(name for names in STARTS.values() for name in names)}
LENGTHS = ("semantic", "keyword", "tfidf", "sentiment", "freshness")  # columns of `lengths`


class Segment:
    """n texts in order of row, 1 kB and 6.5 bytes a term each with 256 dimensions.

    arrays, each with a line for every text but for those of terms:
    terms, counts: the terms by rank, so that what is looked up most lies together (see feature/keyword.py).
    starts: (n + 1,) where the terms of each text begin. repeated_terms, repeated_starts: of the terms that a
    text has more than once. repeated_factors: (r, 2) float32, what such a term brings beyond its first
    occurrence: to BM25 in tf / (tf + saturation), to tf-idf in log tf. rows, representatives: int64 store
    rows. moments: seconds since 1970. vectors: (n, d) float16. quantised: (n, d) int8, and quantum, float32:
    the vector is about quantised times quantum.
    saturation, norms: of the words. sentiment, freshness: (n, 2) and (n, 3) float32 features.
    lengths: (n, 5) float32, of the text's row in each block of `LENGTHS`; that of BM25 is not scaled.
    error: the largest length of what `quantised` leaves out of a vector.
    A segment from a file has those of `WordLists`, too.
    """

    def __init__(self, arrays: Arrays) -> None:
        self.arrays = arrays
        self.rows: Rows = arrays["rows"]
        self.representatives: Rows = arrays["representatives"]
        self.starts: Rows = arrays["starts"]
        self.error = float(arrays["error"])
        self._lists: WordLists | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def vectors(self, indices: Rows) -> Matrix:
        """Returns (m, d) float32 vectors of m texts."""
        return np.asarray(self.arrays["vectors"][indices], dtype=np.float32)

    def picked(self, indices: Rows, names: Collection[str] | None = None) -> "Segment":
        """Returns m texts as a segment in memory. names: of the arrays that it shall have; None for all."""
        wanted = self.arrays.keys() - LISTS if names is None else {*names, *ALWAYS}
        arrays = {name: self.arrays[name][indices] for name in wanted - RAGGED}
        for starts, lined in STARTS.items():
            positions, arrays[starts] = ragged(self.arrays[starts], indices)
            arrays |= {name: self.arrays[name][positions] for name in wanted & set(lined)}
        return Segment({**arrays, "error": self.arrays["error"]})

    def word_lists(self, space: Space) -> WordLists:
        """Returns the texts of each frequent word; a segment in memory makes them when they are first asked
        for."""
        if self._lists is None:
            here = self.arrays.keys() >= LISTS
            self._lists = WordLists.of(self.arrays) if here else make_lists(self.arrays, space.keyword)
        return self._lists

    def with_lists(self, space: Space) -> "Segment":
        """Returns the same texts with the arrays of their word lists, to be written."""
        return Segment({**self.arrays, **self.word_lists(space).arrays()})

    def features(self, space: Space, indices: Rows) -> Features:
        """Returns the features of m texts, but for what others think of them."""
        a = self.arrays
        positions, starts = ragged(self.starts, indices)
        postings = Postings(
            space.keyword.ranked[a["terms"][positions]] + np.int32(KEPT),
            a["counts"][positions],
            starts,
            a["saturation"][indices],
            a["norms"][indices],
        )
        alone = space if space.crowd is None else space.without_crowd()
        return alone.blocks(self.vectors(indices), postings, a["sentiment"][indices], a["freshness"][indices])


def make_segment(space: Space, texts: RawTexts) -> Segment:
    """Returns a segment of texts in memory. Costs about 60 microseconds a text."""
    stored = texts.vectors.astype(np.float16)
    vectors = stored.astype(np.float32)
    postings = space.keyword.postings(texts.terms)
    sentiment = space.sentiment.transform(texts.terms)
    fresh = np.zeros((len(texts), 3), np.float32)
    if space.freshness is not None:
        fresh = space.freshness.transform(space.ages(texts.moments))
    quantum = np.abs(vectors).max(axis=1, initial=0.0) / LEVELS
    quantised = np.rint(vectors / np.maximum(quantum, 1e-30)[:, None]).astype(np.int8)
    left_out = np.linalg.norm(vectors - quantised * quantum[:, None], axis=1)
    bm25, tfidf = space.keyword.bm25(postings), space.keyword.tfidf(postings)
    repeated_codes, repeated_starts, repeated_factors = repeated(postings)
    ranks = space.keyword.ranks
    unscaled = _row_lengths(bm25) / np.float32(space.keyword.scale)
    semantic = np.linalg.norm(space.semantic.transform(vectors), axis=1)
    others = (np.linalg.norm(sentiment, axis=1), np.linalg.norm(fresh, axis=1))
    return Segment(
        {
            "terms": ranks[postings.codes - KEPT],
            "counts": postings.counts,
            "starts": postings.starts,
            "repeated_terms": ranks[repeated_codes - KEPT],
            "repeated_starts": repeated_starts,
            "repeated_factors": repeated_factors,
            "rows": np.asarray(texts.rows, np.int64),
            "representatives": np.asarray(texts.representatives, np.int64),
            "moments": texts.moments,
            "vectors": stored,
            "quantised": quantised,
            "quantum": quantum.astype(np.float32),
            "saturation": postings.saturation,
            "norms": postings.norms,
            "sentiment": sentiment,
            "freshness": fresh,
            "lengths": np.stack([semantic, unscaled, _row_lengths(tfidf), *others], axis=1).astype(
                np.float32
            ),
            "error": np.array(left_out.max(initial=0.0)),
        }
    )


def repeated(postings: Postings) -> tuple[Codes, Rows, Matrix]:
    """Returns the codes of the terms that a text has more than once, where those of each text begin, and what
    each brings beyond its first occurrence, (r, 2) float32: to BM25 and to tf-idf."""
    positions = np.flatnonzero(postings.counts > 1)
    starts = np.searchsorted(positions, postings.starts)
    counts = postings.counts[positions].astype(np.float32)
    saturation = np.repeat(postings.saturation, np.diff(starts))
    more = counts / (counts + saturation) - 1 / (1 + saturation)
    factors = np.stack([more, np.log(counts)], axis=1).astype(np.float32)
    return postings.codes[positions], starts, factors


def joined(segments: Sequence[Segment]) -> Segment:
    """Returns the texts of several segments as one in memory."""
    if len(segments) == 1:
        return segments[0]
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    for name in segments[0].arrays.keys() - LISTS:
        parts = [segment.arrays[name] for segment in segments]
        if name == "error":
            arrays[name] = np.array(np.max(parts), dtype=np.float32)
        elif name in STARTS:
            ends = np.cumsum([0, *(int(part[-1]) for part in parts)])
            shifted = [part[1:] + end for part, end in zip(parts, ends[:-1], strict=True)]
            arrays[name] = np.concatenate([np.zeros(1, np.int64), *shifted])
        else:
            arrays[name] = np.concatenate(parts)
    return Segment(arrays)


def without(segment: Segment, gone: Rows, representatives: Rows) -> Segment:
    """Returns the segment without the texts of some store rows, in memory.

    representatives: (n,) row of the text that stands for the group of each text of the segment from now on.
    """
    kept = np.flatnonzero(~np.isin(segment.rows, gone))
    return Segment({**segment.arrays, "representatives": representatives}).picked(kept)


def ragged(starts: Rows, indices: Rows) -> tuple[Rows, Rows]:
    """Returns the positions of the entries of some rows, one after the other, and where each row then begins.

    >>> positions, begins = ragged(np.array([0, 2, 2, 5]), np.array([2, 0]))
    >>> positions.tolist(), begins.tolist()
    ([2, 3, 4, 0, 1], [0, 3, 5])
    """
    first = np.asarray(starts[indices], dtype=np.int64)
    sizes = np.asarray(starts[np.asarray(indices) + 1], dtype=np.int64) - first
    begins = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    positions = np.repeat(first - begins[:-1], sizes)
    positions += np.arange(begins[-1])
    return positions, begins


def _row_lengths(block: Any) -> Vector:
    sums = np.bincount(
        np.repeat(np.arange(block.shape[0]), np.diff(block.indptr)), block.data**2, block.shape[0]
    )
    return np.asarray(np.sqrt(sums))
