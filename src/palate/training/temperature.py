"""Temperature scaling: one number that outputs are divided by, so that probabilities are as sure as they are
right.

n examples, c classes or labels.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

MAX_TEMPERATURE = 1000.0  # a temperature is looked for from 1 / MAX_TEMPERATURE to MAX_TEMPERATURE
NO_LOSS = 1e-6  # nats an example: below it every example is right, and surely so

Floats = NDArray[np.float64]
# of outputs (n, c) and targets (n, c), the mean negative log likelihood in nats
Loss = Callable[[Floats, Floats], float]


def softmax_loss(logits: Floats, targets: Floats) -> float:
    """Returns the mean negative log likelihood of classes. targets: rows that sum to 1."""
    from scipy.special import log_softmax

    return float(-(targets * log_softmax(logits, axis=1)).sum(axis=1).mean())


def sigmoid_loss(logits: Floats, targets: Floats) -> float:
    """Returns the mean negative log likelihood of labels that are each there or not. targets: in [0, 1]."""
    return float((np.logaddexp(0, logits) - targets * logits).mean())


def fit_temperature(logits: ArrayLike, targets: ArrayLike, loss: Loss) -> float:
    """Returns the temperature T > 0 under which `loss` of logits / T is least; 1 where it falls ever on.

    Use it on examples that the model was not trained on. It falls ever on where every example is right, as
    then no confidence is too much: down to 1 / MAX_TEMPERATURE. The most probable class stays the same.
    Source: Guo et al., On calibration of modern neural networks (ICML 2017), section 4.2.

    >>> sure, right_in_three_of_four = [[4.0, 0.0]] * 4, [[1, 0], [1, 0], [1, 0], [0, 1]]
    >>> round(fit_temperature(sure, right_in_three_of_four, softmax_loss), 3)  # 4 / log 3
    3.641
    """
    from scipy.optimize import minimize_scalar

    outputs, wanted = np.asarray(logits, dtype=np.float64), np.asarray(targets, dtype=np.float64)
    limit = float(np.log(MAX_TEMPERATURE))
    # in the logarithm, where the loss has one valley as it has in 1 / T
    found = minimize_scalar(
        lambda log: loss(outputs / np.exp(log), wanted),
        bounds=(-limit, limit),
        method="bounded",
        options={"xatol": 1e-7},
    )
    falls_on = found.fun < NO_LOSS or found.x < -0.99 * limit
    return 1.0 if falls_on else float(np.exp(found.x))


def temperature_note(temperature: float, part: str, before: float, after: float) -> str:
    """Returns what a reader of the figures must know of the temperature.

    before, after: the expected calibration error on that part.
    """
    if temperature == 1.0:
        return (
            "no temperature is used: validation examples fit the better the surer the outputs are, as where "
            "all of them are right"
        )
    told = f"outputs are divided by the temperature {temperature:.3g}, which fits validation examples best"
    same = ", the same examples" if part == "validation" else ""
    return f"{told}: ece on {part} examples {before:.3f} before, {after:.3f} after{same}"
