"""HNSW by hnswlib and usearch on vectors in files, in a process and environment of their own; one JSON line.

python nearest_peers.py NAME VECTORS QUERIES DIRECTIONS. NAME: hnswlib or usearch, with their authors'
defaults but for what is printed. VECTORS: .npy. QUERIES, DIRECTIONS: .npz of queries and truth.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

M, EF_CONSTRUCTION, EF = 16, 200, 200
THREADS = 2


def built(name: str, vectors: Any) -> Callable[[Any, int], Any]:
    if name == "hnswlib":
        import hnswlib

        index = hnswlib.Index("cosine", vectors.shape[1])
        index.init_index(len(vectors), M=M, ef_construction=EF_CONSTRUCTION, random_seed=0)
        index.set_num_threads(THREADS)
        index.add_items(vectors)
        index.set_ef(EF)
        index.set_num_threads(1)
        return lambda query, n: index.knn_query(query, n)[0][0]
    from usearch.index import Index

    index = Index(
        ndim=vectors.shape[1],
        metric="cos",
        dtype="f16",
        connectivity=M,
        expansion_add=EF_CONSTRUCTION,
        expansion_search=EF,
    )
    index.add(np.arange(len(vectors)), vectors, threads=THREADS)
    return lambda query, n: index.search(query, n, threads=1).keys


def measured(search: Callable[[Any, int], Any], path: str, n: int) -> dict[str, float]:
    with np.load(path) as given:
        queries, truth = given["queries"], given["truth"]
    shares, durations = [], []
    for query, true in zip(queries, truth, strict=True):
        begun = time.perf_counter()
        found = search(query, n)
        durations.append(time.perf_counter() - begun)
        shares.append(len(np.intersect1d(found, true)) / n)
    return {"recall": round(float(np.mean(shares)), 3), "ms": round(1000 * float(np.median(durations)), 2)}


def resident_mb() -> float:
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def main() -> None:
    name, vectors, queries, directions = sys.argv[1:]
    rows = np.load(vectors).astype(np.float32)
    before, begun = resident_mb(), time.perf_counter()
    search = built(name, rows)
    figures = {
        "build_s": round(time.perf_counter() - begun),
        "index_mb": round(resident_mb() - before),
        "queries": measured(search, queries, 10),
        "directions": measured(search, directions, 50),
        "settings": f"M={M}, ef_construction={EF_CONSTRUCTION}, ef={EF}",
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
