"""Palate's own systems: what a user is served, and single tastes."""

from collections.abc import Callable

import numpy as np

from palate.evaluation.arrays import IntVector, Vector
from palate.evaluation.stage import Stage
from palate.taste.choose import DEFAULT_TASTE, make_taste


class ServedTaste:
    """One taste over one corpus, fed as a Reader feeds it: each judgement is learned once, in order.

    kind: a taste by name (see taste/choose.py).

    >>> stage = Stage(("red cats", "red dogs", "blue cats", "blue dogs"))
    >>> scores = ServedTaste("bayes", stage, kind="bayes").scores(np.array([0]), np.array([1.0]))
    >>> bool(scores[0] > scores[3])
    True
    """

    calibrated = True

    def __init__(self, name: str, stage: Stage, *, kind: str) -> None:
        self.name = name
        space = stage.space
        self._features = space.corpus
        self._taste = make_taste(kind, space.background)
        self._learned = 0

    def scores(self, rows: IntVector, likings: Vector) -> Vector:
        new = rows[self._learned :]
        if len(new):
            self._taste.learn(self._features[new], likings[self._learned :], np.ones(len(new)))
            self._learned = len(rows)
        return 1 / (1 + np.exp(-self._taste.logits(self._features).astype(np.float64)))


def palate(stage: Stage, _: np.random.Generator) -> ServedTaste:
    """What a user is served who sets nothing."""
    return ServedTaste("palate", stage, kind=DEFAULT_TASTE)


def single_taste(kind: str) -> Callable[[Stage, np.random.Generator], ServedTaste]:
    """The maker of a system that is one taste, under the name of its kind."""
    return lambda stage, _: ServedTaste(kind, stage, kind=kind)
