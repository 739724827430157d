"""Explore: read the best texts, and now and then any text at all."""

from typing import Literal

import numpy as np

from palate.parts import Candidates, Rows
from palate.question.distinct import distinct
from palate.question.turns import in_turns


class Explore:
    """Asks about the best texts, and about a share drawn at random from all others, so that no interest is
    overlooked for good. Where the reader has several interests they take turns, the one with the fewest
    judgements first: else the one that fits the texts best would have all the questions.

    Use it to read a stream. The best come first, then those at random. Where n times the share is not a
    whole number, a draw decides: ten times one text explores as often as once ten texts. Costs O(m log m).

    share: of the texts that are drawn at random, in [0, 1]. Raises ValueError outside.
    Source: epsilon-greedy; Sutton and Barto, Reinforcement learning (2018), section 2.2.
    """

    pool: Literal["even", "best", "all"] = "best"

    def __init__(self, share: float = 0.1) -> None:
        if not 0 <= share <= 1:
            raise ValueError(f"share must be from 0 to 1, got {share=}")
        self.share = share

    def choose(self, candidates: Candidates, n: int, rng: np.random.Generator) -> Rows:
        n_random = int(min(n, len(candidates)) * self.share + rng.random())
        best: Rows = np.argsort(-candidates.mean, kind="stable")
        if len(candidates.asked) > 1:
            best = in_turns(best, candidates.interests, candidates.asked)
        chosen = distinct(best, candidates.vectors, min(n, len(candidates)) - n_random)
        others = rng.permutation(np.setdiff1d(np.arange(len(candidates)), chosen))
        return distinct(np.concatenate([chosen, others]), candidates.vectors, n)
