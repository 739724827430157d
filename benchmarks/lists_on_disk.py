"""An index of FAISS, "RRd,IVFn,RaBitQ2": its centres are learned on two levels, its lists lie in a file.

With 16,384 lists and more, learning and assigning by a comparison with every centre takes hours. Here centres
are learned within 128 clusters, and a vector is compared with the centres of the 8 groups nearest to it.
"""

from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from palate.index.faiss_calls import faiss_module
from palate.parts import Matrix, Rows

CLUSTERS = 128  # of the first level
PASSES, REFINED = 10, 2  # of k-means within a cluster, and over all centres afterwards
NEAR_GROUPS = 8  # of centres, in which the nearest centre of a vector is looked for
AT_ONCE = 32_768


class Assignment:
    """Finds the list of a vector, 15 microseconds each for 16,384. centres: (lists, d)."""

    def __init__(self, centres: Matrix) -> None:
        grouping = _kmeans(centres, min(CLUSTERS, len(centres)), 0)
        groups = grouping.assign(centres)[1]
        self._middles: Matrix = grouping.centroids
        self._members = [np.flatnonzero(groups == number) for number in range(grouping.k)]
        self._centres = [centres[members] for members in self._members]

    def of(self, vectors: Matrix) -> Rows:
        """Returns (n,) number of the centre near each vector."""
        near = min(NEAR_GROUPS, len(self._middles))
        groups = np.argpartition(-_closeness(vectors, self._middles), near - 1, axis=1)[:, :near]
        owners = np.argsort(groups.ravel(), kind="stable")
        ends = np.cumsum(np.bincount(groups.ravel(), minlength=len(self._middles)))
        best, lists = np.full(len(vectors), -np.inf, np.float32), np.zeros(len(vectors), np.int64)
        begins = [0, *ends[:-1].tolist()]
        for begin, end, members, centres in zip(begins, ends, self._members, self._centres, strict=True):
            if begin == end or not len(members):
                continue
            rows = owners[begin:end] // near
            closeness = _closeness(vectors[rows], centres)
            winner = closeness.argmax(axis=1)
            reached = closeness[np.arange(len(rows)), winner]
            better = reached > best[rows]
            best[rows[better]], lists[rows[better]] = reached[better], members[winner[better]]
        return lists


def _closeness(vectors: Matrix, centres: Matrix) -> Matrix:
    """Returns (n, c) numbers that are higher the smaller the distance is."""
    return np.asarray(vectors @ centres.T - np.einsum("cd,cd->c", centres, centres) / 2)


def centres_by_levels(sample: Matrix, lists: int, seed: int) -> Matrix:
    """Returns (lists, d) centres of (s, d) vectors: k-means within k-means, then passes over all."""
    first = _kmeans(sample, min(CLUSTERS, lists), seed)
    clusters = first.assign(sample)[1]
    sizes = np.bincount(clusters, minlength=first.k)
    shares = _shares(sizes, lists)
    parts = [
        _kmeans(sample[clusters == number], int(share), seed).centroids
        for number, share in enumerate(shares)
        if share
    ]
    centres = np.concatenate(parts)
    for _ in range(REFINED):
        centres = _refined(sample, centres)
    return centres


def empty_index(centres: Matrix, rotation_seed: int) -> Any:
    """Returns a trained index without vectors. centres: of turned vectors."""
    faiss = faiss_module()
    lists, dims = centres.shape
    index = faiss.index_factory(dims, f"RR{dims},IVF{lists},RaBitQ2", faiss.METRIC_L2)
    faiss.downcast_VectorTransform(index.chain.at(0)).init(rotation_seed)
    codes = faiss.downcast_index(index.index)
    codes.quantizer.add(centres)
    codes.train(centres[:1000])
    index.is_trained = True
    return index


def turned(index: Any, vectors: Matrix) -> Matrix:
    """Returns the vectors as the index turns them before it codes them."""
    return np.ascontiguousarray(index.chain.at(0).apply(vectors))


def add(index: Any, vectors: Matrix, ids: Rows, assignment: Assignment) -> None:
    """Adds turned vectors, each to the list near it."""
    faiss = faiss_module()
    lists = assignment.of(vectors)
    ids = np.ascontiguousarray(ids, dtype=np.int64)
    codes = faiss.downcast_index(index.index)
    codes.add_core(len(vectors), *map(faiss.swig_ptr, (vectors, ids, lists)))
    index.ntotal = codes.ntotal


def merge(empty: Any, shards: list[Path], lists_file: Path, index_file: Path) -> None:
    """Writes the lists of several indexes, which are read from their files as needed, into one file, and
    beside it the index that uses it."""
    from faiss.contrib.ondisk import merge_ondisk

    merge_ondisk(empty, [str(path) for path in shards], str(lists_file))
    empty.ntotal = faiss_module().extract_index_ivf(empty).ntotal
    faiss_module().write_index(empty, str(index_file))


def opened(index_file: Path) -> Any:
    """Returns an index whose lists lie, mapped, in a file of the same folder."""
    faiss = faiss_module()
    return faiss.read_index(str(index_file), faiss.IO_FLAG_ONDISK_SAME_DIR | faiss.IO_FLAG_READ_ONLY)


def _kmeans(vectors: Matrix, k: int, seed: int) -> Any:
    faiss = faiss_module()
    made = faiss.Kmeans(
        vectors.shape[1],
        k,
        niter=PASSES,
        seed=seed,
        min_points_per_centroid=1,
        max_points_per_centroid=len(vectors),
    )
    made.train(np.ascontiguousarray(vectors))
    return made


def _shares(sizes: Rows, total: int) -> Rows:
    """Divides lists among clusters in proportion to their sizes, as exactly as whole numbers go."""
    exact = sizes * (total / sizes.sum())
    shares = np.minimum(np.floor(exact).astype(np.int64), sizes)
    order = np.argsort(shares - exact, kind="stable")
    shares[order[: total - int(shares.sum())]] += 1
    return np.asarray(shares)


def _refined(sample: Matrix, centres: Matrix) -> Matrix:
    """One pass of k-means; a centre without vectors stays where it is."""
    assignment = Assignment(centres)
    sums, counts = np.zeros(centres.shape, np.float32), np.zeros(len(centres))
    for begin in range(0, len(sample), AT_ONCE):
        part = sample[begin : begin + AT_ONCE]
        lists = assignment.of(part)
        members = csr_array((np.ones(len(part), np.float32), lists, np.arange(len(part) + 1)),
                            shape=(len(part), len(centres)))  # fmt: skip
        sums += np.asarray(members.T @ part)
        counts += np.bincount(lists, minlength=len(centres))
    return np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], centres).astype(np.float32)
