"""Explore: read the best, and now and then anything at all."""

from typing import Literal

import numpy as np

from palate.parts import Candidates, Rows
from palate.question.distinct import distinct


class Explore:
    """The best valued texts, but a share of them drawn at random from all others, so that no interest is
    overlooked for good.

    Use it to read a stream. The best come first, then those at random. Where n times the share is no whole
    number, luck decides: ten times one text explores as often as once ten texts. Costs O(m log m).

    share: of the texts that are drawn at random, in [0, 1]. Raises ValueError outside.
    Source: epsilon-greedy; Sutton and Barto, Reinforcement learning (2018), section 2.2.
    """

    pool: Literal["even", "best", "all"] = "best"

    def __init__(self, share: float = 0.1) -> None:
        if not 0 <= share <= 1:
            raise ValueError(f"share must be from 0 to 1, got {share=}")
        self.share = share

    def choose(self, candidates: Candidates, n: int, rng: np.random.Generator) -> Rows:
        exploring = int(min(n, len(candidates)) * self.share + rng.random())
        best = np.argsort(-candidates.mean, kind="stable")
        known = distinct(best, candidates.vectors, min(n, len(candidates)) - exploring)
        others = rng.permutation(np.setdiff1d(np.arange(len(candidates)), known))
        return distinct(np.concatenate([known, others]), candidates.vectors, n)
