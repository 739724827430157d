"""Logistic: a logistic regression of a few columns."""

import numpy as np
from scipy.special import expit

from palate.errors import BadValue
from palate.features import Matrix, Vector

MAX_STEPS = 100
TOLERANCE = 1e-9


def fit_logistic(columns: Matrix, outcomes: Vector, ridge: float = 1e-3) -> Vector:
    """Returns (d + 1,) weights, the intercept first, that make n outcomes of 0 or 1 likeliest.

    columns: (n, d). ridge: of the weights but not of the intercept, in units of one example; it keeps them
    finite where the outcomes are parted without an error. Costs O(n d^2) a step, some ten steps. Raises
    BadValue where all outcomes are the same.
    Source: Newton's method as iteratively reweighted least squares (Bishop, PRML, 2006, section 4.3.3).

    >>> weights = fit_logistic(np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0.0, 1.0, 0.0, 1.0]))
    >>> weights.round(2).tolist()
    [-1.36, 0.91]
    """
    if outcomes.min(initial=1) == outcomes.max(initial=0) or not len(outcomes):
        raise BadValue("a calibration needs outcomes of both kinds, 0 and 1; give examples of each")
    rows = np.column_stack([np.ones(len(columns)), columns])
    penalty = np.full(rows.shape[1], ridge)
    penalty[0] = 0.0
    weights = np.zeros(rows.shape[1])
    loss = _loss(rows, outcomes, weights, penalty)
    for _ in range(MAX_STEPS):
        probabilities = expit(rows @ weights)
        gradient = rows.T @ (probabilities - outcomes) + penalty * weights
        spread = np.maximum(probabilities * (1 - probabilities), 1e-12)
        step = np.linalg.lstsq((rows * spread[:, None]).T @ rows + np.diag(penalty), gradient, rcond=None)[0]
        scale = 1.0
        while (
            new_loss := _loss(rows, outcomes, weights - scale * step, penalty)
        ) > loss and scale > TOLERANCE:
            scale /= 2  # a whole step may overshoot where outcomes are nearly parted
        weights, gain, loss = weights - scale * step, loss - new_loss, new_loss
        if gain < TOLERANCE:
            break
    return weights


def _loss(rows: Matrix, outcomes: Vector, weights: Vector, penalty: Vector) -> float:
    logits = rows @ weights
    return float(np.logaddexp(0, logits).sum() - outcomes @ logits + penalty @ weights**2 / 2)
