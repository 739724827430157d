"""What the parts of a Reader promise, on one page. n texts, d dims. Makers need not inherit."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from palate.features import Features

Vector = np.ndarray[tuple[int], np.dtype[np.floating[Any]]]
Matrix = np.ndarray[tuple[int, int], np.dtype[np.floating[Any]]]
Rows = np.ndarray[tuple[int], np.dtype[np.integer[Any]]]


class Encoder(Protocol):
    """Text to vector. fingerprint names the exact model: equal fingerprints give equal vectors."""

    name: str
    fingerprint: str
    dims: int

    def encode(self, contents: Sequence[str]) -> Matrix:
        """(n, d) float32 rows of length 1, or 0 for a text that says nothing to this encoder."""


class Taste(Protocol):
    """Features and feedback to value. A pure function of what it learned, in order: learning it again gives the same bits.

    dropped: judgements that were learned but no longer weigh in.
    """

    dropped: int

    def learn(self, features: Features, likings: Vector, weights: Vector) -> None:
        """From n texts in order: likings (n,) in [-1, 1], weights (n,) above 0."""

    def logits(self, features: Features) -> Vector:
        """(n,) how much each text is liked, quick enough for every text; `value` may reorder close ones."""

    def value(self, features: Features) -> tuple[Vector, Vector]:
        """Mean and sd of the probability of a like, each (n,) in [0, 1]."""

    def explain(self) -> tuple[float, dict[str, Vector]]:
        """(base, weights of each block) with logit(mean) = base + the sum over blocks of row @ weights, for every text."""

    def forget(self) -> None:
        """Back to before any feedback."""


class Question(Protocol):
    """Which texts to ask about."""

    def choose(self, mean: Vector, sd: Vector, n: int) -> Rows:
        """Places of the n best of the (m,) values to ask about, best first."""


class Index(Protocol):
    """Vectors to nearest texts."""

    def nearest(self, vector: Vector, n: int) -> tuple[Rows, Vector]:
        """Places of the n nearest vectors and their cosine, nearest first."""
