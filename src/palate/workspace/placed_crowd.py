"""PlacedCrowd: a stored crowd with a row for every text of a corpus."""

from typing import Self

import numpy as np

from palate.feature.crowd import Arrays, crowd_from_arrays
from palate.features import Block, Features
from palate.parts import Matrix, Rows, Vector
from palate.workspace.corpus import Corpus


class PlacedCrowd:
    """What a stored crowd thinks of each text of a corpus, texts that were added since among them.

    A near-copy shows what the crowd thinks of the text that stands for its group. A later generation has a semantic
    block of its own, whose axes may be turned against those that the crowd was learned on, so rows are turned back
    before the crowd sees them. Costs O(new texts), and O(d^3) where axes are turned.

    arrays: of the crowd; also rows (n,), the ascending store rows that its block is of, and mean (d,) and matrix
    (d, d) of the semantic block that it was learned on. source: what it was read from; equal ones are the same
    crowd.
    """

    def __init__(self, arrays: Arrays, corpus: Corpus, source: object) -> None:
        rows, mean, matrix = arrays["rows"], arrays["mean"], arrays["matrix"]

        def learned_on(indices: Rows) -> Matrix:
            return np.asarray((_vectors_of(corpus, rows[indices]) - mean) @ matrix)

        self.source = source
        self._rows = rows
        self._crowd = crowd_from_arrays(arrays, learned_on)
        self._turn = _turn(corpus.space.semantic.mean, corpus.space.semantic.matrix, mean, matrix)
        self.prior, self.heard = self._crowd.prior, self._crowd.heard
        self.block: Block = self._placed(corpus, 0)

    def grown(self, corpus: Corpus) -> Self:
        """Returns the same crowd for a corpus of the same layout that has more texts at its end."""
        placed = self.__class__.__new__(self.__class__)
        placed.__dict__.update(self.__dict__)
        more = self._placed(corpus, self.block.shape[0])
        joined = Features.joined([Features({"crowd": block}) for block in (self.block, more)])
        placed.block = joined.blocks["crowd"]
        return placed

    def transform(self, rows: Matrix) -> Block:
        """Returns (m, d) of new texts, from the rows of their semantic block."""
        if self._turn is not None:
            rows = np.asarray(rows @ self._turn[0] + self._turn[1])
        return self._crowd.transform(rows)

    def _placed(self, corpus: Corpus, first: int) -> Block:
        """Returns the rows of the texts from an index on."""
        wanted = corpus.representatives[first:]
        places = np.minimum(np.searchsorted(self._rows, wanted), max(len(self._rows) - 1, 0))
        new = np.ones(len(wanted), np.bool_) if not len(self._rows) else self._rows[places] != wanted
        places[new] = len(self._rows) + np.arange(new.sum())
        added = self.transform(corpus.space.semantic.transform(corpus.vectors(first + np.flatnonzero(new))))
        blocks = [Features({"crowd": block}) for block in (self._crowd.block, added)]
        return Features.joined(blocks)[places].blocks["crowd"]


def _vectors_of(corpus: Corpus, rows: Rows) -> Matrix:
    """Returns the vectors of some store rows; zeros for a text that was removed."""
    near = np.minimum(np.searchsorted(corpus.rows, rows), len(corpus) - 1)
    here = corpus.rows[near] == rows
    vectors = np.zeros((len(rows), len(corpus.space.semantic.mean)), np.float32)
    vectors[here] = corpus.vectors(near[here])
    return vectors


def _turn(mean: Vector, matrix: Matrix, old_mean: Vector, old_matrix: Matrix) -> tuple[Matrix, Vector] | None:
    """Returns matrix and shift that make of rows (x - mean) @ matrix those of (x - old_mean) @ old_matrix; None where
    they are equal.
    """
    mean, matrix = mean.astype(np.float32), matrix.astype(np.float32)
    if np.array_equal(mean, old_mean) and np.array_equal(matrix, old_matrix):
        return None
    turned = np.linalg.solve(matrix.astype(np.float64), old_matrix.astype(np.float64))
    return turned.astype(np.float32), np.asarray((mean - old_mean) @ old_matrix)
