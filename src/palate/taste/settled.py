"""Settled: what judgements say that a kernel taste no longer holds as texts."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from palate.features import Features
from palate.taste.chance import linear
from palate.taste.judged_texts import JudgedTexts, retained
from palate.taste.rows import Indices
from palate.weights import Weights

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]
HELD_SHARE = 0.5  # of the texts: what is held when the oldest have settled


class Settled:
    """The part of a linear taste's score that comes from judgements which are no longer held as texts.

    Use it where a taste solves for one amount per judged text, at a cost that grows with their cube: when no
    more are held, the amounts of the older half are frozen, and what they give each feature is kept as
    weights. What comes later is learned around that. Settling alone moves no score, but the amounts of what
    settled no longer answer to later judgements. How often either side was judged is still known (`counted`).
    Settling costs O(n (d + terms)) for n texts, once in n/2 judgements.

    weights: by block; base: of all texts. sides: (2,) weight of the likes, and of the others, that settled.
    count: how many. Source: one step of block Gauss-Seidel on the system of all judgements (Golub and Van
    Loan, Matrix Computations, 2013, section 11.2); posterior means that stay where a text goes as in Csato
    and Opper, Sparse on-line Gaussian processes (2002), here without projecting them on other texts.
    """

    def __init__(self) -> None:
        self.weights: dict[str, Weights] = {}
        self.base = 0.0
        self.sides: Array = np.zeros(2)
        self.count = 0

    def add(self, judged: JudgedTexts, which: Indices, amounts: Array, bias: float) -> Array:
        """Takes up the texts at some indices, each with its amount (n,), and a kernel with `bias` on top of
        theirs. Returns (n,) what this adds to the score of each text."""
        frozen = np.zeros(len(judged))
        frozen[which] = amounts[which]
        for name, block in judged.combine(frozen).items():
            self.weights[name] = self.weights[name] + block if name in self.weights else block
        self.base += bias * float(frozen.sum())
        weights, liked = judged.weights[which], judged.likings[which] > 0
        self.sides = self.sides + np.array([weights[liked].sum(), weights[~liked].sum()])
        self.count += len(which)
        return np.asarray(amounts[which] @ judged.gram[which]) + bias * float(frozen.sum())

    def counted(self, likings: Array, weights: Array) -> Array:
        """(n,) weights of the judgements that are held, of which those of each side stand for its settled
        ones too: how many of all were likes is then seen in them.
        """
        liked = likings > 0
        held = np.array([weights[liked].sum(), weights[~liked].sum()])
        factors = 1 + self.sides / np.maximum(held, 1e-12)
        return np.asarray(weights * np.where(liked, *factors))

    def scores(self, features: Features) -> Array:
        """(n,) what this gives each of n texts."""
        return linear(features, self.base, self.weights, np.float64)

    def added_to(self, weights: Mapping[str, Weights], slope: float) -> dict[str, Weights]:
        """Weights of each block with these beside them, times the slope."""
        total = dict(weights)
        for name, block in self.weights.items():
            more = slope * block
            total[name] = total[name] + more if name in total else more
        return total


def settling(liked: np.ndarray[Any, np.dtype[np.bool_]]) -> Indices:
    """Indices of those of (n,) held judgements that settle, n of 2 or more: half, of the larger side the
    oldest.

    >>> settling(np.array([True, False, False, False, True, False, False, True])).tolist()
    [0, 1, 2, 3]
    """
    kept = retained(liked, math.ceil(HELD_SHARE * len(liked)))
    return np.delete(np.arange(len(liked)), kept)


def portions(held: int, coming: int, max_judgements: int) -> Iterator[Indices]:
    """Indices of the judgements that come, in portions for which there is room; before each one that finds
    `max_judgements` held, half of these are to settle.

    >>> [part.tolist() for part in portions(held=7, coming=6, max_judgements=8)]
    [[0], [1, 2, 3, 4], [5]]
    """
    first = 0
    while first < coming:
        if held == max_judgements:
            held = math.ceil(HELD_SHARE * max_judgements)
        last = min(coming, first + max_judgements - held)
        yield np.arange(first, last)
        held, first = held + last - first, last
