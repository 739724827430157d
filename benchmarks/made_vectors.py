"""Vectors made of real passages, as many as are asked for: any block can be made again, so none is stored.

Each is the mean, of length 1, of two or three real passages that are near one another: a drawn one counts
once, the others 0.25 to 1. The passages lie in order of 1,024 clusters, and the others are drawn from the
128 on either side. What this cannot imitate: a collection of 10,000,000 has more subjects than one of
1,000,000; here the same subjects have more texts.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from palate.index.faiss_calls import faiss_module
from palate.parts import Matrix, Rows
from passages import passages

CLUSTERS, CLUSTERED = 1024, 65_536  # clusters in whose order passages lie, and passages they are learned from
REACH = 128  # how far from the first passage of a vector the others may lie
LEAST_WEIGHT = 0.25
QUERY_PASSAGES = 1_000  # kept apart: no vector is made of them
BLOCK = 262_144  # vectors of one random stream
ASSIGNED_AT_ONCE = 32_768
DESCRIPTION = (
    "weighted means of 2 or 3 near real passages (benchmarks/passages.py), queries are other passages"
)


class MadeVectors:
    """Makes blocks of vectors. passages: (m, d) float16, near ones beside one another."""

    def __init__(self, passages: NDArray[np.float16], seed: int) -> None:
        self.passages, self.seed, self.dims = passages, seed, passages.shape[1]

    def part(self, block: int, begin: int, count: int) -> Matrix:
        """Returns (count, d) float32 vectors of a block, from one of its positions on."""
        first, offsets, weights = self._draws(block)
        part = slice(begin, begin + count)
        made = self._passages(first[part])
        for offset, weight in zip(offsets, weights, strict=True):
            made += weight[part, None] * self._passages(first[part] + offset[part])
        made /= np.linalg.norm(made, axis=1, keepdims=True)
        return made

    def _draws(self, block: int) -> tuple[Rows, NDArray[np.int64], NDArray[np.float32]]:
        """Returns of each vector the first passage, and offset and weight of two others; a third of the
        last weigh nothing."""
        rng = np.random.Generator(np.random.Philox(key=np.array([self.seed, block], np.uint64)))
        first = rng.integers(len(self.passages), size=BLOCK)
        offsets = rng.integers(1, REACH + 1, size=(2, BLOCK)) * rng.choice([-1, 1], size=(2, BLOCK))
        weights = rng.uniform(LEAST_WEIGHT, 1, size=(2, BLOCK)).astype(np.float32)
        weights[1, rng.random(BLOCK) < 1 / 3] = 0
        return first, offsets, weights

    def _passages(self, rows: Rows) -> Matrix:
        return np.asarray(self.passages[rows % len(self.passages)], dtype=np.float32)


def made_vectors(folder: Path, seed: int) -> MadeVectors:
    """Returns the maker, whose passages lie in a file of the folder, written when it is first asked for."""
    path = folder / "passages.npy"
    if not path.exists():
        real = passages().vectors[:-QUERY_PASSAGES]
        drawn = np.sort(np.random.default_rng([20, seed]).choice(len(real), CLUSTERED, replace=False))
        faiss = faiss_module()
        kmeans = faiss.Kmeans(real.shape[1], CLUSTERS, niter=5, seed=seed, max_points_per_centroid=CLUSTERED)
        kmeans.train(real[drawn].astype(np.float32))
        parts = [real[begin : begin + ASSIGNED_AT_ONCE] for begin in range(0, len(real), ASSIGNED_AT_ONCE)]
        clusters = np.concatenate([kmeans.assign(part.astype(np.float32))[1] for part in parts])
        partial = path.with_suffix(".partial")
        with partial.open("wb") as file:
            np.save(file, real[np.argsort(clusters, kind="stable")])
        partial.rename(path)
    return MadeVectors(np.load(path, mmap_mode="r"), seed)


def query_vectors(n: int) -> Matrix:
    """Returns (n, d) float32 vectors of passages that no vector is made of."""
    return np.asarray(passages().vectors[-QUERY_PASSAGES:][:n], dtype=np.float32)
