"""Progressive predictions: what was said of each judgement before it was learned."""

from typing import NamedTuple

import numpy as np

from palate.parts import Vector
from palate.taste.scoreboard import Scoreboard


class Progressive(NamedTuple):
    """Of t judgements, oldest first, each (t,): the chance of a like that the blend of the contest gave
    before it learned the judgement, and what came, from 0 (dislike) to 1 (like).

    Use it to measure a taste: no judgement was known to who predicted it. Judgements that came many at once
    were learned without being predicted, and are not here. Source: Dawid, Prequential analysis (1984).
    """

    predicted: Vector
    came: Vector


def progressive_of(board: Scoreboard) -> Progressive:
    """Returns the predictions on a scoreboard."""
    return Progressive(1 / (1 + np.exp(-board.blended.astype(np.float64))), board.targets.astype(np.float64))
