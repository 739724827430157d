"""Calibration: from how a score came out to how probable a like is."""

import math
from typing import Any, NamedTuple

import numpy as np

from palate.taste.chance import expit

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]
# in log slope and offset: where the curvature is nearly flat, Newton would leap out of all numbers
LONGEST_STEP = 2.0
SMALLEST_CHANCE = 1e-12
MAX_CALIBRATED = 128  # judgements, the newest, where all would cost too much: enough for two numbers
NEWTON_STEPS = 60  # at most; the method settles in fewer
# sd of the offset for a taste that does not weigh likes against dislikes itself: one text in twenty may be
# liked
UNBALANCED_SHIFT = 0.6


class Rate(NamedTuple):
    """How rare likes are thought to be before a reader says so: the log odds of their share ~ N(mean, sd^2).

    usual: (m,) scores of texts that stand for all."""

    usual: Array
    mean: float
    sd: float


def calibrate(
    scores: Array,
    likings: Array,
    weights: Array,
    *,
    slope: float,
    spread: float = 1.0,
    shift: float = 0.3,
    rate: Rate | None = None,
) -> tuple[float, float]:
    """The most probable (slope, offset) of `P(like) = sigmoid(slope * score + offset)` after (n,) left-out
    scores.

    Platt scaling with priors, so that it holds from no judgement on: log slope ~ N(log `slope`, `spread`^2),
    offset ~ N(0, `shift`^2), infinite for no prior on it. rate: what the mean probability over the usual
    texts should be near. likings in [-1, 1] are taken as targets (1 + liking) / 2. The slope stays above 0.
    Source: Platt, Probabilistic outputs for support vector machines (1999), with priors for its two
    parameters.

    >>> none = np.zeros(0)
    >>> calibrate(none, none, none, slope=0.5)
    (0.5, 0.0)
    """
    targets = (1 + likings) / 2
    log_slope = prior_mean = math.log(slope)
    offset, slope_precision, offset_precision = 0.0, 1 / spread**2, 1 / shift**2

    def loss(log_slope: float, offset: float) -> float:
        logits = math.exp(log_slope) * scores + offset
        fit = float(weights @ (np.logaddexp(0, logits) - targets * logits))
        if rate is not None:
            fit += _missed(rate, log_slope, offset)[0] ** 2 / 2
        return fit + (slope_precision * (log_slope - prior_mean) ** 2 + offset_precision * offset**2) / 2

    current = loss(log_slope, offset)
    for _ in range(NEWTON_STEPS):
        inner = math.exp(log_slope) * scores  # derivative of the logit by log slope; by the offset it is 1
        chances = expit(inner + offset)
        residuals, curvatures = weights * (chances - targets), weights * chances * (1 - chances)
        bend = float(residuals @ inner)  # of the slope's exponent: the rest of the exact second derivative
        by_slope = bend + slope_precision * (log_slope - prior_mean)
        by_offset = float(residuals.sum()) + offset_precision * offset
        slope_curvature = float(curvatures @ inner**2) + slope_precision
        offset_curvature = float(curvatures.sum()) + offset_precision
        shared = float(curvatures @ inner)
        if rate is not None:
            missed, missed_by_slope, missed_by_offset = _missed(rate, log_slope, offset)
            by_slope += missed * missed_by_slope
            by_offset += missed * missed_by_offset
            slope_curvature += missed_by_slope**2  # Gauss and Newton's, which is never below 0
            offset_curvature += missed_by_offset**2
            shared += missed_by_slope * missed_by_offset
        exact = (slope_curvature + bend) * offset_curvature - shared**2
        if exact > 0 and slope_curvature + bend > 0:
            slope_curvature += bend
        determinant = slope_curvature * offset_curvature - shared**2
        slope_step = (offset_curvature * by_slope - shared * by_offset) / determinant
        offset_step = (slope_curvature * by_offset - shared * by_slope) / determinant
        longest = max(abs(slope_step), abs(offset_step))
        length = min(1.0, LONGEST_STEP / max(longest, 1e-300))
        while (
            not (after := loss(log_slope - length * slope_step, offset - length * offset_step)) < current
            and length * longest > 1e-9
        ):
            length /= 2
        if not after < current:
            break
        log_slope, offset, current = log_slope - length * slope_step, offset - length * offset_step, after
    return math.exp(log_slope), offset


def _missed(rate: Rate, log_slope: float, offset: float) -> tuple[float, float, float]:
    """By how many sds the log odds of the mean probability of the usual texts miss the mean of their prior;
    its derivatives by log slope and by offset.
    """
    inner = math.exp(log_slope) * rate.usual
    chances = np.clip(expit(inner + offset), SMALLEST_CHANCE, 1 - SMALLEST_CHANCE)
    mean, varying = float(chances.mean()), chances * (1 - chances)
    by_odds = 1 / (mean * (1 - mean) * rate.sd)
    missed = (math.log(mean / (1 - mean)) - rate.mean) / rate.sd
    return missed, by_odds * float((varying * inner).mean()), by_odds * float(varying.mean())
