"""DescribedTaste: what the reader wrote, as a probability of a like."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from palate.description.description import Description
from palate.features import Features
from palate.taste.calibration import Rate, calibrate
from palate.taste.chance import chance, expit, linear
from palate.taste.rate import USUAL_SD, LeftOut
from palate.weights import Weights

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]
# log odds of a like by the score: over replays with descriptions, see benchmarks/descriptions_fit.py
SLOPE, OFFSET = 1.55, -5.8
MAX_LOG_ODDS = 3.0  # log odds that a description alone cannot pass: a text that fits it is still not read
AGAINST = 3.0  # log odds that a text loses which has all words of an interest that is not liked
SPREAD = 0.5  # sd of the log of the slope before any feedback
DESCRIBED = 3.0  # judgements of a text that a description stands for, in its doubt
MIN_SHARE, MAX_SHARE = 0.002, 0.5  # share of likes that a description may promise


class DescribedTaste:
    """Goes by the score of a description alone; judgements say only how much to trust it.

    Use it for the first page. It never learns a word that the reader did not write: in a contest its share
    falls as the others learn. Costs as much as a linear taste, times the interests.

    description: of the reader, on the same blocks as the texts. usual: texts that stand for all; None where
    there are none.

    Source: Platt (1999) for the sigmoid, with priors as in calibration.py."""

    dropped = 0

    def __init__(self, description: Description, usual: Features | None) -> None:
        self._description = description
        self._usual: Array = np.zeros(0) if usual is None else self._promised(usual)
        self.forget()

    @property
    def log_odds(self) -> float:
        """The log odds of a like, over all texts, that the description promises."""
        mean = float(expit(self._usual).mean()) if len(self._usual) else MIN_SHARE
        held = min(max(mean, MIN_SHARE), MAX_SHARE)
        return float(np.log(held / (1 - held)))

    def forget(self) -> None:
        """Returns to the state before any feedback."""
        self._judged: Array = np.zeros(0)  # log odds that the description promises of each judged text
        self._likings: Array = np.zeros(0)
        self._weights: Array = np.zeros(0)
        self._fitted: tuple[float, float] | None = (1.0, 0.0)

    def cost_ms(self, n: int) -> float:
        return 0.3 + 0.0005 * n

    def learn(self, features: Features, likings: Array, weights: Array) -> None:
        """Learns from n texts in order: likings (n,) in [-1, 1], weights (n,) above 0."""
        # a text at a time, so that its bits do not depend on the others
        promised = [self._promised(features[row : row + 1]) for row in range(len(features))]
        self._judged = np.concatenate([self._judged, *promised])
        self._likings = np.concatenate([self._likings, likings])
        self._weights = np.concatenate([self._weights, weights])
        self._fitted = None

    def logits(self, features: Features) -> Array:
        """(n,) log odds of a like."""
        slope, offset = self._fit()
        return slope * self._promised(features) + offset

    def value(self, features: Features) -> tuple[Array, Array]:
        """Probability of a like and its sd, each (n,)."""
        return chance(self.logits(features), DESCRIBED)

    def explain(self) -> tuple[float, Mapping[str, Weights]]:
        """(base, weights of each block) of the mean of the liked interests; the rest of the logit is in
        `nonlinear_shares`.
        """
        slope, offset = self._fit()
        base, weights = self._description.mean_query
        of_score = slope * SLOPE
        return of_score * base + slope * OFFSET + offset, {
            block: of_score * part for block, part in weights.items()
        }

    def nonlinear_shares(self, features: Features) -> dict[str, Array]:
        """What the best of several interests, those that are not liked and the cap bring beside the mean of
        the liked ones, (n,).
        """
        base, weights = self.explain()
        return {"description": self.logits(features) - linear(features, base, weights, np.float64)}

    def left_out(self) -> LeftOut:
        """What the judged texts come out as; one more or less hardly moves two numbers."""
        slope, offset = self._fit()
        ordinals = np.arange(len(self._judged))
        return LeftOut(ordinals, slope * self._judged + offset, self._likings, self._weights)

    def _promised(self, features: Features) -> Array:
        """(n,) log odds by the description alone; near `MAX_LOG_ODDS` they rise less and less."""
        liked = SLOPE * self._description.scores(features) + OFFSET
        capped = MAX_LOG_ODDS - np.logaddexp(0, MAX_LOG_ODDS - liked)
        return np.asarray(capped - AGAINST * self._description.against(features))

    def _fit(self) -> tuple[float, float]:
        if self._fitted is None:
            rate = Rate(self._usual, self.log_odds, USUAL_SD) if len(self._usual) else None
            shift = np.inf if rate else 1.0
            judged = self._judged, self._likings, self._weights
            self._fitted = calibrate(*judged, slope=1.0, spread=SPREAD, shift=shift, rate=rate)
        return self._fitted
