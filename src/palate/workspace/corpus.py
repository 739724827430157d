"""Corpus: one view of all texts of a store as numbers, that does not change while it is used."""

from collections.abc import Mapping, Sequence
from copy import copy
from functools import cached_property
from typing import Any, NamedTuple, Protocol, Self

import numpy as np
from scipy.sparse import csr_array

from palate.errors import UnknownName
from palate.feature.crowd import Crowd
from palate.features import Block, Features
from palate.parts import Mask as Mask
from palate.parts import Matrix, Rows, Vector
from palate.threads import MAX_THREADS
from palate.weights import Weights
from palate.workspace.scan import Scan, row_lengths
from palate.workspace.segment import Segment
from palate.workspace.space import Space


class CorpusCrowd(Crowd, Protocol):
    """What others think of each text of a corpus, and of any other text.

    source: equal for equal crowds, however many texts the corpus has.
    """

    @property
    def source(self) -> object: ...


class Removals(NamedTuple):
    """Texts that were removed after their segment was made. rows: ascending.

    representatives: (m,) row of the text that now stands for the group of each, its own row where none does.
    """

    rows: Rows
    representatives: Rows


NO_REMOVALS = Removals(np.zeros(0, np.int64), np.zeros(0, np.int64))


class Corpus:
    """n texts in order of row. A text's index is where it stands; it is the same in every corpus of one
    `layout`, which only grows at its end, until a new generation or a removal from the files gives a new
    layout.

    space: the frozen fit. segments: of the texts. layout: equal objects, equal indices. generation_id: equal
    numbers of one store, equal features. fit_row: last row that was fitted.
    """

    def __init__(
        self,
        space: Space,
        segments: Sequence[Segment],
        *,
        generation_id: int,
        fit_row: int,
        layout: object,
        removals: Removals = NO_REMOVALS,
    ) -> None:
        self.space, self.segments = space, tuple(segments)
        self.generation_id, self.fit_row = generation_id, fit_row
        self.layout, self.removals = layout, removals
        self._ends = np.cumsum([len(segment) for segment in self.segments], dtype=np.int64)
        self.rows: Rows = _concatenated([segment.rows for segment in self.segments])
        self.crowd: CorpusCrowd | None = None

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def n_fitted(self) -> int:
        """How many of the texts were fitted: the first ones."""
        return int(np.searchsorted(self.rows, self.fit_row, side="right"))

    @property
    def crowd_source(self) -> object:
        """Equal for corpora whose features of the crowd come from the same crowd; None where there is
        none.
        """
        return None if self.crowd is None else self.crowd.source

    def with_crowd(self, crowd: CorpusCrowd) -> Self:
        """Returns the same texts with what others think of them. Costs next to nothing."""
        corpus = copy(self)
        corpus.space, corpus.crowd = self.space.with_crowd(crowd), crowd
        for name in ("lengths", "no_features"):
            corpus.__dict__.pop(name, None)
        return corpus

    @cached_property
    def representatives(self) -> Rows:
        """(n,) row of the text that stands for the group of each text."""
        found = _concatenated([segment.representatives for segment in self.segments])
        gone = self.removals
        if len(gone.rows):
            near = np.minimum(np.searchsorted(gone.rows, found), len(gone.rows) - 1)
            found = np.where(gone.rows[near] == found, gone.representatives[near], found)
        return found

    @cached_property
    def moments(self) -> Vector:
        """(n,) seconds since 1970 of publication or, where that is not known, of adding."""
        return np.concatenate([np.zeros(0), *(segment.arrays["moments"] for segment in self.segments)])

    @cached_property
    def shown(self) -> Mask:
        """(n,) whether each text stands for its group and was not removed: what a reader is shown."""
        shown = self.rows == self.representatives
        shown[self.indices_of(self.removals.rows)] = False
        return np.asarray(shown)

    @cached_property
    def removed(self) -> Mask:
        """(n,) whether each text was removed, though its numbers are still here."""
        removed = np.zeros(len(self), dtype=np.bool_)
        removed[self.indices_of(self.removals.rows)] = True
        return removed

    def index_of(self, row: int) -> int:
        """Returns the index of the text of a store row. Raises UnknownName where it is not here."""
        index = int(np.searchsorted(self.rows, row))
        if index == len(self) or self.rows[index] != row:
            raise UnknownName(f"the text of row {row} was removed meanwhile")
        return index

    def indices_of(self, rows: Sequence[int] | Rows) -> Rows:
        """Returns the indices of the texts of some store rows, of those that are here."""
        wanted = np.asarray(rows, dtype=np.int64)
        if not len(self):
            return np.zeros(0, np.int64)
        near = np.minimum(np.searchsorted(self.rows, wanted), len(self) - 1)
        return np.asarray(near[self.rows[near] == wanted])

    def copies(self, rows: Sequence[int]) -> dict[int, list[int]]:
        """Returns the rows of the near-copies of the given representatives, of those that have any."""
        of, copies = self._grouped
        first, last = np.searchsorted(of, rows), np.searchsorted(of, rows, side="right")
        spans = zip(rows, first.tolist(), last.tolist(), strict=True)
        return {row: copies[begin:end].tolist() for row, begin, end in spans if end > begin}

    def features(self, indices: Rows) -> Features:
        """Returns the features of m texts."""
        wanted = np.asarray(indices, dtype=np.int64)
        parts, order = self.parted(wanted)
        found = [segment.features(self.space, local) for segment, local in parts]
        if not found:
            return self.no_features
        features = Features.joined(found)
        if len(parts) > 1:
            features = features[np.argsort(order)]
        if self.crowd is None:
            return features
        return Features({**features.blocks, "crowd": self.crowd.block[wanted]})

    def vectors(self, indices: Rows) -> Matrix:
        """Returns (m, d) float32 vectors of m texts."""
        wanted = np.asarray(indices, dtype=np.int64)
        found = np.zeros((len(wanted), len(self.space.semantic.mean)), np.float32)
        parts, order = self.parted(wanted)
        begin = 0
        for segment, local in parts:
            found[order[begin : begin + len(local)]] = segment.vectors(local)
            begin += len(local)
        return found

    def scores_at(self, weights: Mapping[str, Weights], indices: Rows) -> Vector:
        """Returns the scores, under linear weights, of m texts, exact but for rounding in single
        precision.
        """
        wanted = np.asarray(indices, dtype=np.int64)
        scores = np.zeros(len(wanted), np.float32)
        parts, order = self.parted(wanted)
        begin = 0
        with Scan(self.space, weights) as scan:
            for segment, local in parts:
                scores[order[begin : begin + len(local)]] = scan.scores_at(segment, local)
                begin += len(local)
        if self.crowd is not None and "crowd" in weights:
            scores += self.crowd.block[wanted] @ np.asarray(weights["crowd"], dtype=np.float32)
        return scores

    def scores(
        self, weights: Mapping[str, Weights], first: int = 0, threads: int = MAX_THREADS
    ) -> tuple[Vector, float]:
        """Returns the float32 scores, under linear weights, of the texts from an index on, and by how much
        the score of any may be off. Costs 0.5 microseconds a text on one core (see workspace/scan.py)."""
        slack, found = 0.0, [np.zeros(0, np.float32)]
        with Scan(self.space, weights) as scan:
            for segment, begin in zip(self.segments, self.begins, strict=True):
                if begin + len(segment) > first:
                    found.append(scan.scores(segment, threads)[max(0, first - begin) :])
                    slack = max(slack, scan.slack(segment))
        scores = np.concatenate(found)
        if self.crowd is not None and "crowd" in weights:
            scores += self.crowd.block[first:] @ np.asarray(weights["crowd"], dtype=np.float32)
        return scores, slack

    @cached_property
    def lengths(self) -> dict[str, Vector]:
        """By block, the (n,) float32 lengths of the texts' rows."""
        parts = [row_lengths(self.space, segment) for segment in self.segments]
        lengths = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]} if parts else {}
        return lengths if self.crowd is None else {**lengths, "crowd": _row_lengths(self.crowd.block)}

    @property
    def begins(self) -> list[int]:
        """Index of the first text of each segment."""
        return [0, *self._ends[:-1].tolist()] if self.segments else []

    @cached_property
    def no_features(self) -> Features:
        """The features of no text: the names, kinds and widths of the blocks."""
        return self.space.no_features()

    @cached_property
    def _grouped(self) -> tuple[Rows, Rows]:
        """Representatives of the texts that are copies, ascending, and the rows of those copies."""
        copies = np.flatnonzero((self.rows != self.representatives) & ~self.removed)
        order = np.argsort(self.representatives[copies], kind="stable")
        return self.representatives[copies][order], self.rows[copies][order]

    def parted(self, indices: Rows) -> tuple[list[tuple[Segment, Rows]], Rows]:
        """Returns the segments that have some of the texts, with the indices there, and which of the m texts
        each is.
        """
        where = np.searchsorted(self._ends, indices, side="right")
        order = np.argsort(where, kind="stable")
        parts, begin = [], 0
        for number, count in zip(*np.unique(where[order], return_counts=True), strict=True):
            local = indices[order[begin : begin + count]] - self.begins[int(number)]
            parts.append((self.segments[int(number)], local))
            begin += int(count)
        return parts, order


def _concatenated(parts: Sequence[np.ndarray[Any, Any]]) -> Rows:
    return np.concatenate([np.zeros(0, np.int64), *parts]) if len(parts) != 1 else np.asarray(parts[0])


def _row_lengths(block: Block) -> Vector:
    if isinstance(block, csr_array):
        return np.asarray(np.sqrt(block.multiply(block).sum(axis=1)), dtype=np.float32).ravel()
    return np.asarray(np.linalg.norm(block, axis=1), dtype=np.float32)
