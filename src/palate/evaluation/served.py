"""Palate's own systems: what a user is served, and single tastes."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from palate.corpus import Space
from palate.encoder.choose import make_encoder
from palate.evaluation.arrays import IntVector, Vector
from palate.feature.keyword import hash_terms
from palate.taste.choose import DEFAULT_TASTE, make_taste


@lru_cache(maxsize=2)
def space_of(contents: tuple[str, ...], encoder: str) -> Space:
    """The features of a whole corpus, as a library would make them."""
    vectors = make_encoder(encoder).encode(contents).astype(np.float16).astype(np.float32)
    terms = hash_terms(contents)
    return Space(vectors, terms)


class ServedTaste:
    """One taste over one corpus, fed as a Reader feeds it: each judgement is learned once, in order.

    kind: a taste by name (see taste/choose.py).

    >>> system = ServedTaste("bayes", ["red cats", "red dogs", "blue cats", "blue dogs"], kind="bayes")
    >>> scores = system.scores(np.array([0]), np.array([1.0]))
    >>> bool(scores[0] > scores[3])
    True
    """

    calibrated = True

    def __init__(self, name: str, contents: Sequence[str], *, kind: str, encoder: str = "static") -> None:
        self.name = name
        space = space_of(tuple(contents), encoder)
        self._features = space.corpus
        self._taste = make_taste(kind, space.background)
        self._learned = 0

    def scores(self, rows: IntVector, likings: Vector) -> Vector:
        new = rows[self._learned :]
        if len(new):
            self._taste.learn(self._features[new], likings[self._learned :], np.ones(len(new)))
            self._learned = len(rows)
        return 1 / (1 + np.exp(-self._taste.logits(self._features).astype(np.float64)))


def palate(contents: Sequence[str], _: np.random.Generator) -> ServedTaste:
    """What a user is served who sets nothing."""
    return ServedTaste("palate", contents, kind=DEFAULT_TASTE)


def bayes(contents: Sequence[str], _: np.random.Generator) -> ServedTaste:
    return ServedTaste("bayes", contents, kind="bayes")


def profile(contents: Sequence[str], _: np.random.Generator) -> ServedTaste:
    return ServedTaste("profile", contents, kind="profile")
