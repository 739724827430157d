"""Labelling: what differs between a classifier that gives a text one class and one that gives it several
labels.

n texts, c classes or labels.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from palate.training.classifier import Loss, QuickFigures, cross_entropy
from palate.training.run.metrics import Bin, classification_figures, labels_reliability, reliability
from palate.training.run.metrics import label_figures as figures_of_labels
from palate.training.temperature import Loss as Likelihood
from palate.training.temperature import sigmoid_loss, softmax_loss

Probabilities = NDArray[np.float64]


@dataclass(frozen=True)
class Labelling:
    """One of the two ways.

    problem: what transformers calls it. loss: to train by, under the weights of classes if any. likelihood:
    that the temperature is fitted by. probabilities: of outputs (n, c). targets: (n, c) of the truth.
    figures, bins: of labels, truth and probabilities. quick_figures: at every evaluation; best: which of them
    chooses the weights.
    """

    problem: str
    loss: Callable[[Sequence[float] | None], Loss]
    likelihood: Likelihood
    probabilities: Callable[[NDArray[Any]], Probabilities]
    targets: Callable[[NDArray[Any], int], NDArray[Any]]
    figures: Callable[[Sequence[str], Any, Any], dict[str, Any]]
    bins: Callable[[Any, Any], list[Bin]]
    quick_figures: QuickFigures
    best: str


def binary_cross_entropy(weights: Sequence[float] | None = None) -> Loss:  # noqa: ARG001
    """Returns the loss of labels that are each there or not, mean over texts and labels."""

    def loss(
        outputs: Any, labels: torch.Tensor, num_items_in_batch: torch.Tensor | None = None
    ) -> torch.Tensor:
        total = torch.nn.functional.binary_cross_entropy_with_logits(
            outputs.logits, labels.to(outputs.logits.dtype), reduction="sum"
        )
        return total / (labels.numel() if num_items_in_batch is None else num_items_in_batch)

    return loss


def labelling_of(labels_by: str | None) -> Labelling:
    """Returns the way of a model: several labels where it has a separator of them."""
    return ONE_CLASS if labels_by is None else SEVERAL_LABELS


def _softmax(logits: NDArray[Any]) -> Probabilities:
    from scipy.special import softmax

    return np.asarray(softmax(logits.astype(np.float64), axis=1))


def _sigmoid(logits: NDArray[Any]) -> Probabilities:
    from scipy.special import expit

    return np.asarray(expit(logits.astype(np.float64)))


def _figures_of_classes(logits: NDArray[Any], truth: NDArray[Any]) -> Mapping[str, float]:
    from sklearn.metrics import f1_score

    predicted = logits.argmax(axis=-1)
    return {
        "accuracy": float((predicted == truth).mean()),
        "f1": float(f1_score(truth, predicted, average="macro", zero_division=0)),
    }


def _figures_of_labels(logits: NDArray[Any], truth: NDArray[Any]) -> Mapping[str, float]:
    from sklearn.metrics import f1_score, label_ranking_average_precision_score

    return {
        "f1_micro": float(f1_score(truth, logits > 0, average="micro", zero_division=0)),
        "lrap": float(label_ranking_average_precision_score(truth, logits)),
    }


ONE_CLASS = Labelling(
    problem="single_label_classification",
    loss=cross_entropy,
    likelihood=softmax_loss,
    probabilities=_softmax,
    targets=lambda truth, c: np.eye(c)[truth],
    figures=classification_figures,
    bins=reliability,
    quick_figures=_figures_of_classes,
    best="accuracy",
)
SEVERAL_LABELS = Labelling(
    problem="multi_label_classification",
    loss=binary_cross_entropy,
    likelihood=sigmoid_loss,
    probabilities=_sigmoid,
    targets=lambda truth, _: truth,
    figures=figures_of_labels,
    bins=labels_reliability,
    quick_figures=_figures_of_labels,
    best="lrap",  # F1 is 0 until a probability first reaches 0.5
)
