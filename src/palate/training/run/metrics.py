"""Metrics: how good predicted classes, probabilities and quantities are, as plain numbers that go into JSON.

n examples, c classes. None stands for a figure that these examples do not define.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from palate.errors import BadValue

BINS = 10  # of confidence, equal in width
THRESHOLD = 0.5  # probability from which on a label is predicted

Floats = NDArray[np.float64]


class Bin(NamedTuple):
    """The predictions whose confidence is in (low, high]: their count, their mean confidence, and the share
    of them that was correct.
    """

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float


def classification_figures(
    labels: Sequence[str], truth: ArrayLike, probabilities: ArrayLike
) -> dict[str, Any]:
    """Returns how good the probabilities of c classes are for n examples; each predicts its most probable
    class, of equals the first.

    labels: (c,) names. truth: (n,) indices of classes. probabilities: (n, c), rows that sum to 1.

    - accuracy; precision, recall and f1: plain means over the classes that are in truth or were predicted
      ("macro").
    - per_class: {label: {precision, recall, f1, support}}; None where a class is neither in truth nor
      predicted, and 0 where one of these is 0/0 otherwise, as in scikit-learn.
    - confusion: c rows of c counts, true class by predicted class.
    - ece: see `calibration_error`. brier: sum over classes of squared errors, mean over examples, 0 to 2.
      log_loss: in nats.

    Raises BadValue where a probability is not finite (the training diverged) and ValueError for no examples.
    Source: scikit-learn; Guo et al., On calibration of modern neural networks (2017), eq. 3; Brier (1950).

    >>> probabilities = [[0.9, 0.1], [0.4, 0.6], [0.7, 0.3]]
    >>> figures = classification_figures(["no", "yes"], [0, 1, 1], probabilities)
    >>> round(figures["accuracy"], 3), round(figures["f1"], 3), figures["confusion"]
    (0.667, 0.667, [[1, 0], [1, 1]])
    >>> figures["per_class"]["yes"]
    {'precision': 1.0, 'recall': 0.5, 'f1': 0.6666666666666666, 'support': 2}
    """
    from sklearn.metrics import confusion_matrix, log_loss, precision_recall_fscore_support

    true, probs = _checked(truth, probabilities)
    predicted, class_indices = probs.argmax(axis=1), range(len(labels))
    confusion = confusion_matrix(true, predicted, labels=class_indices)
    present = confusion.sum(axis=0) + confusion.sum(axis=1) > 0
    scores = precision_recall_fscore_support(true, predicted, labels=class_indices, zero_division=0.0)
    per_class: dict[str, dict[str, float | None]] = {}
    for label, is_present, *rates, support in zip(labels, present, *scores, strict=True):
        values = [float(rate) if is_present else None for rate in rates]
        per_class[label] = {
            **dict(zip(("precision", "recall", "f1"), values, strict=True)),
            "support": int(support),
        }
    return {
        "accuracy": float((predicted == true).mean()),
        "precision": float(scores[0][present].mean()),
        "recall": float(scores[1][present].mean()),
        "f1": float(scores[2][present].mean()),
        "ece": calibration_error(reliability(true, probs)),
        "brier": float(((probs - np.eye(len(labels))[true]) ** 2).sum(axis=1).mean()),
        "log_loss": float(log_loss(true, probs, labels=class_indices)),
        "per_class": per_class,
        "confusion": confusion.tolist(),
    }


def reliability(truth: ArrayLike, probabilities: ArrayLike, bins: int = BINS) -> list[Bin]:
    """Returns the bins of confidence, the probability of the predicted class, that hold a prediction, in
    rising order.

    >>> reliability([0, 1], [[0.75, 0.25], [0.75, 0.25]], bins=2)
    [Bin(low=0.5, high=1.0, n=2, confidence=0.75, accuracy=0.5)]
    """
    true, probs = _checked(truth, probabilities)
    return binned(probs.max(axis=1), probs.argmax(axis=1) == true, bins)


def binned(confidence: Floats, correct: ArrayLike, bins: int = BINS) -> list[Bin]:
    """Returns the bins of (n,) confidences that hold one, in rising order. correct: (n,) whether each was
    right, or how probably.
    """
    right = np.asarray(correct, dtype=np.float64)
    bin_index = np.searchsorted(np.arange(1, bins) / bins, confidence, side="left")
    bins_with_predictions = []
    for row in np.unique(bin_index).tolist():
        in_bin = bin_index == row
        means = float(confidence[in_bin].mean()), float(right[in_bin].mean())
        bins_with_predictions.append(Bin(row / bins, (row + 1) / bins, int(in_bin.sum()), *means))
    return bins_with_predictions


def label_figures(labels: Sequence[str], truth: ArrayLike, probabilities: ArrayLike) -> dict[str, Any]:
    """Returns how good the probabilities of c labels are for n examples that may have several; those of 0.5
    or more are predicted.

    labels: (c,) names. truth: (n, c), 1 where a label is there. probabilities: (n, c).

    - f1_micro, precision, recall: over all decisions. f1_macro: the mean over labels. exact: share of
      examples with every label right. lrap: label ranking average precision.
    - per_class, as in `classification_figures`. ece: see `labels_reliability`. brier, log_loss: mean over
      examples and labels.

    Raises BadValue where a probability is not finite. Source: scikit-learn.

    >>> figures = label_figures(["a", "b"], [[1, 0], [1, 1]], [[0.9, 0.2], [0.8, 0.4]])
    >>> round(figures["f1_micro"], 3), round(figures["f1_macro"], 3), figures["exact"], figures["lrap"]
    (0.8, 0.5, 0.5, 1.0)
    """
    from sklearn.metrics import label_ranking_average_precision_score, precision_recall_fscore_support

    true, probs = np.asarray(truth, dtype=np.float64), np.asarray(probabilities, dtype=np.float64)
    _finite(probs)
    predicted = probs >= THRESHOLD
    scores = {
        way: precision_recall_fscore_support(true > 0, predicted, average=way, zero_division=0.0)
        for way in ("micro", "macro", None)
    }
    names = ("precision", "recall", "f1", "support")
    per_class = [dict(zip(names, map(float, row), strict=True)) for row in zip(*scores[None], strict=True)]
    clipped = np.clip(probs, 1e-15, 1 - 1e-15)
    return {
        "f1_micro": float(scores["micro"][2]),
        "f1_macro": float(scores["macro"][2]),
        "precision": float(scores["micro"][0]),
        "recall": float(scores["micro"][1]),
        "exact": float((predicted == (true > 0)).all(axis=1).mean()),
        "lrap": float(label_ranking_average_precision_score(true, probs)),
        "ece": calibration_error(labels_reliability(true, probs)),
        "brier": float(((probs - true) ** 2).mean()),
        "log_loss": float(-(true * np.log(clipped) + (1 - true) * np.log(1 - clipped)).mean()),
        "per_class": {
            label: {**row, "support": int(row["support"])}
            for label, row in zip(labels, per_class, strict=True)
        },
    }


def labels_reliability(truth: ArrayLike, probabilities: ArrayLike, bins: int = BINS) -> list[Bin]:
    """Returns the bins of the probabilities of labels, (n, c) of n examples, with the share that is there."""
    there, probs = np.asarray(truth, dtype=np.float64), np.asarray(probabilities, dtype=np.float64)
    return binned(probs.ravel(), there.ravel(), bins)


def calibration_error(bins: Sequence[Bin]) -> float:
    """Returns the expected calibration error: the mean of |accuracy - confidence| over binned predictions."""
    return sum(bin_.n * abs(bin_.accuracy - bin_.confidence) for bin_ in bins) / sum(bin_.n for bin_ in bins)


def regression_figures(truth: ArrayLike, predicted: ArrayLike) -> dict[str, float | None]:
    """Returns how near n predictions are: mse, mae, rmse in the units of truth, pearson, spearman, r2.

    pearson and spearman are None where truth or predictions do not vary (a constant prediction orders
    nothing), r2 where truth does not. Raises BadValue where a prediction is not finite (the training
    diverged), ValueError for no examples.
    Source: scikit-learn and SciPy.

    >>> regression_figures([1, 2, 3], [1, 2, 6])["mse"], regression_figures([1, 2, 3], [5, 5, 5])["pearson"]
    (3.0, None)
    """
    from scipy.stats import pearsonr, spearmanr
    from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score

    true, predictions = np.asarray(truth, dtype=np.float64), np.asarray(predicted, dtype=np.float64)
    _finite(predictions)
    mse = float(mean_squared_error(true, predictions))
    related = _varies(true) and _varies(predictions)
    return {
        "mse": mse,
        "mae": float(mean_absolute_error(true, predictions)),
        "rmse": mse**0.5,
        "pearson": float(pearsonr(true, predictions).statistic) if related else None,
        "spearman": float(spearmanr(true, predictions).statistic) if related else None,
        "r2": float(r2_score(true, predictions)) if _varies(true) else None,
    }


def _varies(values: Floats) -> bool:
    """Returns whether values differ by more than rounding; the bound is that of SciPy's pearsonr."""
    return bool(np.linalg.norm(values - values.mean()) > 1e-13 * abs(values.mean())) and len(values) > 1


