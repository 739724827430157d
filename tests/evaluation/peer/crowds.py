"""A made crowd of two groups of readers, for the peers that learn from likes."""

import numpy as np

from palate.evaluation.replay_corpus import ReplayCorpus
from palate.feedback import CrowdFeedback

WORDS = (
    "cat purr wool",
    "cat sleep wool",
    "cat play",
    "cat nap",
    "bond bank",
    "bond rate",
    "bond fund",
    "dust",
)


def likes_of(liked: np.ndarray[tuple[int, int], np.dtype[np.bool_]]) -> CrowdFeedback:
    """A crowd of likes alone."""
    readers, indices = np.nonzero(liked)
    return CrowdFeedback(readers, indices, np.ones(len(readers)), liked.shape[1])


def two_groups() -> ReplayCorpus:
    """20 readers like three of the texts 0 to 3 each, 20 two of 4 to 6; nobody likes 7."""
    liked = np.zeros((40, 8), dtype=np.bool_)
    liked[:20, :4] = liked[20:, 4:7] = True
    liked[np.arange(20), np.arange(20) % 4] = False
    liked[np.arange(20, 40), 4 + np.arange(20) % 3] = False
    return ReplayCorpus(WORDS, likes_of(liked))


EMPTY = ReplayCorpus(
    ("red cats", "blue cats", "dogs"),
    CrowdFeedback(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0), 3),
)
