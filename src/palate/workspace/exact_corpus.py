"""ExactCorpus: the nearest texts of a corpus by a comparison with each."""

import numpy as np

from palate.index.exact import best_of, indices_of
from palate.parts import Mask, Rows, Vector
from palate.workspace.corpus import Corpus
from palate.workspace.segment import Segment

TEXTS_AT_ONCE = 8192


class ExactCorpus:
    """Finds the nearest of the texts of a corpus that were not removed.

    8-bit vectors are compared first, and those that could be among the nearest by their whole vectors. Costs
    O(n d) for the texts that are allowed, 10 ms for 100,000 of 256 dims.
    """

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus

    def nearest(self, vector: Vector, n: int, allowed: Mask | Rows | None = None) -> tuple[Rows, Vector]:
        """Returns the indices of the n texts nearest to a vector and their cosine, nearest first, then in
        order. allowed: as for `Index`.
        """
        corpus = self._corpus
        length = float(np.linalg.norm(vector))
        unit = (vector / length if length else vector).astype(np.float32)
        wanted = self._wanted(allowed)
        rough = self._rough(unit, wanted)
        n = min(n, len(rough))
        if not n:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        slack = 2 * max((segment.error for segment in corpus.segments), default=0.0) + 1e-5
        level = np.partition(rough, len(rough) - n)[len(rough) - n]
        rough_best: Rows = np.flatnonzero(rough >= level - slack)
        candidates = rough_best if wanted is None else wanted[rough_best]
        cosines = corpus.vectors(candidates) @ unit
        best = best_of(cosines, n)
        return candidates[best], cosines[best]

    def _wanted(self, allowed: Mask | Rows | None) -> Rows | None:
        """Returns the indices that are allowed and were not removed; None for all."""
        removed = self._corpus.removed
        if allowed is None:
            return indices_of(~removed) if len(self._corpus.removals.rows) else None
        wanted = indices_of(allowed)
        return np.asarray(wanted[~removed[wanted]]) if len(self._corpus.removals.rows) else wanted

    def _rough(self, unit: Vector, wanted: Rows | None) -> Vector:
        """Returns the cosines by 8-bit vectors, of all texts or of some."""
        if wanted is None:
            parts = [_rough_cosines(segment, unit) for segment in self._corpus.segments]
            return np.concatenate([np.zeros(0, np.float32), *parts])
        found = np.empty(len(wanted), np.float32)
        some, order = self._corpus.parted(wanted)
        begin = 0
        for segment, local in some:
            found[order[begin : begin + len(local)]] = _rough_cosines(segment, unit, local)
            begin += len(local)
        return found


def _rough_cosines(segment: Segment, unit: Vector, indices: Rows | None = None) -> Vector:
    quantised, quantum = segment.arrays["quantised"], segment.arrays["quantum"]
    found = np.empty(len(segment) if indices is None else len(indices), np.float32)
    for begin in range(0, len(found), TEXTS_AT_ONCE):
        part = slice(begin, begin + TEXTS_AT_ONCE)
        chosen = part if indices is None else indices[part]
        found[part] = quantised[chosen].astype(np.float32) @ unit * quantum[chosen]
    return found
