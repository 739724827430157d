"""Classify: an encoder with a classifier that predicts the class of a text."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from palate.errors import BadSource
from palate.training.classifier import (
    BATCH,
    ClassifierTask,
    cross_entropy,
    load_classifier,
    predict_outputs,
    tokenise,
    train_classifier,
)
from palate.training.examples import (
    MessageCallback,
    describe_parts,
    no_op,
    notes_on,
    parts_of,
    read_tables,
)
from palate.training.run.finish import finish
from palate.training.run.loop import StepCallback
from palate.training.run.metrics import classification_figures
from palate.training.run.pictures import draw_calibration, draw_confusion
from palate.training.run.recipe import describe_recipe
from palate.training.run.settings import CLASSIFIER_DEFAULTS, TrainingSettings
from palate.training.run.start import load_tokenizer
from palate.training.run.trained_model import TrainedModel

FAMILY, TASK = "AutoModelForSequenceClassification", "SEQ_CLS"
MAX_LISTED_CLASSES = 20  # classes that messages list with their counts

Probabilities = NDArray[np.float64]


def classify(
    data: Path,
    out: Path,
    *,
    dev: Path | None = None,
    text: str = "text",
    label: str = "label",
    start: str = "minilm",
    settings: TrainingSettings = CLASSIFIER_DEFAULTS,
    weigh: bool = False,
    on_step: StepCallback = no_op,
    on_message: MessageCallback = no_op,
) -> TrainedModel:
    """Trains a classifier on the classes in a file, and the encoder below it, by cross-entropy; saves both in
    `out`.

    Use it where texts belong to one of a few classes and there are some dozens of examples of each. Of the
    examples 80 % train, 10 % choose the weights and 10 % give the last figures, each with the same shares of
    the classes; with `dev` all of `data` train, and `dev` chooses.

    text, label: columns; any strings are labels. weigh: gives every class the same weight, however rare.
    on_message: called with lines about the data before training begins. Raises BadSource for data that cannot
    be used, BadFolder where `out` is taken or full, and what palate.training.run.start raises.
    """
    tables = read_tables(data, dev)
    texts = [cell for table in tables for cell in table.strings(text)]
    classes = [cell for table in tables for cell in table.labels(label)]
    labels = tuple(sorted(set(classes[: len(tables[0])]), key=_sort_key))
    if len(labels) < 2:
        raise BadSource(
            f"every {label} in {data} is {labels[0]!r}; there must be two classes or more to tell apart"
        )
    for line, class_ in zip(tables[-1].lines, classes[-len(tables[-1]) :], strict=True):
        if class_ not in labels:
            raise line.refuse(
                f"{label} is {class_!r}, a class that is not among those of {data}: {_listed(labels)}"
            )
    truth = np.array([labels.index(class_) for class_ in classes])
    parts = parts_of(tables, lambda: classes, settings.seed)
    tokenizer = load_tokenizer(start, settings.window)
    rows, n_truncated = tokenise(tokenizer, texts)
    for row, class_index in zip(rows, truth.tolist(), strict=True):
        row["labels"] = class_index
    notes = notes_on(n_truncated, len(texts), tokenizer.model_max_length, dev)
    counts = Counter(classes)
    balance = f"{len(labels)} classes: {_listed([f'{name} {counts[name]:,}' for name in labels])}"
    for line_of_text in (describe_parts(tables, parts), balance, *notes):
        on_message(line_of_text)

    weights = balanced_weights(truth[parts["training"]], len(labels)) if weigh else None
    task = ClassifierTask(
        family=FAMILY,
        task=TASK,
        labels=labels,
        config={"problem_type": "single_label_classification"},
        loss=cross_entropy(weights),
        quick_figures=_quick_figures,
        best_figure="f1" if weigh else "accuracy",
        greater_is_better=True,
    )
    recipe = describe_recipe(
        "classify", start, tables, settings, columns={"text": text, "label": label}, weigh=weigh
    )
    outputs, run = train_classifier(
        task, rows, parts, tokenizer, out, recipe, start=start, settings=settings, on_step=on_step
    )

    probabilities = {part: _softmax(logits) for part, logits in outputs.items()}
    figures = {
        part: classification_figures(labels, truth[parts[part]], probs)
        for part, probs in probabilities.items()
    }
    last = list(probabilities)[-1]
    trained = TrainedModel.of_recipe(
        recipe, out, labels=labels, figures=figures, settings={"weigh": weigh}, notes=notes
    )
    drawings = {
        "confusion": lambda path: draw_confusion(labels, figures[last]["confusion"], path),
        "calibration": lambda path: draw_calibration(truth[parts[last]], probabilities[last], path),
    }
    return finish(trained, run, task.best_figure, drawings)


def predict(folder: Path, texts: Sequence[str], batch: int = BATCH) -> Probabilities:
    """Returns the probabilities (n, c) of the classes of n texts, in the order of the model's labels.

    Texts are truncated at the model's window. Raises BadSource where the folder holds no model that
    `classify` made.
    """
    trained, model, tokenizer = load_classifier(folder, "classify", FAMILY)
    if not texts:
        return np.empty((0, len(trained.labels)))
    return _softmax(predict_outputs(model, tokenizer, tokenise(tokenizer, texts)[0], batch))


def balanced_weights(truth: NDArray[np.int64], c: int) -> list[float]:
    """Returns weights (c,) under which every class counts alike and an example counts 1 in the mean.

    >>> balanced_weights(np.array([0, 0, 0, 1]), 2)
    [0.6666666666666666, 2.0]
    """
    from sklearn.utils.class_weight import compute_class_weight

    weights: list[float] = compute_class_weight("balanced", classes=np.arange(c), y=truth).tolist()
    return weights


def _quick_figures(logits: NDArray[Any], truth: NDArray[Any]) -> Mapping[str, float]:
    from sklearn.metrics import f1_score

    predicted = logits.argmax(axis=-1)
    return {
        "accuracy": float((predicted == truth).mean()),
        "f1": float(f1_score(truth, predicted, average="macro", zero_division=0)),
    }


def _softmax(logits: Sequence[NDArray[Any]]) -> Probabilities:
    from scipy.special import softmax

    probabilities: Probabilities = softmax(np.stack(logits).astype(np.float64), axis=1)
    return probabilities


def _sort_key(label: str) -> tuple[float, str]:
    """Sorts numeric labels by size, before words."""
    try:
        return float(label), label
    except ValueError:
        return float("inf"), label


def _listed(labels: Sequence[str]) -> str:
    n_more = len(labels) - MAX_LISTED_CLASSES
    return ", ".join(labels[:MAX_LISTED_CLASSES]) + (f" and {n_more} more" if n_more > 0 else "")
