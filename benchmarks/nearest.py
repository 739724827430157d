"""The nearest of 1,000,000 real passages: what is found of what there is, and how fast, on one thread.

Queries are passages that are not in the index; directions are weights of tastes: the difference of the means
of 20 liked and 20 disliked texts, and logistic regression on 80 judgements, of readers who like two
collections. Peers in the same run: the same FAISS index used directly, scikit-learn brute force, and with
--peers PYTHON, an environment that has them, hnswlib and usearch.
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nearest_truth import (
    SEED,
    SEGMENT_TEXTS,
    Search,
    best,
    corpus_of,
    directions_of,
    means,
    measured,
    scores_of,
    side_by_side,
    truth_of,
)
from palate.index.ivf import PROBED_SHARE, IvfIndex
from palate.index.rescored import RescoredIndex
from palate.parts import Index, Mask, Matrix, Rows, Vector
from palate.threads import use_one_blas_thread
from palate.workspace.corpus import Corpus
from palate.workspace.exact_corpus import ExactCorpus
from palate.workspace.vector_index import CorpusCodes
from passages import DESCRIPTION, PASSAGES, passages
from process import memory
from report import emit

QUERIES, DIRECTIONS, FILTERED = 300, 200, 40
SHARES = (0.1, 0.01, 0.001)
CHURN = 0.2


def index_of(corpus: Corpus, codes: IvfIndex) -> Index:
    return RescoredIndex(CorpusCodes(corpus, codes), ExactCorpus(corpus), corpus.vectors)


def direct(path: Path, vectors: NDArray[np.float16], probes: int) -> Search:
    """The same index by FAISS alone, its candidates compared by NumPy."""
    import faiss

    index: Any = faiss.read_index(str(path), faiss.IO_FLAG_MMAP)
    lists: Any = faiss.downcast_index(index.index)
    lists.nprobe = probes

    def search(query: Vector, n: int) -> Rows:
        faiss.omp_set_num_threads(1)
        found = np.sort(index.search(query[None], max(200, 6 * n))[1][0]) - 1  # ids are store rows
        cosines = vectors[found].astype(np.float32) @ query
        return np.asarray(found[np.argsort(-cosines)[:n]])

    return search


def filters(
    vectors: NDArray[np.float16], collections: NDArray[np.int32], queries: Matrix, index: Index
) -> dict[str, Any]:
    """Filters that keep a share of the texts: at random, the collections farthest from the query, and the
    texts farthest from it."""
    rng = np.random.default_rng([18, SEED])
    centres = np.array(
        [
            means(vectors, rows[:5000]) if len(rows) else np.zeros(vectors.shape[1])
            for rows in (np.flatnonzero(collections == c) for c in range(collections.max() + 1))
        ]
    )
    taken: dict[str, list[tuple[float, float, int]]] = {}
    unfiltered = []
    for query, scores in zip(queries, scores_of(vectors, queries), strict=True):
        far = np.lexsort((rng.random(len(vectors)), np.argsort(np.argsort(centres @ query))[collections]))
        index.nearest(query, 10)
        begun = perf_counter()
        index.nearest(query, 10)
        unfiltered.append(perf_counter() - begun)
        for share in SHARES:
            k = int(share * len(vectors))
            kinds = {
                "random": rng.choice(len(vectors), k, replace=False),
                "far collections": far[:k],
                "farthest texts": np.argpartition(scores, k)[:k],
            }
            for kind, kept in kinds.items():
                mask: Mask = np.zeros(len(vectors), np.bool_)
                mask[kept] = True
                true = kept[best(scores[kept], 10)]
                index.nearest(query, 10, mask)  # what the search before left in the processor's cache is gone
                begun = perf_counter()
                found = index.nearest(query, 10, mask)[0]
                took = perf_counter() - begun
                row = (len(np.intersect1d(found, true)) / 10, took, len(found))
                taken.setdefault(f"{kind} {share:.1%}", []).append(row)
    figures = {
        name: {
            "recall": round(float(np.mean([row[0] for row in rows])), 3),
            "ms": round(1000 * median(row[1] for row in rows), 2),
            "fewest_found": min(row[2] for row in rows),
        }
        for name, rows in taken.items()
    }
    return {"unfiltered_ms": round(1000 * median(unfiltered), 2), **figures}


def churned(corpus: Corpus, codes: IvfIndex, spare: NDArray[np.float16], queries: Matrix) -> dict[str, float]:
    """A fifth of the texts goes and as many come, into the same lists; and lists that are learned anew."""
    rng = np.random.default_rng([19, SEED])
    n = len(corpus)
    gone = rng.permutation(n)[: len(spare)]
    vectors = np.concatenate([seg.arrays["vectors"] for seg in corpus.segments])
    ids = np.arange(n + 1)
    ids[corpus.rows[gone]] = -1
    after = codes.renumbered(ids)
    vectors[gone] = spare  # who comes takes the index of who went
    after.add(spare.astype(np.float32), corpus.rows[gone])
    now = corpus_of(vectors)
    parts = [vectors[begin : begin + SEGMENT_TEXTS] for begin in range(0, n, SEGMENT_TEXTS)]
    fresh = IvfIndex.build(parts, n, ids=now.rows)
    truth = truth_of(vectors, queries, 10)
    return {
        name: measured(_nearest_of(index_of(now, made)), queries, truth)["recall"]
        for name, made in (("churned", after), ("learned_anew", fresh))
    }


def _nearest_of(index: Index) -> Search:
    return lambda query, n: index.nearest(query, n)[0]


def peers(
    python: str, vectors: NDArray[np.float16], given: dict[str, tuple[Matrix, list[Rows]]]
) -> dict[str, Any]:
    """Runs hnswlib and usearch in their environment."""
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/vectors.npy", vectors)
        for name, (queries, truth) in given.items():
            np.savez(f"{folder}/{name}.npz", queries=queries, truth=np.array(truth))
        for peer in ("usearch", "hnswlib"):
            command = [
                python,
                str(Path(__file__).with_name("nearest_peers.py")),
                peer,
                f"{folder}/vectors.npy",
            ]
            command += [f"{folder}/queries.npz", f"{folder}/directions.npz"]
            done = subprocess.run(command, capture_output=True, text=True, check=True, env={})
            figures[peer] = json.loads(done.stdout)
    return figures


def measure(n: int, options: argparse.Namespace) -> dict[str, Any]:
    every, collections = passages()
    spare = int(CHURN * n) if options.churn else 0
    vectors, collections = every[:n], collections[:n]
    queries = np.asarray(every[n : n + QUERIES] if n < len(every) else every[-QUERIES:], np.float32)
    if n + QUERIES > len(every):
        n = len(every) - QUERIES - spare
        vectors, collections = every[:n], collections[:n]
        queries = np.asarray(every[n : n + QUERIES], np.float32)
    corpus = corpus_of(vectors)
    begun = perf_counter()
    parts = [vectors[begin : begin + SEGMENT_TEXTS] for begin in range(0, n, SEGMENT_TEXTS)]
    codes = IvfIndex.build(parts, n, ids=corpus.rows)
    figures: dict[str, Any] = {"texts": n, "lists": codes.lists, "build_s": round(perf_counter() - begun, 1)}
    directions = directions_of(vectors, collections, DIRECTIONS)
    truth, wanted = truth_of(vectors, queries, 10), truth_of(vectors, directions, 50)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index.faiss"
        codes.save(path)
        figures["file_mb"] = round(path.stat().st_size / 1e6, 1)
        before = memory().private_mb
        mapped = IvfIndex.load(path)
        index = index_of(corpus, mapped)
        figures["private_mb_of_mapped"] = round(memory().private_mb - before, 1)
        both = {
            "palate": _nearest_of(index),
            "faiss_direct": direct(path, vectors, int(PROBED_SHARE * codes.lists)),
        }
        figures["queries"] = side_by_side(both, queries, truth)
        figures["directions"] = side_by_side(both, directions, wanted)
        figures["towards_2_ms"] = {
            str(probes): measured(_with_probes(corpus, mapped, probes), queries, truth)
            | {"directions": measured(_with_probes(corpus, mapped, probes), directions, wanted)["recall"]}
            for probes in [codes.lists * share // 64 for share in (1, 2, 3, 4)]
        }
        if options.filters:
            figures["filters"] = filters(vectors, collections, queries[:FILTERED], index)
    if options.churn:
        figures["churn_recall"] = churned(corpus, codes, every[n + QUERIES : n + QUERIES + spare], queries)
    figures["exact_palate"] = measured(
        lambda q, k: ExactCorpus(corpus).nearest(q, k)[0], queries[:30], truth[:30]
    )
    figures["sklearn_brute"] = _sklearn(vectors, queries[:5], truth[:5])
    if options.peers:
        figures |= peers(
            options.peers, vectors, {"queries": (queries, truth), "directions": (directions, wanted)}
        )
    return figures


def _with_probes(corpus: Corpus, codes: IvfIndex, probes: int) -> Search:
    class Probed:
        def search(self, vector: Vector, n: int, *, allowed: Mask | None = None) -> Rows:
            return corpus.indices_of(codes.search(vector, n, probes=probes, allowed=allowed))

    index = RescoredIndex(Probed(), ExactCorpus(corpus), corpus.vectors)
    return lambda query, n: index.nearest(query, n)[0]


def _sklearn(vectors: NDArray[np.float16], queries: Matrix, truth: list[Rows]) -> dict[str, float]:
    from sklearn.neighbors import NearestNeighbors

    brute = NearestNeighbors(algorithm="brute", metric="cosine").fit(vectors.astype(np.float32))
    return measured(lambda q, k: brute.kneighbors(q[None], k, return_distance=False)[0], queries, truth)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=PASSAGES)
    parser.add_argument("--peers", help="a Python that has hnswlib and usearch", metavar="PYTHON")
    parser.add_argument("--filters", action="store_true", help="measures filters, too")
    parser.add_argument("--churn", action="store_true", help="measures a churn of a fifth, too")
    options = parser.parse_args()
    use_one_blas_thread()
    figures = measure(options.texts, options)
    emit("nearest", figures, data=DESCRIPTION, seed=SEED, packages=["faiss-cpu", "scikit-learn"])


if __name__ == "__main__":
    main()
