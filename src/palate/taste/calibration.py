"""Calibration: from how a score came out to how probable a like is."""

from typing import Any

import numpy as np
from scipy.special import expit

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]
# in log slope and offset: where the curvature is nearly flat, Newton would leap out of all numbers
LONGEST_STEP = 2.0
NEWTON_STEPS = 60  # at most; the method settles in fewer
# sd of the offset for a taste that does not weigh likes against dislikes itself: one text in twenty may be
# liked
UNBALANCED_SHIFT = 0.6


def calibrate(
    scores: Array, likings: Array, weights: Array, *, slope: float, spread: float = 1.0, shift: float = 0.3
) -> tuple[float, float]:
    """The most probable (slope, offset) of `P(like) = sigmoid(slope * score + offset)` after (n,) left-out
    scores.

    Platt scaling with priors, so that it holds from no judgement on: log slope ~ N(log `slope`, `spread`^2),
    offset ~ N(0, `shift`^2). likings in [-1, 1] are taken as targets (1 + liking) / 2. The slope stays above
    0. Source: Platt, Probabilistic outputs for support vector machines (1999), with priors for its two
    parameters.

    >>> none = np.zeros(0)
    >>> calibrate(none, none, none, slope=0.5)
    (0.5, 0.0)
    """
    targets = (1 + likings) / 2
    theta = np.array([np.log(slope), 0.0])
    prior_mean, precision = theta.copy(), np.array([1 / spread**2, 1 / shift**2])

    def loss(at: Array) -> float:
        logits = np.exp(at[0]) * scores + at[1]
        fit = weights @ (np.logaddexp(0, logits) - targets * logits)
        return float(fit + precision @ (at - prior_mean) ** 2 / 2)

    current = loss(theta)
    for _ in range(NEWTON_STEPS):
        inner = np.exp(theta[0]) * scores
        chances = expit(inner + theta[1])
        design = np.stack([inner, np.ones_like(inner)])  # (2, n) derivative of the logit
        gradient = design @ (weights * (chances - targets)) + precision * (theta - prior_mean)
        curvature = (design * (weights * chances * (1 - chances))) @ design.T + np.diag(precision)
        # of the slope's exponent: the rest of the exact second derivative
        bend = float(weights * (chances - targets) @ inner)
        if np.linalg.det(curvature) + bend * curvature[1, 1] > 0 < curvature[0, 0] + bend:
            curvature[0, 0] += bend
        step = np.linalg.solve(curvature, gradient)
        step = step * min(1.0, LONGEST_STEP / float(np.abs(step).max(initial=1e-300)))
        while not (after := loss(theta - step)) < current and np.abs(step).max() > 1e-9:
            step = step / 2
        if not after < current:
            break
        theta, current = theta - step, after
    return float(np.exp(theta[0])), float(theta[1])
