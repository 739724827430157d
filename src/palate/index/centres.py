"""Centres: the lists that vectors are divided into, learned by k-means from some of them."""

import math
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from palate.index.faiss_calls import faiss_module
from palate.parts import Matrix, Rows

TRAINED_A_LIST = 50  # vectors that the centre of a list is learned from
TRAINING_PASSES = 10

Progress = Callable[[int, int], None]  # called with how many of how many steps are done


def lists_of(n: int) -> int:
    """Returns how many lists n texts are divided into: the power of 2 nearest to four times their root.

    >>> lists_of(200_000), lists_of(1_000_000), lists_of(10_000_000)
    (2048, 4096, 16384)
    """
    return 1 << max(0, round(math.log2(4 * math.sqrt(max(n, 1)))))


def centres_of(sample: Matrix, lists: int, seed: int, progress: Progress) -> Matrix:
    """Returns the (lists, d) centres of the lists of (s, d) vectors.

    progress: called after each pass; what it raises ends the work."""
    centres = np.zeros((0, sample.shape[1]), np.float32)
    for done in range(TRAINING_PASSES):
        centres = _pass(sample, centres, lists, seed)
        progress(done + 1, TRAINING_PASSES)
    return centres


def picked(parts: Iterable[Matrix], positions: Rows) -> Iterator[Matrix]:
    """Yields, of matrices one after the other, the float32 rows at ascending positions."""
    begin = 0
    for part in parts:
        first, last = np.searchsorted(positions, [begin, begin + len(part)])
        yield np.asarray(part[positions[first:last] - begin], dtype=np.float32)
        begin += len(part)


def _pass(sample: Matrix, centres: Matrix, lists: int, seed: int) -> Matrix:
    """One pass of k-means. centres: of the pass before, none at first."""
    faiss = faiss_module()
    clustering = faiss.Clustering(sample.shape[1], lists)
    clustering.niter, clustering.seed = 1, seed
    clustering.min_points_per_centroid, clustering.max_points_per_centroid = 1, len(sample)
    faiss.copy_array_to_vector(centres.ravel(), clustering.centroids)
    clustering.train(sample, faiss.IndexFlatL2(sample.shape[1]))
    return np.asarray(faiss.vector_to_array(clustering.centroids).reshape(lists, -1))
