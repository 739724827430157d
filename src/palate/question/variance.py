"""Variance: ask about what the taste does not know, rather than what nobody could know."""

from typing import Literal

import numpy as np

from palate.parts import Candidates, Rows, Vector
from palate.question.belief import MIN_PROBABILITY, beta_of
from palate.question.distinct import distinct


class Variance:
    """Asks about the texts whose answer and whose probability of a like share most information; among equal
    ones the first.

    A text at even odds because the reader is of two minds teaches nothing; one at even odds because the taste
    has seen nothing like it does. Use it where the sd of a taste means something, as that of BayesTaste.
    Costs O(m log m). Source: Houlsby, Huszar, Ghahramani and Lengyel, Bayesian active learning for
    classification and preference learning (arXiv:1112.5745, 2011), eq. 2 (BALD), in closed form for a Beta
    belief."""

    pool: Literal["even", "best", "all"] = "even"

    def choose(self, candidates: Candidates, n: int, rng: np.random.Generator) -> Rows:  # noqa: ARG002  draws nothing
        order = np.argsort(-information(candidates.mean, candidates.sd), kind="stable")
        return distinct(order, candidates.vectors, n)


def information(mean: Vector, sd: Vector) -> Vector:
    """Returns (m,) bits that an answer tells of a probability believed to be Beta with this mean and sd:
    H(mean) - E[H(probability)].

    >>> even, sure = information(np.array([0.5, 0.5]), np.array([12**-0.5, 0.0]))
    >>> float(round(even, 3)), bool(sure < 1e-6)
    (0.279, True)
    """
    from scipy.special import digamma, entr

    a, b = beta_of(mean, sd)
    probability = np.clip(mean, MIN_PROBABILITY, 1 - MIN_PROBABILITY)
    answer = entr(probability) + entr(1 - probability)
    given = digamma(a + b + 1) - probability * digamma(a + 1) - (1 - probability) * digamma(b + 1)
    return np.asarray(np.maximum(answer - given, 0) / np.log(2))
