"""Metrics: how good predicted classes, probabilities and numbers are, as plain numbers that go into JSON.

n examples, c classes. None stands for a figure that these examples do not define.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from palate.errors import BadValue

BINS = 10  # of confidence, equal in width

Floats = NDArray[np.float64]


class Bin(NamedTuple):
    """The predictions whose confidence is in (low, high]: how many, how sure in the mean, and which share of
    them was right.
    """

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float


def classification_figures(
    labels: Sequence[str], truth: ArrayLike, probabilities: ArrayLike
) -> dict[str, Any]:
    """How good the probabilities of c classes are for n examples; each predicts its most probable class, of
    equals the first.

    labels: (c,) names. truth: (n,) numbers of classes. probabilities: (n, c), rows that sum to 1. - accuracy;
    precision, recall and f1: plain means over the classes that are in truth or were predicted ("macro"). -
    per_class: {label: {precision, recall, f1, support}}; None where a class is neither in truth nor
    predicted, and 0 where one of these is 0/0 otherwise, as in scikit-learn. - confusion: c rows of c counts,
    true class by predicted class. - ece: see `reliability`. brier: sum over classes of squared errors, mean
    over examples, 0 to 2. log_loss: in nats. Raises BadValue where a probability is not finite (the training
    diverged) and ValueError for no examples. Source: scikit-learn; Guo et al., On calibration of modern
    neural networks (2017), eq. 3; Brier (1950).

    >>> found = classification_figures(["no", "yes"], [0, 1, 1], [[0.9, 0.1], [0.4, 0.6], [0.7, 0.3]])
    >>> round(found["accuracy"], 3), round(found["f1"], 3), found["confusion"]
    (0.667, 0.667, [[1, 0], [1, 1]])
    >>> found["per_class"]["yes"]
    {'precision': 1.0, 'recall': 0.5, 'f1': 0.6666666666666666, 'support': 2}
    """
    from sklearn.metrics import confusion_matrix, log_loss, precision_recall_fscore_support

    true, chances = _checked(truth, probabilities)
    predicted, ids = chances.argmax(axis=1), range(len(labels))
    confusion = confusion_matrix(true, predicted, labels=ids)
    there = confusion.sum(axis=0) + confusion.sum(axis=1) > 0
    scores = precision_recall_fscore_support(true, predicted, labels=ids, zero_division=0.0)
    per_class: dict[str, dict[str, float | None]] = {}
    for label, known, *rates, support in zip(labels, there, *scores, strict=True):
        shown = [float(rate) if known else None for rate in rates]
        per_class[label] = {
            **dict(zip(("precision", "recall", "f1"), shown, strict=True)),
            "support": int(support),
        }
    return {
        "accuracy": float((predicted == true).mean()),
        "precision": float(scores[0][there].mean()),
        "recall": float(scores[1][there].mean()),
        "f1": float(scores[2][there].mean()),
        "ece": sum(one.n * abs(one.accuracy - one.confidence) for one in reliability(true, chances))
        / len(true),
        "brier": float(((chances - np.eye(len(labels))[true]) ** 2).sum(axis=1).mean()),
        "log_loss": float(log_loss(true, chances, labels=ids)),
        "per_class": per_class,
        "confusion": confusion.tolist(),
    }


def reliability(truth: ArrayLike, probabilities: ArrayLike, bins: int = BINS) -> list[Bin]:
    """The bins of confidence, the probability of the predicted class, that hold a prediction; from unsure to
    sure.

    The expected calibration error (ece) is the mean of |accuracy - confidence| over predictions, so binned.

    >>> reliability([0, 1], [[0.75, 0.25], [0.75, 0.25]], bins=2)
    [Bin(low=0.5, high=1.0, n=2, confidence=0.75, accuracy=0.5)]
    """
    true, chances = _checked(truth, probabilities)
    confidence, right = chances.max(axis=1), chances.argmax(axis=1) == true
    place = np.searchsorted(np.arange(1, bins) / bins, confidence, side="left")
    found = []
    for row in np.unique(place).tolist():
        here = place == row
        means = float(confidence[here].mean()), float(right[here].mean())
        found.append(Bin(row / bins, (row + 1) / bins, int(here.sum()), *means))
    return found


def regression_figures(truth: ArrayLike, predicted: ArrayLike) -> dict[str, float | None]:
    """How near n predicted numbers are: mse, mae, rmse in the units of truth, pearson, spearman, r2.

    pearson and spearman are None where truth or what was predicted does not vary (a constant prediction
    orders nothing), r2 where truth does not. Raises BadValue where a prediction is not finite (the training
    diverged), ValueError for no examples. Source: scikit-learn and SciPy.

    >>> regression_figures([1, 2, 3], [1, 2, 6])["mse"], regression_figures([1, 2, 3], [5, 5, 5])["pearson"]
    (3.0, None)
    """
    from scipy.stats import pearsonr, spearmanr
    from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score

    true, said = np.asarray(truth, dtype=np.float64), np.asarray(predicted, dtype=np.float64)
    _finite(said)
    mse = float(mean_squared_error(true, said))
    related = _varies(true) and _varies(said)
    return {
        "mse": mse,
        "mae": float(mean_absolute_error(true, said)),
        "rmse": mse**0.5,
        "pearson": float(pearsonr(true, said).statistic) if related else None,
        "spearman": float(spearmanr(true, said).statistic) if related else None,
        "r2": float(r2_score(true, said)) if _varies(true) else None,
    }


def _varies(numbers: Floats) -> bool:
    """Whether there is more in them than rounding; the bound is that of SciPy's pearsonr."""
    return bool(np.linalg.norm(numbers - numbers.mean()) > 1e-13 * abs(numbers.mean())) and len(numbers) > 1


def _checked(truth: ArrayLike, probabilities: ArrayLike) -> tuple[NDArray[np.int64], Floats]:
    """In float64, where rows of float32 sum to 1 again."""
    chances = np.asarray(probabilities, dtype=np.float64)
    _finite(chances)
    return np.asarray(truth, dtype=np.int64), chances / chances.sum(axis=1, keepdims=True)


def _finite(predictions: Floats) -> None:
    if not np.isfinite(predictions).all():
        raise BadValue(
            "the model's predictions are not finite numbers: its training diverged; train again with a lower --rate"
        )


def scalars(figures: Mapping[str, Any]) -> dict[str, float]:
    """The figures that are one number each, those of a group under group.name; without lists, None, and the
    classes one by one.

    >>> scalars({"accuracy": 0.5, "ece": None, "sts": {"spearman": 0.8}, "confusion": [[1]], "per_class": {"a": {"f1": 1.0}}})
    {'accuracy': 0.5, 'sts.spearman': 0.8}
    """
    found: dict[str, float] = {}
    for name, value in figures.items():
        if isinstance(value, Mapping) and name != "per_class":
            found.update({f"{name}.{inner}": number for inner, number in scalars(value).items()})
        elif isinstance(value, int | float):
            found[name] = value
    return found
