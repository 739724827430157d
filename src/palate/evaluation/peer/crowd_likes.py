"""What the crowd likes, as ones: what the peers of implicit feedback learn from."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from palate.evaluation.arrays import IntVector, Vector
from palate.feedback import CrowdFeedback

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@lru_cache(maxsize=2)
def crowd_likes(crowd: CrowdFeedback) -> csr_matrix:
    """Returns (readers, n_texts): 1 for each like, which is a liking of 0 or more; dislikes are left out, as
    the authors of these peers do with low ratings.

    >>> crowd = CrowdFeedback(np.array([0, 0, 1]), np.array([0, 2, 1]), np.array([1.0, -0.5, 0.0]), 3)
    >>> crowd_likes(crowd).toarray().tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    """
    from scipy.sparse import csr_matrix

    liked = crowd.likings >= 0
    shape = (int(crowd.readers.max(initial=-1)) + 1, crowd.n_texts)
    cells = crowd.readers[liked], crowd.indices[liked]
    return csr_matrix((np.ones(int(liked.sum()), np.float32), cells), shape=shape)


def likes_row(rows: IntVector, likings: Vector, n_texts: int) -> csr_matrix:
    """Returns (1, n_texts): 1 for each text that the reader liked."""
    from scipy.sparse import csr_matrix

    liked = np.unique(rows[likings > 0])
    return csr_matrix(
        (np.ones(len(liked), np.float32), (np.zeros(len(liked), np.int64), liked)), (1, n_texts)
    )
