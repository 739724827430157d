"""Item kNN: a text counts what the liked ones have in common with it, by the readers who like both."""

from functools import lru_cache

import numpy as np
from scipy.sparse import csr_array

from palate.evaluation.arrays import IntVector, Vector
from palate.evaluation.peer.crowd_likes import crowd_likes, likes_row
from palate.evaluation.replay_corpus import ReplayCorpus
from palate.feedback import CrowdFeedback

NEIGHBOURS = 1000
SHRINKAGE = 10.0


class ItemKnn:
    """The sum over the liked texts of their cosine in the crowd's likes, shrunk where few readers tell.

    Use it as the oldest baseline, which many newer systems do not beat. Of each text the nearest others
    count; dislikes count as not judged. Costs O(likes of a reader squared, summed) once.
    Source: ItemKNNCFRecommender of Ferrari Dacrema, Cremonesi and Jannach, Are We Really Making Much
    Progress?, RecSys 2019: x'y / (|x| |y| + shrink), both settings within the authors' ranges (5 to 1,000
    neighbours, shrinkage of 0 to 1,000), which they search anew for each data set.
    """

    name = "item-knn"
    calibrated = False

    def __init__(self, corpus: ReplayCorpus, _: np.random.Generator) -> None:
        self.similarities = similarities(corpus.required_crowd())  # (n, n)

    def scores(self, rows: IntVector, likings: Vector) -> Vector:
        reader = likes_row(rows, likings, self.similarities.shape[0])
        return np.asarray((csr_array(reader) @ self.similarities).todense(), dtype=np.float64).ravel()


@lru_cache(maxsize=2)
def similarities(
    crowd: CrowdFeedback, neighbours: int = NEIGHBOURS, shrinkage: float = SHRINKAGE
) -> csr_array:
    """Returns (n, n): in each column the similarities of a text to its nearest others.

    >>> crowd = CrowdFeedback(np.array([0, 0, 1]), np.array([0, 1, 1]), np.ones(3), 3)
    >>> similarities(crowd, shrinkage=0.0).toarray().round(3).tolist()
    [[0.0, 0.707, 0.0], [0.707, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """
    likes = crowd_likes(crowd)
    lengths = np.sqrt(np.asarray(likes.sum(axis=0), dtype=np.float64)).ravel()  # of ones
    common = csr_array(likes.T @ likes).tocoo()
    others = common.row != common.col
    rows, columns = common.row[others], common.col[others]
    cosines = common.data[others] / (lengths[rows] * lengths[columns] + shrinkage)
    order = np.lexsort((-cosines, columns))
    rows, columns, cosines = rows[order], columns[order], cosines[order]
    starts = np.searchsorted(columns, np.arange(crowd.n_texts))
    near = np.arange(len(columns)) - starts[columns] < neighbours
    return csr_array((cosines[near], (rows[near], columns[near])), shape=(crowd.n_texts, crowd.n_texts))
