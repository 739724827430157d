"""Rate: how rare the likes of a reader are, and what the log odds of a taste are worth by that."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np

from palate.features import Features
from palate.taste.calibration import SMALLEST_CHANCE, Rate, calibrate
from palate.taste.chance import expit

IntVector = np.ndarray[tuple[int], np.dtype[np.int64]]
Array = np.ndarray[Any, np.dtype[np.floating[Any]]]
# one text in twelve is liked; for two readers in three between one in 31 and one in five
USUAL_LOG_ODDS, USUAL_SD = -2.4, 1.0
SPREAD = 1.0  # sd of the log of the slope before any feedback


class Stream(NamedTuple):
    """The texts of a reader. usual: some that stand for all, one or more. log_odds: of a like, over all of
    them, as is thought before any judgement.
    """

    usual: Features
    log_odds: float = USUAL_LOG_ODDS


class LeftOut(NamedTuple):
    """n judged texts, as a taste sees each when it is left out of what was learned. ordinals: (n,) how many
    judgements were learned before each, ascending. likings: (n,) in [-1, 1]. weights: (n,) above 0.
    """

    ordinals: IntVector
    logits: Array
    likings: Array
    weights: Array

    def since(self, start: int) -> "LeftOut":
        """Returns those from an ordinal on."""
        kept = self.ordinals >= start
        return LeftOut(self.ordinals[kept], self.logits[kept], self.likings[kept], self.weights[kept])


@runtime_checkable
class LeavesOut(Protocol):
    """A taste that knows what each judged text comes out as where it is left out: by the others or, of a
    taste that learns step by step, by those before it.
    """

    def left_out(self) -> LeftOut: ...


def rated(judged: LeftOut, stream: Stream, usual: Array) -> tuple[float, float]:
    """Returns (slope, offset), slope above 0, that make calibrated odds of the log odds of a blend.

    Texts are judged because they stand on top, or because they are asked about; the share of likes among them
    is not that of the stream. How rare likes are follows from both: the probability of the judged texts must
    be what came, and its mean over the usual texts near what was thought before. Since slope and offset are
    the same for all texts the order stays. Costs O(n + m) a step, some ten steps.

    judged: by the blend. usual: (m,) its logits of the usual texts.

    >>> none, stream = np.zeros(0), Stream(Features({"semantic": np.zeros((100, 2))}))
    >>> nothing = LeftOut(np.zeros(0, np.int64), none, none, none)
    >>> slope, offset = rated(nothing, stream, np.zeros(100))
    >>> slope, round(float(expit(offset)), 3)
    (1.0, 0.083)
    """
    rate = Rate(usual, stream.log_odds, USUAL_SD)
    _, logits, likings, weights = judged
    return calibrate(logits, likings, weights, slope=1.0, spread=SPREAD, shift=np.inf, rate=rate)


def moved(mean: Array, sd: Array, slope: float, offset: float) -> tuple[Array, Array]:
    """Returns means and sds, each (m,), of probabilities whose log odds are moved to slope * logit + offset.
    An sd keeps its share of the largest that the mean allows, so that as many judgements stand behind it.
    """
    clipped = np.clip(mean, SMALLEST_CHANCE, 1 - SMALLEST_CHANCE)
    new = expit(slope * np.log(clipped / (1 - clipped)) + offset)
    return new, sd * np.sqrt(new * (1 - new) / (clipped * (1 - clipped)))


def in_common(parts: Sequence[tuple[float, LeftOut]]) -> LeftOut:
    """Returns the judged texts that all of some tastes know, with the sum of their logits, each times its
    share. There is at least one.

    >>> one = LeftOut(np.array([0, 1]), np.array([1.0, 2.0]), np.ones(2), np.ones(2))
    >>> other = LeftOut(np.array([1, 2]), np.array([4.0, 0.0]), np.ones(2), np.ones(2))
    >>> in_common([(0.5, one), (0.5, other)]).logits.tolist()
    [3.0]
    """
    common = set.intersection(*(set(part.ordinals.tolist()) for _, part in parts))
    ordinals = np.array(sorted(common), np.int64)
    logits = np.zeros(len(ordinals))
    for share, part in parts:
        logits += share * part.logits[np.isin(part.ordinals, ordinals)]
    first = parts[0][1]
    known = np.isin(first.ordinals, ordinals)
    return LeftOut(ordinals, logits, first.likings[known], first.weights[known])
