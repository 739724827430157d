"""What the benchmark of the nearest measures with: a corpus of vectors alone, directions of tastes, the
truth, and what is found of it.
"""

from collections.abc import Callable, Iterator
from statistics import median
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from palate.parts import Matrix, Rows, Vector
from palate.workspace.corpus import Corpus
from palate.workspace.fitting import empty_space
from palate.workspace.segment import LEVELS, Segment

SEED = 0
SEGMENT_TEXTS = 131_072

Search = Callable[[Vector, int], Rows]


def corpus_of(vectors: NDArray[np.float16]) -> Corpus:
    """Returns a corpus that has the vectors alone, mapped, in segments as a store has them."""
    segments = []
    for begin in range(0, len(vectors), SEGMENT_TEXTS):
        part = vectors[begin : begin + SEGMENT_TEXTS]
        whole = part.astype(np.float32)
        quantum = np.abs(whole).max(axis=1) / LEVELS
        quantised = np.rint(whole / np.maximum(quantum, 1e-30)[:, None]).astype(np.int8)
        rows = np.arange(begin + 1, begin + 1 + len(part))
        arrays = {
            "rows": rows,
            "representatives": rows,
            "starts": np.zeros(len(part) + 1, np.int64),
            "vectors": part,
            "quantised": quantised,
            "quantum": quantum.astype(np.float32),
            "error": np.array(np.linalg.norm(whole - quantised * quantum[:, None], axis=1).max()),
        }
        segments.append(Segment(arrays))
    return Corpus(empty_space(vectors.shape[1]), segments, generation_id=1, fit_row=0, layout=object())


def directions_of(vectors: NDArray[np.float16], collections: NDArray[np.int32], n: int) -> Matrix:
    """Returns (n, d) unit weights of simulated tastes, half of each kind."""
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng([17, SEED])
    usual = np.flatnonzero(np.bincount(collections) > len(vectors) / 300)
    made = []
    for number in range(n):
        liked = np.flatnonzero(np.isin(collections, rng.choice(usual, 2, replace=False)))
        likes, others = rng.choice(liked, 40), rng.integers(len(vectors), size=40)
        if number % 2:
            weights = means(vectors, likes[:20]) - means(vectors, others[:20])
        else:
            rows = np.concatenate([vectors[likes], vectors[others]]).astype(np.float32)
            fitted = LogisticRegression(C=10.0).fit(rows, np.repeat([1, 0], 40))
            weights = fitted.coef_[0]
        made.append(weights / np.linalg.norm(weights))
    return np.array(made, np.float32)


def means(vectors: NDArray[np.float16], rows: Rows) -> Vector:
    return np.asarray(vectors[rows].astype(np.float32).mean(axis=0))


def scores_of(vectors: NDArray[np.float16], queries: Matrix) -> Iterator[Vector]:
    """Yields the cosines of each query to all vectors, as exact as float32 is."""
    for query in queries:
        parts = range(0, len(vectors), SEGMENT_TEXTS)
        yield np.concatenate([vectors[p : p + SEGMENT_TEXTS].astype(np.float32) @ query for p in parts])


def best(scores: Vector, n: int) -> Rows:
    return np.argpartition(-scores, n - 1)[:n]


def truth_of(vectors: NDArray[np.float16], queries: Matrix, n: int) -> list[Rows]:
    """Returns the n nearest of each query."""
    rows, scores = np.zeros((len(queries), 0), np.int64), np.zeros((len(queries), 0), np.float32)
    for begin in range(0, len(vectors), SEGMENT_TEXTS):
        part = queries @ vectors[begin : begin + SEGMENT_TEXTS].astype(np.float32).T
        near = np.argpartition(-part, n - 1, axis=1)[:, :n]
        rows = np.hstack([rows, near + begin])
        scores = np.hstack([scores, np.take_along_axis(part, near, axis=1)])
    order = np.argsort(-scores, axis=1, kind="stable")[:, :n]
    return list(np.take_along_axis(rows, order, axis=1))


def side_by_side(
    searches: dict[str, Search], queries: Matrix, truth: list[Rows]
) -> dict[str, dict[str, float]]:
    """Returns `measured` of each, query by query in turn, so that what else the machine does meets all."""
    shares: dict[str, list[float]] = {name: [] for name in searches}
    durations: dict[str, list[float]] = {name: [] for name in searches}
    for number, (query, true) in enumerate(zip(queries, truth, strict=True)):
        order = list(searches.items())
        for name, search in order if number % 2 else order[::-1]:
            begun = perf_counter()
            found = search(query, len(true))
            durations[name].append(perf_counter() - begun)
            shares[name].append(len(np.intersect1d(found, true)) / len(true))
    return {
        name: {
            "recall": round(float(np.mean(shares[name])), 3),
            "ms": round(1000 * median(durations[name]), 2),
        }
        for name in searches
    }


def measured(search: Search, queries: Matrix, truth: list[Rows]) -> dict[str, float]:
    """Returns the mean share of the true ones that is found, and the median time in ms."""
    shares, durations = [], []
    for query, true in zip(queries, truth, strict=True):
        begun = perf_counter()
        found = search(query, len(true))
        durations.append(perf_counter() - begun)
        shares.append(len(np.intersect1d(found, true)) / len(true))
    return {"recall": round(float(np.mean(shares)), 3), "ms": round(1000 * median(durations), 2)}
