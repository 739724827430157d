"""Chance: log odds, and how much was learned about a text, as mean and sd of the probability of a like."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from palate.features import Features
from palate.weights import Weights, product

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]


def linear(
    features: Features, base: float, weights: Mapping[str, Weights], precision: type[np.floating[Any]]
) -> Array:
    """(n,) of base plus the sum over blocks of row @ weights. Costs O(d + terms) a text."""
    total = np.full(len(features), base)
    for name, block in weights.items():
        total += product(features.blocks[name], block, precision)
    return total


def expit(logits: Any) -> Any:
    """Probabilities of log odds, numbers or arrays. scipy.special has it too, but takes 40 ms to import.

    >>> expit(np.array([-1000.0, 0.0, 1000.0])).tolist()
    [0.0, 0.5, 1.0]
    """
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-logits))


def chance(logits: Array, pseudo_count: Array | float) -> tuple[Array, Array]:
    """(mean, sd) of the probability of a like, each (n,).

    The sd is that of a Beta belief that started even, Beta(1, 1), and has seen `pseudo_count` judgements of
    this very text, 0 or more: 0.29 where nothing is known, falling with the root of what is.

    >>> mean, sd = chance(np.zeros(2), np.array([0.0, 97.0]))
    >>> mean.tolist(), sd.round(2).tolist()
    ([0.5, 0.5], [0.29, 0.05])
    """
    mean = expit(logits.astype(np.float64))
    return mean, np.sqrt(mean * (1 - mean) / (np.maximum(pseudo_count, 0) + 3))