def _checked(truth: ArrayLike, probabilities: ArrayLike) -> tuple[NDArray[np.int64], Floats]:
    """Returns truth and probabilities in float64, where rows of float32 sum to 1 again."""
    probs = np.asarray(probabilities, dtype=np.float64)
    _finite(probs)
    return np.asarray(truth, dtype=np.int64), probs / probs.sum(axis=1, keepdims=True)


def _finite(predictions: Floats) -> None:
    if not np.isfinite(predictions).all():
        raise BadValue(
            "the model's predictions are not finite numbers: its training diverged; "
            "train again with a lower --rate"
        )


def scalars(figures: Mapping[str, Any]) -> dict[str, float]:
    """Returns the figures that are one number each, those of a group under group.name; without lists, None,
    and the figures of single classes.

    >>> scalars({"accuracy": 0.5, "ece": None, "sts": {"spearman": 0.8}, "confusion": [[1]]})
    {'accuracy': 0.5, 'sts.spearman': 0.8}
    """
    flat: dict[str, float] = {}
    for name, value in figures.items():
        if isinstance(value, Mapping) and name != "per_class":
            flat.update({f"{name}.{inner}": scalar for inner, scalar in scalars(value).items()})
        elif isinstance(value, int | float):
            flat[name] = value
    return flat
