"""Shortlist: the texts of a large corpus that scored best under some weights, laid out to be scored again
quickly."""

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

import numpy as np

from palate.parts import Rows, Vector
from palate.weights import Weights
from palate.workspace.change import change_of
from palate.workspace.corpus import Corpus
from palate.workspace.scan import SCANNED_ARRAYS, Scan
from palate.workspace.segment import Segment, joined


class _Last(NamedTuple):
    """Scores (m,) under some weights, each off by `slack` at most."""

    weights: Mapping[str, Weights]
    scores: Vector
    slack: float


class Shortlist:
    """Some texts of a corpus, copied side by side: 0.9 kB each, and 0.5 microseconds to score.

    Use it where the best texts change by little from one judgement to the next: the best are then found
    among the best 20,000 of the last pass. indices: (m,) of the texts, ascending.
    """

    def __init__(self, corpus: Corpus, indices: Rows) -> None:
        self.indices = indices
        parts = [segment.picked(local, SCANNED_ARRAYS) for segment, local in corpus.parted(indices)[0]]
        self._segment: Segment = joined(parts)
        self._last: _Last | None = None

    def scores(self, corpus: Corpus, weights: Mapping[str, Weights]) -> tuple[Vector, float]:
        """Returns the (m,) float32 scores under linear weights, and by how much any may be off.

        corpus: one of the same layout, of which the crowd is taken."""
        with Scan(corpus.space, weights) as scan:
            scores, slack = scan.scores(self._segment), scan.slack(self._segment)
        if corpus.crowd is not None and "crowd" in weights:
            scores += corpus.crowd.block[self.indices] @ np.asarray(weights["crowd"], dtype=np.float32)
        self._last = _Last(dict(weights), scores, slack)
        return scores, slack

    def bounds(self, corpus: Corpus, weights: Mapping[str, Weights]) -> tuple[Vector, Vector] | None:
        """Returns the (m,) scores that those last given tell under linear weights, and by how much each may
        be off (m,); None where none were given.

        What the weights share with those of then scales the scores; the rest moves a text by no more than its
        length times that of the text's row, block by block (Cauchy-Schwarz)."""
        if self._last is None:
            return None
        factor, changes = change_of(weights, self._last.weights)
        slack = np.full(len(self.indices), abs(factor) * self._last.slack, np.float32)
        for name, change in changes.items():
            if change and name in corpus.lengths:
                slack += np.float32(change) * corpus.lengths[name][self.indices]
        return np.float32(factor) * self._last.scores, slack

    @cached_property
    def nbytes(self) -> int:
        """Bytes of memory held."""
        return self.indices.nbytes + sum(array.nbytes for array in self._segment.arrays.values())
