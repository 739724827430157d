"""Diverse: ask about texts that stand for many others."""

import numpy as np

from palate.parts import Candidates, Rows, Vector
from palate.question.distinct import distinct

FARTHEST = 2.0  # between two vectors of length 1: stands for the distance where nothing has been judged


class Diverse:
    """k-centre greedy: each time the text farthest from all that were judged or taken, distances weighted by p (1 - p).

    Use it for a batch of questions answered together, or to look around a library before anything is known.
    Costs O((n + j) m d) for j judged texts.
    Source: Sener and Savarese, Active learning for convolutional neural networks: a core-set approach (ICLR 2018), algorithm 1;
    Gonzalez, Theoretical Computer Science 38 (1985): within twice the best radius.
    """

    among = "even"

    def choose(self, candidates: Candidates, n: int, rng: np.random.Generator) -> Rows:  # noqa: ARG002  draws nothing
        vectors = np.asarray(candidates.vectors, dtype=np.float64)
        weights = candidates.mean * (1 - candidates.mean)
        apart = np.full(len(candidates), FARTHEST)  # (m,) distance to the nearest judged or taken text
        if len(candidates.judged):
            apart = _distances((vectors @ candidates.judged.T).max(axis=1))
        order: list[int] = []
        left = np.ones(len(candidates), dtype=np.bool_)
        for _ in range(min(n, len(candidates))):
            place = int(np.argmax(np.where(left, weights * apart, -1.0)))
            order.append(place)
            left[place] = False
            apart = np.minimum(apart, _distances(vectors @ vectors[place]))
        rest = np.flatnonzero(left)
        rest = rest[np.argsort(-(weights * apart)[rest], kind="stable")]
        return distinct(np.array([*order, *rest], dtype=np.int64), candidates.vectors, n)


def _distances(cosine: Vector) -> Vector:
    """Between vectors of length 1 at these cosines."""
    return np.asarray(np.sqrt(np.maximum(2 - 2 * cosine, 0)))
