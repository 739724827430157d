"""The crowd's feedback, from the judgements of readers who are not replayed."""

from collections.abc import Collection

import numpy as np

from palate.evaluation.arrays import Vector
from palate.evaluation.judgements import RatedTexts
from palate.feedback import CrowdFeedback


def crowd_feedback(
    rated: RatedTexts, *, without: Collection[str] = (), hide: int | None = None
) -> CrowdFeedback:
    """Returns the feedback of all readers of rated but those named in without.

    hide: the judgements of every hide-th text of the items file are left out: 1 or more, None for none.

    >>> from palate.evaluation.judgements import History
    >>> ann = History("ann", np.array([2, 0]), np.array([5.0, 1.0]), np.zeros(2))
    >>> crowd = crowd_feedback(RatedTexts("made", ("a", "b", "c"), (ann,)))
    >>> crowd.readers.tolist(), crowd.indices.tolist(), crowd.likings.tolist(), crowd.n_texts
    ([0, 0], [2, 0], [0.5, -0.5], 3)
    """
    histories = [history for history in rated.histories if history.reader not in without]
    empty = np.zeros(0)
    readers = np.repeat(np.arange(len(histories)), [len(history.rows) for history in histories])
    indices = np.concatenate([empty.astype(np.int64), *(history.rows for history in histories)])
    likings = np.concatenate([empty, *(standardise(history.ratings) for history in histories)])
    shown = np.ones(len(indices), dtype=np.bool_) if hide is None else (indices + 1) % hide != 0
    _, without_gaps = np.unique(readers[shown], return_inverse=True)
    return CrowdFeedback(without_gaps.astype(np.int64), indices[shown], likings[shown], len(rated.contents))


def standardise(ratings: Vector) -> Vector:
    """Returns a reader's ratings as likings: their distance from the reader's mean over two standard
    deviations, within [-1, 1].

    Above 0 is a like of the protocol, as is 0 itself. Where all are equal they are likes: 1.

    >>> standardise(np.array([1.0, 2.0, 3.0])).round(2).tolist(), standardise(np.array([4.0, 4.0])).tolist()
    ([-0.61, 0.0, 0.61], [1.0, 1.0])
    """
    sd = ratings.std()
    if sd < 1e-9:  # the mean of equal numbers can differ from them by a rounding
        return np.ones(len(ratings))
    return np.asarray(np.clip((ratings - ratings.mean()) / (2 * sd), -1.0, 1.0))
