"""Corpus: the texts of a store as numbers, in memory."""

from collections.abc import Callable, Sequence
from copy import copy
from datetime import UTC, datetime
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array

from palate.feature.crowd import Crowd
from palate.feature.freshness import Freshness
from palate.feature.keyword import Keyword
from palate.feature.semantic import Semantic
from palate.feature.sentiment import Sentiment
from palate.features import Background, Block, Features, Terms, sample_rows
from palate.index.exact import ExactIndex
from palate.parts import Matrix, Rows, Vector


class Space:
    """How texts become features: fitted on a corpus, usable for any text.

    vectors: (n, d) of the corpus. terms: of the same n texts. ages: (n,) in days, nan where one is not known;
    None where none is. crowd: makes what other readers think of them from the rows of their semantic block;
    None where there are no others. corpus: their features. background: what a taste may know of them."""

    def __init__(
        self,
        vectors: Matrix,
        terms: Terms,
        ages: Vector | None = None,
        crowd: Callable[[Matrix], Crowd] | None = None,
    ) -> None:
        self.semantic = Semantic(vectors)
        self.keyword = Keyword(terms)
        self.sentiment = Sentiment(terms)
        self.freshness = None if ages is None else Freshness(ages)
        self.crowd: Crowd | None = None
        self.corpus = self._features(vectors, terms, ages, self.keyword.rows)
        self.background = Background(_average(self.corpus), self.corpus[sample_rows(len(self.corpus))], {})
        if crowd is not None:
            self._hear(crowd(np.asarray(self.corpus.blocks["semantic"])))

    def beside(self, crowd: Crowd) -> "Space":
        """The same with what others think; this one has none."""
        space = copy(self)
        space._hear(crowd)
        return space

    def _hear(self, crowd: Crowd) -> None:
        average = Features(
            {**self.background.average.blocks, **_average(Features({"crowd": crowd.block})).blocks}
        )
        self.crowd = crowd
        self.corpus = Features({**self.corpus.blocks, "crowd": crowd.block})
        sample = self.corpus[sample_rows(len(self.corpus))]
        self.background = Background(average, sample, {"crowd": crowd.prior}, crowd.judgements_per_text)

    def features(self, vectors: Matrix, terms: Terms, ages: Vector | None = None) -> Features:
        """Of texts that are not in the corpus. ages: None where they are not known."""
        return self._features(vectors, terms, ages, self.keyword.bm25(terms))

    def _features(self, vectors: Matrix, terms: Terms, ages: Vector | None, bm25: csr_array) -> Features:
        semantic = self.semantic.transform(vectors)
        blocks: dict[str, Block] = {
            "semantic": semantic,
            "keyword": bm25,
            "tfidf": self.keyword.tfidf(terms),
            "sentiment": self.sentiment.transform(terms),
        }
        if self.freshness:
            blocks["freshness"] = self.freshness.transform(
                np.full(len(terms), np.nan) if ages is None else ages
            )
        if self.crowd:
            blocks["crowd"] = self.crowd.transform(semantic)
        return Features(blocks)


def _ages(dates: Sequence[str]) -> Vector:
    """(n,) days before the newest."""
    moments = (datetime.fromisoformat(date) for date in dates)
    seconds = np.array(
        [(moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() for moment in moments]
    )
    return np.asarray((seconds.max(initial=-np.inf) - seconds) / 86_400)


def _average(features: Features) -> Features:
    """One row: the mean of all rows of each block."""

    def mean(block: Block) -> Block:
        found = np.asarray(block.sum(axis=0), dtype=np.float32).reshape(1, -1) / max(block.shape[0], 1)
        return csr_array(found) if isinstance(block, csr_array) else found

    return Features({name: mean(block) for name, block in features.blocks.items()})


class Corpus:
    """n texts in order of row: about 3 kB of memory each with the static encoder.

    rows: (n,) ascending store rows. leaders: (n,) row of each text's group. vectors: (n, d) float32. terms:
    of the n texts. dates: of the n texts, ISO 8601; ages are counted from the newest."""

    def __init__(
        self, rows: Sequence[int], leaders: Sequence[int], vectors: Matrix, terms: Terms, dates: Sequence[str]
    ) -> None:
        self.rows: Rows = np.asarray(rows, dtype=np.int64)
        self.leaders: Rows = np.asarray(leaders, dtype=np.int64)
        self.vectors = vectors
        self.space = Space(vectors, terms, _ages(dates))
        self.features = self.space.corpus
        self.index = ExactIndex(vectors)

    def __len__(self) -> int:
        return len(self.rows)

    def beside(self, crowd: Crowd) -> "Corpus":
        """The same texts with what others think of them; this one has no crowd. Costs next to nothing."""
        corpus = copy(self)
        corpus.space = self.space.beside(crowd)
        corpus.features = corpus.space.corpus
        return corpus

    def place(self, row: int) -> int:
        """Where the text of a store row stands."""
        return int(np.searchsorted(self.rows, row))

    def places(self, rows: Sequence[int]) -> Rows:
        """(m,) where the texts of some store rows stand."""
        return np.searchsorted(self.rows, np.array(rows, dtype=np.int64))

    @cached_property
    def leads(self) -> np.ndarray[tuple[int], np.dtype[np.bool]]:
        """(n,) whether each text is the first of its group: what is shown."""
        return np.asarray(self.rows == self.leaders)

    @cached_property
    def followers(self) -> dict[int, list[int]]:
        """Rows of the near-copies of each leader that has any."""
        found: dict[int, list[int]] = {}
        for row, leader in zip(
            self.rows[~self.leads].tolist(), self.leaders[~self.leads].tolist(), strict=True
        ):
            found.setdefault(leader, []).append(row)
        return found
