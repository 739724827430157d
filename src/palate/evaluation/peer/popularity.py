"""Popularity: what a crowd liked, in one order for all readers."""

from functools import lru_cache

import numpy as np

from palate.evaluation.arrays import IntVector, Vector
from palate.evaluation.stage import Stage
from palate.feedback import CrowdFeedback

FEWEST = 2.0  # judgements at the mean of the crowd that every text starts from


class Popularity:
    """Each text's mean liking in the crowd, shrunk; where the crowd has likes alone, the number of them.

    Use it as the mark that any learner must leave behind: where many have judged, it is hard to beat at few
    judgements. The reader's own feedback changes nothing. Costs O(n) a call."""

    name = "popularity"
    calibrated = False

    def __init__(self, stage: Stage, _: np.random.Generator) -> None:
        self._scores = popularity(stage.heard())

    def scores(self, rows: IntVector, likings: Vector) -> Vector:  # noqa: ARG002  all readers are one to it
        return self._scores


@lru_cache(maxsize=2)
def popularity(crowd: CrowdFeedback) -> Vector:
    """(n_texts,) shrunk mean likings, or counts of likes where there is no dislike.

    >>> said = CrowdFeedback(np.array([0, 1, 0]), np.array([0, 0, 1]), np.array([1.0, 1.0, -1.0]), n_texts=3)
    >>> popularity(said).round(2).tolist()
    [0.67, -0.11, 0.33]
    """
    counts = np.bincount(crowd.places, minlength=crowd.n_texts).astype(np.float64)
    if len(crowd.likings) == 0 or crowd.likings.min() > 0:
        return counts
    sums = np.bincount(crowd.places, weights=crowd.likings, minlength=crowd.n_texts)
    return np.asarray((sums + FEWEST * crowd.likings.mean()) / (counts + FEWEST))
