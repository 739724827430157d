"""RandomOrder: the baseline that any system must beat."""

import numpy as np

from palate.evaluation.arrays import IntVector, Vector
from palate.evaluation.replay_corpus import ReplayCorpus


class RandomOrder:
    """A new random order at each call.

    >>> system = RandomOrder(ReplayCorpus(("a", "b", "c")), np.random.default_rng(0))
    >>> system.scores(np.array([0]), np.array([1.0])).shape
    (3,)
    """

    name = "random"
    calibrated = False

    def __init__(self, corpus: ReplayCorpus, rng: np.random.Generator) -> None:
        self.n = len(corpus.contents)
        self.rng = rng

    def scores(self, rows: IntVector, likings: Vector) -> Vector:  # noqa: ARG002  it uses neither
        return self.rng.random(self.n)
