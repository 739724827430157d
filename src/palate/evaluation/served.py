"""Palate's own systems: what a user is served, and single tastes."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from palate.evaluation.arrays import IntVector, Vector
from palate.evaluation.stage import Stage
from palate.features import Background, Features, sample_rows
from palate.parts import Taste
from palate.taste.choose import DEFAULT_TASTE, bayes_on, make_taste, scales_of


class ServedTaste:
    """One taste over one corpus, fed as a Reader feeds it: each judgement is learned once, in order.

    make: gives the taste. topic: whether the texts get a block of topics, which stores have not (see
    feature/topic.py).

    >>> stage = Stage(("red cats", "red dogs", "blue cats", "blue dogs"))
    >>> scores = single_taste("bayes")(stage, np.random.default_rng(0)).scores(np.array([0]), np.array([1.0]))
    >>> bool(scores[0] > scores[3])
    True
    """

    calibrated = True

    def __init__(
        self, name: str, stage: Stage, make: Callable[[Background], Taste], *, topic: bool = False
    ) -> None:
        self.name = name
        background = stage.space.background
        self._features = stage.space.corpus
        if topic:
            self._features = Features({**self._features.blocks, "topic": stage.topic})
            average = Features(
                {**background.average.blocks, "topic": np.zeros((1, stage.topic.shape[1]), np.float32)}
            )
            sample = self._features[sample_rows(len(self._features))]
            background = replace(background, average=average, sample=sample)
        self._taste = make(background)
        self._learned = 0

    def scores(self, rows: IntVector, likings: Vector) -> Vector:
        new = rows[self._learned :]
        if len(new):
            self._taste.learn(self._features[new], likings[self._learned :], np.ones(len(new)))
            self._learned = len(rows)
        return 1 / (1 + np.exp(-self._taste.logits(self._features).astype(np.float64)))


def palate(stage: Stage, _: np.random.Generator) -> ServedTaste:
    """What a user is served who sets nothing."""
    return ServedTaste("palate", stage, lambda background: make_taste(DEFAULT_TASTE, background))


def single_taste(kind: str) -> Callable[[Stage, np.random.Generator], ServedTaste]:
    """The maker of a system that is one taste, under the name of its kind."""
    return lambda stage, _: ServedTaste(kind, stage, lambda background: make_taste(kind, background))


def without(block: str) -> Callable[[Stage, np.random.Generator], ServedTaste]:
    """The maker of `bayes` with one block left out: what is that block worth?"""

    def make(background: Background) -> Taste:
        return bayes_on(
            {name: scale for name, scale in scales_of(background).items() if name != block}, background
        )

    return lambda stage, _: ServedTaste(f"bayes-without-{block}", stage, make)


def with_sentiment(stage: Stage, _: np.random.Generator) -> ServedTaste:
    """`bayes` with sentiment beside its blocks, at a scale of 0.02."""
    return ServedTaste(
        "bayes-with-sentiment", stage, lambda known: bayes_on({**scales_of(known), "sentiment": 0.02}, known)
    )


def with_topic(stage: Stage, _: np.random.Generator) -> ServedTaste:
    """`bayes` with topics beside the semantic block, at the same scale, at least 0.2."""

    def make(background: Background) -> Taste:
        scales = scales_of(background)
        return bayes_on({**scales, "topic": max(0.2, scales["semantic"])}, background)

    return ServedTaste("bayes-with-topic", stage, make, topic=True)
