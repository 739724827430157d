"""Uncertainty: ask about what could go either way."""

from typing import Literal

import numpy as np

from palate.parts import Candidates, Rows
from palate.question.distinct import distinct


class Uncertainty:
    """Asks about the texts whose probability of a like is nearest to one half; among equal ones those with
    the larger sd, then the first.

    Use it to sharpen a taste where its probabilities can be trusted. Costs O(m log m).
    Source: Lewis and Gale, A sequential algorithm for training text classifiers (SIGIR 1994).
    """

    pool: Literal["even", "best", "all"] = "even"

    def choose(self, candidates: Candidates, n: int, rng: np.random.Generator) -> Rows:  # noqa: ARG002  draws nothing
        order = np.lexsort((-candidates.sd, np.abs(candidates.mean - 0.5)))
        return distinct(order, candidates.vectors, n)
