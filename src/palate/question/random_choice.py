"""RandomChoice: ask about any text."""

from typing import Literal

import numpy as np

from palate.parts import Candidates, Rows
from palate.question.distinct import distinct


class RandomChoice:
    """Texts at random. Use it as the baseline, or to learn how many likeable texts there are. Costs
    O(m).
    """

    pool: Literal["even", "best", "all"] = "all"

    def choose(self, candidates: Candidates, n: int, rng: np.random.Generator) -> Rows:
        return distinct(rng.permutation(len(candidates)), candidates.vectors, n)
