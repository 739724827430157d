"""A store of questions in memory, searched exactly: which stored ones are the candidates of a question, and
which of them people held for duplicates.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from palate.feature.word_overlap import word_overlap
from palate.insight.duplicate_probability import BACKGROUND_RANK
from palate.parts import Encoder, Matrix, Rows, Vector
from quora import QuestionPair, groups_of, questions_of

CANDIDATES = 5  # of each question
QUERIES_AT_ONCE = 500


class Retrieved(NamedTuple):
    """Candidates of some questions, five each. columns: (n, 4) as a calibration reads them. duplicates: (n,)
    of 0 and 1. nearest: (n,) whether it is the nearest of its question. share: of the questions that have a
    duplicate among their candidates.
    """

    columns: Matrix
    duplicates: Vector
    nearest: np.ndarray[tuple[int], np.dtype[np.bool_]]
    share: float
    indices: Rows  # (n, 2) of the question and the stored one


class QuestionStore:
    """All questions of some pairs, with their vectors; a duplicate is what labels link, directly or by
    others.
    """

    def __init__(self, pairs: Sequence[QuestionPair], encoder: Encoder) -> None:
        self.questions = questions_of(pairs)
        self.vectors = encoder.encode(self.questions)
        self.groups = groups_of(self.questions, [pair for pair in pairs if pair.duplicate])

    def retrieve(self, queries: Rows, stored: Rows) -> Retrieved:
        """Returns the candidates of some questions among stored ones, themselves left out."""
        parts = [
            self._nearest(queries[first : first + QUERIES_AT_ONCE], stored)
            for first in range(0, len(queries), QUERIES_AT_ONCE)
        ]
        found, cosines = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        pairs = np.column_stack([np.repeat(queries, CANDIDATES), found[:, :CANDIDATES].ravel()])
        overlap = word_overlap((self.questions[one], self.questions[other]) for one, other in pairs.tolist())
        background = np.repeat(cosines[:, BACKGROUND_RANK - 1], CANDIDATES)
        duplicates = self.groups[pairs[:, 0]] == self.groups[pairs[:, 1]]
        return Retrieved(
            np.column_stack([cosines[:, :CANDIDATES].ravel(), overlap, background]),
            duplicates.astype(np.float64),
            np.arange(len(pairs)) % CANDIDATES == 0,
            float(duplicates.reshape(-1, CANDIDATES).any(axis=1).mean()),
            pairs,
        )

    def reciprocal_ranks(self, depth: int) -> Vector:
        """Returns the reciprocal rank of the first duplicate by cosine, 0 below `depth`, of each question
        that has one.
        """
        found = []
        for query in self.with_duplicate():
            cosines = self.vectors @ self.vectors[query]
            cosines[query] = -np.inf
            order = np.argsort(-cosines, kind="stable")[:depth]
            ranks = np.flatnonzero(self.groups[order] == self.groups[query])
            found.append(1 / (1 + ranks[0]) if len(ranks) else 0.0)
        return np.array(found)

    def with_duplicate(self) -> list[int]:
        """Returns the questions that have a duplicate."""
        sizes = np.bincount(self.groups)
        return np.flatnonzero(sizes[self.groups] > 1).tolist()

    def _nearest(self, queries: Rows, stored: Rows) -> tuple[Rows, Matrix]:
        cosines = self.vectors[queries] @ self.vectors[stored].T
        cosines[queries[:, None] == stored[None, :]] = -np.inf
        best = np.argpartition(-cosines, BACKGROUND_RANK, axis=1)[:, :BACKGROUND_RANK]
        by_cosine = np.argsort(-np.take_along_axis(cosines, best, axis=1), axis=1, kind="stable")
        order = np.take_along_axis(best, by_cosine, axis=1)
        return stored[order], np.take_along_axis(cosines, order, axis=1)


def of_groups(store: QuestionStore, indices: Rows, share: float, rng: np.random.Generator) -> Rows:
    """Returns the questions of a share of the groups, whole groups each."""
    chosen = rng.random(store.groups.max() + 1) < share
    kept: Rows = indices[chosen[store.groups[indices]]]
    return kept


def few_duplicates(
    store: QuestionStore, indices: Rows, share: float, rng: np.random.Generator
) -> tuple[Rows, Rows]:
    """Returns one question of each group as queries, and all others as stored, of which only a share of the
    queries' groups kept their duplicates.
    """
    shuffled = rng.permutation(indices)
    queries = shuffled[np.unique(store.groups[shuffled], return_index=True)[1]]
    keeps = rng.random(store.groups.max() + 1) < share
    asked = np.zeros(len(keeps), bool)
    asked[store.groups[queries]] = True
    others = np.setdiff1d(np.arange(len(store.questions)), queries)
    return queries, others[~asked[store.groups[others]] | keeps[store.groups[others]]]
