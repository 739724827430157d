"""What the parts of a Reader promise, on one page. n texts, d dims. Makers need not inherit."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, TypeVar

import numpy as np

from palate.features import Features
from palate.features import Matrix as Matrix
from palate.features import Rows as Rows
from palate.features import Vector as Vector
from palate.weights import Weights

Mask = np.ndarray[tuple[int], np.dtype[np.bool_]]
Tables = TypeVar("Tables", covariant=True)  # what a store gives to read and write: `store.tables.Tables`


class Encoder(Protocol):
    """Text to vector. fingerprint names the exact model: equal fingerprints give equal vectors."""

    name: str
    fingerprint: str
    dims: int

    def encode(self, contents: Sequence[str]) -> Matrix:
        """(n, d) float32 rows of length 1, or 0 for a text that says nothing to this encoder."""


class Taste(Protocol):
    """Features and feedback to value. A pure function of what it learned, in order: learning it again gives
    the same bits.

    Learning n texts at once is learning them one by one. dropped: judgements that were learned but no longer
    weigh in."""

    @property
    def dropped(self) -> int: ...

    def cost_ms(self, n: int) -> float:
        """Milliseconds that the first value after the n-th judgement costs: as modelled, not measured, so
        that what depends on it does not depend on a clock."""

    def learn(self, features: Features, likings: Vector, weights: Vector) -> None:
        """Learns from n texts in order: likings (n,) in [-1, 1], weights (n,) above 0."""

    def logits(self, features: Features) -> Vector:
        """(n,) log odds of a like."""

    def value(self, features: Features) -> tuple[Vector, Vector]:
        """Mean and sd of the probability of a like, each (n,) in [0, 1]."""

    def explain(self) -> tuple[float, Mapping[str, Weights]]:
        """(base, weights of each block): logit(mean) = base + the sum over blocks of row @ weights + the sum
        of `nonlinear_shares`.
        """

    def nonlinear_shares(self, features: Features) -> dict[str, Vector]:
        """By name, (n,) shares of the logit that no weights explain; empty for a taste that is linear."""

    def forget(self) -> None:
        """Returns to the state before any feedback."""


@dataclass(frozen=True, eq=False)
class Candidates:
    """What a question is given of m texts without a verdict, as one reader's taste sees them now.

    mean, sd: (m,) of the probability of a like, as `Taste.value` gives them. features: of the m texts.
    vectors: (m, d) rows of length 1, or 0 for a text that says nothing. interests: (m,) which of the reader's
    k interests each text fits best. asked: (k,) how many texts of each interest were judged so far."""

    mean: Vector
    sd: Vector
    features: Features
    vectors: Matrix
    interests: Rows = field(default_factory=lambda: np.zeros(0, np.int64))
    asked: Rows = field(default_factory=lambda: np.zeros(0, np.int64))

    def __len__(self) -> int:
        return len(self.mean)


class Question(Protocol):
    """Chooses the texts to ask about.

    pool: the texts it chooses from where there are many: those nearest to even odds, the best, or any of all
    at random.
    """

    pool: Literal["even", "best", "all"]

    def choose(self, candidates: Candidates, n: int, rng: np.random.Generator) -> Rows:
        """Returns indices of the n of the m candidates to ask about, best first."""


class Index(Protocol):
    """Finds the nearest of n vectors."""

    def nearest(self, vector: Vector, n: int, allowed: Mask | Rows | None = None) -> tuple[Rows, Vector]:
        """Returns indices of the n nearest vectors and their cosine, nearest first, then in order: all that
        are allowed where those are fewer.

        allowed: (n,) which vectors may be found, or their indices, ascending; None for all.
        """


class Store(Protocol[Tables]):
    """Everything remembered. Any number of threads and processes read while one writes.

    path: a file or address, for messages."""

    path: str

    def reading(self) -> AbstractContextManager[Tables]:
        """One consistent view: what others write meanwhile is not seen."""

    def writing(self) -> AbstractContextManager[Tables]:
        """One transaction: all of it or, where an error leaves it, nothing; on disk when it ends. Raises
        StoreBusy where another writes for long."""

    def copy_to(self, path: Path) -> None:
        """Writes one consistent view of the store to a file, also while others write."""

    def close(self) -> None:
        """Ends the use of the store; no transaction may be open."""
