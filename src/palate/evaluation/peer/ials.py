"""iALS: readers and texts as factors of all likes, what was not judged counting as a weak 0."""

from functools import lru_cache
from typing import Any

import numpy as np

from palate.errors import MissingExtra
from palate.evaluation.arrays import IntVector, Vector
from palate.evaluation.peer.crowd_likes import crowd_likes, likes_row
from palate.evaluation.replay_corpus import ReplayCorpus
from palate.feedback import CrowdFeedback

FACTORS = 256
SWEEPS = 16
UNOBSERVED_WEIGHT = 0.1  # of a text that was not judged, beside a like
REGULARISATION = 0.003  # times what a row weighs: its likes, and the others at their weight


class Ials:
    """Matrix factorization by implicit alternating least squares, of the package implicit.

    Use it as the strong baseline of pure collaboration. A new reader is folded in by `recalculate_user`, the
    closed form over the texts' factors. Dislikes count as not judged; without a like all texts tie at 0.
    Raises MissingExtra without [peers].
    Source: Hu, Koren and Volinsky, ICDM 2008; settings of Rendle, Krichene, Zhang and Koren, Revisiting the
    Performance of iALS on Item Recommendation Benchmarks, RecSys 2022, for MovieLens 20M, at 256 factors.
    Theirs scale the regularisation by how much each row weighs; implicit has one for all rows, and gets the
    mean over rows, as their rule for changing the scale has it. Starts are drawn with a fixed seed.
    """

    name = "ials"
    calibrated = False

    def __init__(self, corpus: ReplayCorpus, _: np.random.Generator) -> None:
        self.model = factors_of(corpus.required_crowd())
        self.n_texts = len(corpus.contents)

    def scores(self, rows: IntVector, likings: Vector) -> Vector:
        if self.model is None or not (likings > 0).any():
            return np.zeros(self.n_texts)
        reader = self.model.recalculate_user(0, likes_row(rows, likings, self.n_texts))
        return np.asarray(self.model.item_factors @ reader, dtype=np.float64)


@lru_cache(maxsize=2)
def factors_of(crowd: CrowdFeedback) -> Any:
    """Returns the fitted model of implicit, None where the crowd likes nothing."""
    from threadpoolctl import threadpool_limits

    try:
        from implicit.cpu.als import AlternatingLeastSquares
    except ImportError:
        raise MissingExtra("the system ials", "peers") from None

    likes = crowd_likes(crowd)
    if likes.nnz == 0:
        return None
    with threadpool_limits(1, "blas"):  # implicit warns of more, which slow it down
        model = AlternatingLeastSquares(
            factors=FACTORS,
            alpha=1 / UNOBSERVED_WEIGHT,
            regularization=mean_regularisation(*likes.shape, likes.nnz) / UNOBSERVED_WEIGHT,
            iterations=SWEEPS,
            random_state=0,
            num_threads=1,
        )
        model.fit(likes, show_progress=False)
    return model


def mean_regularisation(n_readers: int, n_texts: int, n_likes: int) -> float:
    """Returns the authors' regularisation times the mean weight of a row, over readers and texts.

    >>> round(mean_regularisation(n_readers=10, n_texts=10, n_likes=50), 6)  # a row: 5 likes, 10 unobserved
    0.018
    """
    weight = 2 * n_likes + 2 * UNOBSERVED_WEIGHT * n_readers * n_texts
    return REGULARISATION * weight / (n_readers + n_texts)
