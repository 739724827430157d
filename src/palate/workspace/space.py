"""Space: how texts become features, fitted on a corpus once and frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from scipy.sparse import csr_array

from palate.feature.crowd import Crowd
from palate.feature.freshness import Freshness
from palate.feature.keyword import Keyword, Postings
from palate.feature.semantic import Semantic
from palate.feature.sentiment import Sentiment
from palate.features import Background, Block, Features, Terms
from palate.parts import Matrix, Vector

SECONDS_A_DAY = 86_400.0


@dataclass(frozen=True, eq=False)
class Space:
    """The frozen fit of a corpus: it gives the features of any text, at the cost of that text.

    Make one with `workspace/fitting.py`. freshness: None where no text has a date. newest: the moment, in
    seconds since 1970, from which ages are counted. average: the average text, one row. sample: some of the
    texts. crowd: makes what other readers think of a text; None where there are no others.
    """

    semantic: Semantic
    keyword: Keyword
    sentiment: Sentiment
    freshness: Freshness | None
    newest: float
    average: Features
    sample: Features
    crowd: Crowd | None = None

    @property
    def background(self) -> Background:
        """What a taste may know of the corpus before any feedback."""
        if self.crowd is None:
            return Background(self.average, self.sample, {})
        crowd_average = average_row(Features({"crowd": self.crowd.block}))
        average = Features({**self.average.blocks, **crowd_average.blocks})
        expected = self.crowd.transform(np.asarray(self.sample.blocks["semantic"]))
        sample = Features({**self.sample.blocks, "crowd": expected})
        return Background(average, sample, {"crowd": self.crowd.prior}, self.crowd.judgements_per_text)

    def with_crowd(self, crowd: Crowd) -> Self:
        """Returns the same space with what others think."""
        return replace(self, crowd=crowd)

    def without_crowd(self) -> Self:
        """Returns the same space with nothing of what others think."""
        return replace(self, crowd=None)

    def ages(self, moments: Vector) -> Vector:
        """Returns (n,) days from moments, in seconds since 1970, to the newest text of the fit; nan stays
        nan.
        """
        return np.asarray((self.newest - moments) / SECONDS_A_DAY)

    def features(self, vectors: Matrix, terms: Terms, ages: Vector | None = None) -> Features:
        """Returns the features of n texts. ages: (n,) days; None, or nan for a text, where no date is
        known.
        """
        fresh = None
        if self.freshness is not None:
            fresh = self.freshness.transform(np.full(len(terms), np.nan) if ages is None else ages)
        return self.blocks(vectors, self.keyword.postings(terms), self.sentiment.transform(terms), fresh)

    def blocks(
        self, vectors: Matrix, postings: Postings, sentiment: Matrix, freshness: Matrix | None
    ) -> Features:
        """Returns the features of n texts whose parts are known; a crowd says what it expects of new
        texts.
        """
        semantic = self.semantic.transform(vectors)
        blocks: dict[str, Block] = {
            "semantic": semantic,
            "keyword": self.keyword.bm25(postings),
            "tfidf": self.keyword.tfidf(postings),
            "sentiment": sentiment,
        }
        if self.freshness is not None and freshness is not None:
            blocks["freshness"] = freshness
        if self.crowd is not None:
            blocks["crowd"] = self.crowd.transform(semantic)
        return Features(blocks)

    def no_features(self) -> Features:
        """Returns the features of no text: the names, kinds and widths of the blocks."""
        none, empty = np.zeros(0, np.int64), np.zeros(0, np.float32)
        postings = Postings(none.astype(np.int32), none.astype(np.uint8), np.zeros(1, np.int64), empty, empty)
        vectors = np.zeros((0, len(self.semantic.mean)), np.float32)
        return self.blocks(vectors, postings, np.zeros((0, 2), np.float32), np.zeros((0, 3), np.float32))

    def arrays(self) -> dict[str, np.ndarray[Any, Any]]:
        """Returns all of the fit but the crowd, for `from_arrays`."""
        arrays = {"semantic.mean": self.semantic.mean, "semantic.matrix": self.semantic.matrix}
        arrays |= {f"keyword.{name}": array for name, array in self.keyword.arrays().items()}
        arrays |= {"sentiment.mean": self.sentiment.mean, "sentiment.scale": np.array(self.sentiment.scale)}
        if self.freshness is not None:
            arrays |= {"freshness.mean": self.freshness.mean, "freshness.scale": self.freshness.scale}
        arrays |= {"newest": np.array(self.newest)}
        return arrays | _parts("average", self.average) | _parts("sample", self.sample)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray[Any, Any]]) -> Self:
        """Returns the space that gave these arrays, to the bit; they may be mapped from files."""
        freshness = None
        if "freshness.mean" in arrays:
            freshness = Freshness(arrays["freshness.mean"], arrays["freshness.scale"])
        return cls(
            Semantic(arrays["semantic.mean"], arrays["semantic.matrix"]),
            Keyword.from_arrays(_named("keyword.", arrays)),
            Sentiment(arrays["sentiment.mean"], float(arrays["sentiment.scale"])),
            freshness,
            float(arrays["newest"]),
            _whole("average.", arrays),
            _whole("sample.", arrays),
        )


def average_row(features: Features) -> Features:
    """Returns one row: the mean of all rows of each block."""

    def mean(block: Block) -> Block:
        total = np.asarray(block.sum(axis=0), dtype=np.float32).reshape(1, -1) / max(block.shape[0], 1)
        return csr_array(total) if isinstance(block, csr_array) else total

    return Features({name: mean(block) for name, block in features.blocks.items()})


def _named(prefix: str, arrays: Mapping[str, np.ndarray[Any, Any]]) -> dict[str, np.ndarray[Any, Any]]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _parts(prefix: str, features: Features) -> dict[str, np.ndarray[Any, Any]]:
    parts: dict[str, np.ndarray[Any, Any]] = {}
    for name, block in features.blocks.items():
        if isinstance(block, csr_array):
            sparse = {"data": block.data, "indices": block.indices, "indptr": block.indptr}
            parts |= {f"{prefix}.{name}.{part}": array for part, array in sparse.items()}
            parts[f"{prefix}.{name}.shape"] = np.array(block.shape)
        else:
            parts[f"{prefix}.{name}"] = block
    return parts


def _whole(prefix: str, arrays: Mapping[str, np.ndarray[Any, Any]]) -> Features:
    parts, blocks = _named(prefix, arrays), dict[str, Block]()
    for name in dict.fromkeys(part.partition(".")[0] for part in parts):
        if f"{name}.shape" in parts:
            data, indices, indptr = (parts[f"{name}.{part}"] for part in ("data", "indices", "indptr"))
            blocks[name] = csr_array((data, indices, indptr), shape=tuple(parts[f"{name}.shape"].tolist()))
        else:
            blocks[name] = parts[name]
    return Features(blocks)
