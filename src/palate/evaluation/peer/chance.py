"""The system that knows nothing: what any other must beat."""

import numpy as np

from palate.evaluation.arrays import IntVector, Vector
from palate.evaluation.stage import Stage


class Chance:
    """A new random order at each call.

    >>> Chance(Stage(("a", "b", "c")), np.random.default_rng(0)).scores(np.array([0]), np.array([1.0])).shape
    (3,)
    """

    name = "random"
    calibrated = False

    def __init__(self, stage: Stage, rng: np.random.Generator) -> None:
        self.n = len(stage.contents)
        self.rng = rng

    def scores(self, rows: IntVector, likings: Vector) -> Vector:  # noqa: ARG002  it looks at nothing
        return self.rng.random(self.n)
