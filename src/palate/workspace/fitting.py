"""Fitting: a space is learned from a corpus that need not be in memory, in two passes over its parts."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from palate.feature.crowd import Crowd
from palate.feature.freshness import Freshness
from palate.feature.keyword import Keyword
from palate.feature.semantic import Semantic, sample_step
from palate.feature.sentiment import Sentiment, feelings_of
from palate.feature.terms import BUCKETS, content_terms
from palate.features import Background, Block, Features, Terms, sample_rows
from palate.parts import Matrix, Rows, Vector
from palate.workspace.space import Space

NOTHING = Features({})


@dataclass(frozen=True, eq=False)
class RawTexts:
    """n texts as a store has them. rows: ascending. representatives: row of the first text of each group.

    vectors: (n, d) float16 or float32. moments: (n,) seconds since 1970, nan where no date is known.
    """

    rows: Rows
    representatives: Rows
    vectors: Matrix
    terms: Terms
    moments: Vector

    def __len__(self) -> int:
        return len(self.rows)


class SpaceFit:
    """The fit of a space on n texts: `observe` all parts in order, `begin`, `add` all parts, `finish`.

    Memory grows with the vocabulary and by 40 bytes a text. dims: of the vectors.
    """

    def __init__(self, n: int, dims: int) -> None:
        self._n, self._dims, self._seen, self._step = n, dims, 0, sample_step(n)
        self._frequencies = np.zeros(2 * BUCKETS, np.int64)
        self._content = 0
        self._vectors: list[Matrix] = []
        self._feelings: list[Matrix] = []
        self._moments: list[Vector] = []
        self._drawn = sample_rows(n)
        self._samples: list[Features] = []
        self._sums: dict[str, Vector] = {}
        self._sparse: dict[str, bool] = {}
        self._energy = 0.0
        self._added = 0

    def observe(self, texts: RawTexts) -> None:
        """Takes the counts, dates and some vectors of a part: the first pass."""
        self._frequencies += np.bincount(texts.terms.ids, minlength=2 * BUCKETS)
        self._content += int(content_terms(texts.terms).counts.sum(dtype=np.int64))
        self._vectors.append(texts.vectors[-self._seen % self._step :: self._step].astype(np.float32))
        self._feelings.append(feelings_of(texts.terms))
        self._moments.append(texts.moments)
        self._seen += len(texts)

    def begin(self) -> Space:
        """Returns the space as the first pass leaves it: BM25 rows are not scaled, nothing is known of
        averages.
        """
        moments = np.concatenate([np.zeros(0), *self._moments])
        dated = moments[~np.isnan(moments)]
        newest = float(dated.max()) if len(dated) else 0.0
        ages = (newest - moments) / 86_400.0
        vectors = np.concatenate([np.zeros((0, self._dims), np.float32), *self._vectors])
        feelings = np.concatenate([np.zeros((0, 2)), *self._feelings])
        self._space = Space(
            Semantic.fit(vectors),
            Keyword.of_counts(self._n, self._frequencies, self._content),
            Sentiment.fit(feelings),
            Freshness.fit(ages) if len(dated) else None,
            newest,
            NOTHING,
            NOTHING,
        )
        self._vectors, self._feelings, self._moments = [], [], []
        return self._space

    def add(self, features: Features) -> None:
        """Takes the features of a part under the space of `begin`: the second pass."""
        for name, block in features.blocks.items():
            total = np.asarray(block.sum(axis=0), dtype=np.float64).ravel()
            self._sums[name] = self._sums[name] + total if name in self._sums else total
            self._sparse[name] = isinstance(block, csr_array)
        words = features.blocks["keyword"]
        assert isinstance(words, csr_array)
        self._energy += float(words.data @ words.data)
        first, last = np.searchsorted(self._drawn, [self._added, self._added + len(features)])
        self._samples.append(features[self._drawn[first:last] - self._added])
        self._added += len(features)

    def finish(self) -> Space:
        """Returns the space."""
        keyword = self._space.keyword.scaled(self._energy / max(self._n, 1))
        average = {name: self._average(name, keyword.scale) for name in self._sums}
        sample = Features.joined(self._samples) if self._samples else NOTHING
        if sample.blocks:
            sample = Features(
                {**sample.blocks, "keyword": sample.blocks["keyword"] * np.float32(keyword.scale)}
            )
        return replace(self._space, keyword=keyword, average=Features(average), sample=sample)

    def _average(self, name: str, scale: float) -> Block:
        mean = self._sums[name].reshape(1, -1) * (scale if name == "keyword" else 1.0) / max(self._n, 1)
        return csr_array(mean.astype(np.float32)) if self._sparse[name] else mean.astype(np.float32)


class FittedTexts(NamedTuple):
    """Texts in memory with the space that was fitted on them. corpus: their features."""

    space: Space
    corpus: Features

    @property
    def background(self) -> Background:
        """What a taste may know of the texts before any feedback."""
        return self.space.background


def fit_texts(
    vectors: Matrix,
    terms: Terms,
    ages: Vector | None = None,
    crowd: Callable[[Matrix], Crowd] | None = None,
) -> FittedTexts:
    """Returns the space of n texts in memory and their features, with what others think where there are
    others.

    vectors: (n, d). ages: (n,) in days, nan where one is not known; None where none is. crowd: makes what
    other readers think of the texts from the rows of their semantic block."""
    moments = np.full(len(terms), np.nan) if ages is None else -ages * 86_400.0
    numbers = np.arange(len(terms))
    texts = RawTexts(numbers, numbers, vectors, terms, moments)
    fit = SpaceFit(len(terms), vectors.shape[1])
    fit.observe(texts)
    space = fit.begin()
    fit.add(space.features(vectors, terms, None if ages is None else space.ages(moments)))
    space = fit.finish()
    corpus = space.features(vectors, terms, None if ages is None else space.ages(moments))
    if crowd is None:
        return FittedTexts(space, corpus)
    others = crowd(np.asarray(corpus.blocks["semantic"]))
    return FittedTexts(space.with_crowd(others), Features({**corpus.blocks, "crowd": others.block}))


def empty_space(dims: int) -> Space:
    """Returns the space of no text, for vectors of so many dims."""
    none = np.zeros(0, np.int64)
    terms = Terms(np.zeros(0, np.uint32), np.zeros(0, np.uint8), np.zeros(1, np.int64))
    fit = SpaceFit(0, dims)
    fit.observe(RawTexts(none, none, np.zeros((0, dims), np.float32), terms, np.zeros(0)))
    space = fit.begin()
    fit.add(space.features(np.zeros((0, dims), np.float32), terms))
    return fit.finish()
