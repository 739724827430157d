"""Thompson: read what may well be the best, and learn from it."""

from typing import Literal

import numpy as np

from palate.parts import Candidates, Rows
from palate.question.belief import beta_of
from palate.question.distinct import distinct


class Thompson:
    """Asks about the texts that are best under one draw from the belief about each; it explores less as the
    taste grows sure.

    Use it where the reader wants to read good texts while teaching. Costs O(m log m).
    Source: Thompson, Biometrika 25 (1933); Chapelle and Li, An empirical evaluation of Thompson sampling
    (NIPS 2011)."""

    pool: Literal["even", "best", "all"] = "best"

    def choose(self, candidates: Candidates, n: int, rng: np.random.Generator) -> Rows:
        drawn = rng.beta(*beta_of(candidates.mean, candidates.sd))
        return distinct(np.argsort(-drawn, kind="stable"), candidates.vectors, n)
