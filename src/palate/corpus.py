"""Corpus: the texts of a store as numbers, in memory."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array

from palate.feature.keyword import Keyword
from palate.feature.semantic import Semantic
from palate.features import Background, Features, Terms
from palate.index.exact import ExactIndex
from palate.parts import Matrix, Rows


class Space:
    """How texts become features: fitted on a corpus, usable for any text.

    vectors: (n, d) of the corpus. terms: of the same n texts. corpus: their features. background: what a taste may know of them.
    """

    def __init__(self, vectors: Matrix, terms: Terms) -> None:
        self.semantic = Semantic(vectors)
        self.keyword = Keyword(terms)
        features = self.features(vectors, terms)
        average = np.asarray(features.blocks["keyword"].sum(axis=0), dtype=np.float32).reshape(1, -1) / max(len(vectors), 1)
        self.corpus = features
        mean = Features({"semantic": np.zeros((1, vectors.shape[1]), np.float32), "keyword": csr_array(average)})
        self.background = Background(mean, features, {})

    def features(self, vectors: Matrix, terms: Terms) -> Features:
        return Features({"semantic": self.semantic.transform(vectors), "keyword": self.keyword.transform(terms)})


class Corpus:
    """n texts in order of row: about 3 kB of memory each with the static encoder.

    rows: (n,) ascending store rows. leaders: (n,) row of each text's group. vectors: (n, d) float32. terms: of the n texts.
    """

    def __init__(self, rows: Sequence[int], leaders: Sequence[int], vectors: Matrix, terms: Terms) -> None:
        self.rows: Rows = np.asarray(rows, dtype=np.int64)
        self.leaders: Rows = np.asarray(leaders, dtype=np.int64)
        self.vectors = vectors
        self.space = Space(vectors, terms)
        self.features = self.space.corpus
        self.index = ExactIndex(vectors)

    def __len__(self) -> int:
        return len(self.rows)

    def place(self, row: int) -> int:
        """Where the text of a store row stands."""
        return int(np.searchsorted(self.rows, row))

    @cached_property
    def leads(self) -> np.ndarray[tuple[int], np.dtype[np.bool]]:
        """(n,) whether each text is the first of its group: what is shown."""
        return np.asarray(self.rows == self.leaders)

    @cached_property
    def followers(self) -> dict[int, list[int]]:
        """Rows of the near-copies of each leader that has any."""
        found: dict[int, list[int]] = {}
        for row, leader in zip(self.rows[~self.leads].tolist(), self.leaders[~self.leads].tolist(), strict=True):
            found.setdefault(leader, []).append(row)
        return found
