"""Popularity: texts by the crowd's likings, in one order for all readers."""

from functools import lru_cache

import numpy as np

from palate.evaluation.arrays import IntVector, Vector
from palate.evaluation.replay_corpus import ReplayCorpus
from palate.feedback import CrowdFeedback

PRIOR_JUDGEMENTS = 2.0  # judgements at the mean of the crowd that each text starts with


class Popularity:
    """Each text's mean liking in the crowd, shrunk; where the crowd has likes alone, the number of them.

    Use it as the baseline that any learner must beat: where many have judged, it is hard to beat at few
    judgements. The reader's own feedback changes nothing. Costs O(n) a call."""

    name = "popularity"
    calibrated = False

    def __init__(self, corpus: ReplayCorpus, _: np.random.Generator) -> None:
        self._scores = popularity(corpus.required_crowd())

    def scores(self, rows: IntVector, likings: Vector) -> Vector:  # noqa: ARG002  the same for all readers
        return self._scores


@lru_cache(maxsize=2)
def popularity(crowd: CrowdFeedback) -> Vector:
    """Returns (n_texts,) shrunk mean likings, or counts of likes where there is no dislike.

    >>> crowd = CrowdFeedback(np.array([0, 1, 0]), np.array([0, 0, 1]), np.array([1.0, 1.0, -1.0]), n_texts=3)
    >>> popularity(crowd).round(2).tolist()
    [0.67, -0.11, 0.33]
    """
    counts = np.bincount(crowd.indices, minlength=crowd.n_texts).astype(np.float64)
    if len(crowd.likings) == 0 or crowd.likings.min() > 0:
        return counts
    sums = np.bincount(crowd.indices, weights=crowd.likings, minlength=crowd.n_texts)
    return np.asarray((sums + PRIOR_JUDGEMENTS * crowd.likings.mean()) / (counts + PRIOR_JUDGEMENTS))
