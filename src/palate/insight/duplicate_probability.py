"""Duplicate probability: how likely two texts ask or say the same, by their cosine and shared words."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import NamedTuple, Self

import numpy as np
from scipy.optimize import minimize

from palate.errors import BadValue
from palate.parts import Matrix, Vector

PULL = 1e-6  # towards 0, for each pair: keeps weights finite where classes part
MIN_PAIRS = 50


def pair_features(cosines: Vector, words: Sequence[tuple[Set[str], Set[str]]]) -> Matrix:
    """Returns (n, 6): 1, cosine and its square, shared words over all, shared over those of the shorter text,
    and the words that differ, in logarithm.

    >>> pair_features(np.array([0.5]), [({"cats", "sleep"}, {"cats"})]).round(2).tolist()
    [[1.0, 0.5, 0.25, 0.5, 1.0, 0.69]]
    """
    rows = []
    for cosine, (one, other) in zip(np.asarray(cosines).tolist(), words, strict=True):
        shared, either = len(one & other), len(one | other)
        least = min(len(one), len(other))
        overlap = (shared / either if either else 0.0, shared / least if least else 0.0)
        rows.append((1.0, cosine, cosine * cosine, *overlap, float(np.log1p(either - shared))))
    return np.array(rows, np.float64).reshape(len(rows), 6)


class DuplicateModel(NamedTuple):
    """A logistic regression on `pair_features`. weights: (6,). n_pairs, share: that it was fitted on, and how
    many of these were duplicates: its probabilities are those of such pairs.
    """

    weights: tuple[float, ...]
    n_pairs: int
    share: float

    @classmethod
    def fit(cls, features: Matrix, duplicate: Vector) -> Self:
        """Fits to (n, 6) features of pairs, and (n,) 1 for duplicates. Raises BadValue for fewer than 50
        pairs or one class.

        Source: Platt, Probabilistic outputs (1999), by maximum likelihood with L-BFGS.
        """
        duplicate = np.asarray(duplicate, np.float64)
        if len(duplicate) < MIN_PAIRS or duplicate.min() == duplicate.max():
            raise BadValue(
                f"a calibration needs {MIN_PAIRS} pairs or more, of both kinds;"
                f" got {len(duplicate)}, {int(duplicate.sum())} of them duplicates"
            )

        def loss(weights: Vector) -> tuple[float, Vector]:
            logits = features @ weights
            errors = 1 / (1 + np.exp(-logits)) - duplicate
            value = (
                np.logaddexp(0, logits).sum()
                - duplicate @ logits
                + PULL * len(logits) * (weights @ weights) / 2
            )
            return float(value), features.T @ errors + PULL * len(logits) * weights

        found = minimize(loss, np.zeros(features.shape[1]), jac=True, method="L-BFGS-B")
        return cls(tuple(found.x.tolist()), len(duplicate), float(duplicate.mean()))

    def probabilities(self, features: Matrix) -> Vector:
        """Returns (n,) the probability that each pair is a duplicate."""
        return np.asarray(1 / (1 + np.exp(-(features @ np.array(self.weights)))))
