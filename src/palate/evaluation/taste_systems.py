"""Palate's own systems: the contest that users are served by default, and single tastes."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from palate.description.description import describe
from palate.description.feedback import best_in
from palate.description.interests import read_interests
from palate.evaluation.arrays import IntVector, Vector
from palate.evaluation.replay_corpus import ReplayCorpus
from palate.features import Background, Features, sample_rows
from palate.parts import Taste
from palate.taste.chance import expit
from palate.taste.choose import DEFAULT_TASTE, bayes_on, make_contest, make_taste, scales_of
from palate.taste.contest import ContestTaste


class TasteSystem:
    """One taste over one corpus, which learns as in a Reader: each judgement once, in order.

    make: makes the taste. topic: whether the texts get a block of topics, which stores do not have (see
    feature/topic.py).

    >>> corpus = ReplayCorpus(("red cats", "red dogs", "blue cats", "blue dogs"))
    >>> system = single_taste("bayes")(corpus, np.random.default_rng(0))
    >>> scores = system.scores(np.array([0]), np.array([1.0]))
    >>> bool(scores[0] > scores[3])
    True
    """

    calibrated = True

    def __init__(
        self, name: str, corpus: ReplayCorpus, make: Callable[[Background], Taste], *, topic: bool = False
    ) -> None:
        self.name = name
        background = corpus.fitted.background
        self._features = corpus.fitted.corpus
        if topic:
            self._features = Features({**self._features.blocks, "topic": corpus.topic})
            average = Features(
                {**background.average.blocks, "topic": np.zeros((1, corpus.topic.shape[1]), np.float32)}
            )
            background = replace(
                background, average=average, sample=self._features[sample_rows(len(self._features))]
            )
        self._background, self._corpus = background, corpus
        self._taste = make(background)
        self._learned = 0

    def describe(self, description: str) -> None:
        """Takes what the reader wrote, as a Reader with `likes` does, before any judgement."""
        interests, fitted = read_interests(description), self._corpus.fitted
        described = describe(interests, fitted.space, self._corpus.encode, best_in(fitted.corpus))
        if isinstance(self._taste, ContestTaste):
            self._taste = make_contest(DEFAULT_TASTE, self._background, description=described)
        else:
            self._taste.learn(described.phrases, described.likings, described.weights)

    def scores(self, rows: IntVector, likings: Vector) -> Vector:
        new = rows[self._learned :]
        if len(new):
            self._taste.learn(self._features[new], likings[self._learned :], np.ones(len(new)))
            self._learned = len(rows)
        scores: Vector = expit(self._taste.logits(self._features).astype(np.float64))
        return scores


def palate(corpus: ReplayCorpus, _: np.random.Generator) -> TasteSystem:
    """Makes the system `palate`: the default taste."""
    return TasteSystem("palate", corpus, lambda background: make_taste(DEFAULT_TASTE, background))


def single_taste(kind: str) -> Callable[[ReplayCorpus, np.random.Generator], TasteSystem]:
    """Returns the maker of a system that is one taste, under the name of its kind."""
    return lambda corpus, _: TasteSystem(kind, corpus, lambda background: make_taste(kind, background))


def without_block(block: str) -> Callable[[ReplayCorpus, np.random.Generator], TasteSystem]:
    """Returns the maker of `bayes` with one block left out, which measures what that block is worth."""

    def make(background: Background) -> Taste:
        return bayes_on(
            {name: scale for name, scale in scales_of(background).items() if name != block}, background
        )

    return lambda corpus, _: TasteSystem(f"bayes-without-{block}", corpus, make)


def with_sentiment(corpus: ReplayCorpus, _: np.random.Generator) -> TasteSystem:
    """Makes `bayes` with sentiment beside its blocks, at a scale of 0.02."""
    return TasteSystem(
        "bayes-with-sentiment",
        corpus,
        lambda background: bayes_on({**scales_of(background), "sentiment": 0.02}, background),
    )


def with_topic(corpus: ReplayCorpus, _: np.random.Generator) -> TasteSystem:
    """Makes `bayes` with topics beside the semantic block, at the same scale, at least 0.2."""

    def make(background: Background) -> Taste:
        scales = scales_of(background)
        return bayes_on({**scales, "topic": max(0.2, scales["semantic"])}, background)

    return TasteSystem("bayes-with-topic", corpus, make, topic=True)
