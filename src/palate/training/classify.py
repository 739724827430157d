"""Classify: an encoder with a classifier that predicts the class of a text, or several labels."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from palate.errors import BadValue
from palate.training.classifier import (
    BATCH,
    ClassifierTask,
    Outputs,
    load_classifier,
    predict_outputs,
    tokenise,
    train_classifier,
)
from palate.training.examples import MessageCallback, no_op, notes_on, read_tables
from palate.training.folds import Folds, Parts, Prepared, run_prepared
from palate.training.label_column import LabelColumn, read_label_column
from palate.training.labelling import Labelling, Probabilities, labelling_of
from palate.training.output_layer import change_outputs
from palate.training.run.finish import finish
from palate.training.run.loop import StepCallback
from palate.training.run.metrics import calibration_error
from palate.training.run.pictures import draw_calibration, draw_confusion
from palate.training.run.recipe import describe_recipe
from palate.training.run.settings import CLASSIFIER_DEFAULTS, TrainingSettings
from palate.training.run.start import load_tokenizer
from palate.training.run.trained_model import TrainedModel
from palate.training.temperature import fit_temperature, temperature_note

FAMILY, TASK = "AutoModelForSequenceClassification", "SEQ_CLS"


def classify(
    data: Path,
    out: Path,
    *,
    dev: Path | None = None,
    text: str = "text",
    label: str = "label",
    labels_by: str | None = None,
    start: str = "minilm",
    settings: TrainingSettings = CLASSIFIER_DEFAULTS,
    weigh: bool = False,
    folds: Folds | None = None,
    on_step: StepCallback = no_op,
    on_message: MessageCallback = no_op,
) -> TrainedModel:
    """Trains a classifier on the classes in a file, and the encoder below it, by cross-entropy; saves both in
    `out`.

    Use it where texts belong to one of a few classes and there are some dozens of examples of each. Of the
    examples 80 % train, 10 % choose the weights and 10 % give the last figures, each with the same shares of
    the classes; with `dev` all of `data` train, and `dev` chooses. The outputs of the saved model are divided
    by the temperature that fits the validation examples best, see palate.training.temperature.

    text, label: columns; any strings are labels. labels_by: what separates several labels in a cell, or none;
    each is then predicted by itself, by a sigmoid. weigh: gives every class the same weight, however rare.
    folds: measures as many other models before. on_message: called with lines about the data before training
    begins. Raises BadSource for data that cannot be used, BadValue for options that do not go together,
    BadFolder where `out` is taken or full, and what palate.training.run.start raises.
    """
    if weigh and labels_by is not None:
        raise BadValue("classes are weighed where a text has one; leave --weigh or --labels-by out")
    tables = read_tables(data, dev)
    texts = [cell for table in tables for cell in table.strings(text)]
    column = read_label_column(tables, label, labels_by)
    tokenizer = load_tokenizer(start, settings.window)
    rows, n_truncated = tokenise(tokenizer, texts)
    for row, target in zip(rows, column.truth.tolist(), strict=True):
        row["labels"] = target
    notes = notes_on(n_truncated, len(texts), tokenizer.model_max_length, dev)
    several = {} if labels_by is None else {"labels_by": labels_by}
    recipe = describe_recipe(
        "classify",
        start,
        tables,
        settings,
        columns={"text": text, "label": label},
        weigh=weigh,
        **several,
        **({"folds": list(folds)} if folds else {}),
    )
    way = labelling_of(labels_by)

    def train(parts: Parts, folder: Path) -> TrainedModel:
        fitted: list[float] = []
        task = _task(way, column, parts, weigh=weigh, fitted=fitted)
        outputs, run = train_classifier(
            task, rows, parts, tokenizer, folder, recipe, start=start, settings=settings, on_step=on_step
        )
        stacked = {part: np.stack(logits) for part, logits in outputs.items()}
        trained = TrainedModel.of_recipe(
            recipe,
            folder,
            labels=column.names,
            figures={},
            settings={"weigh": weigh, **several, "calibrated_by": fitted[0]},
            notes=notes,
        )
        measured, drawings = _measured(way, column, parts, stacked, trained)
        return finish(measured, run, task.best_figure, drawings)

    lines = (column.described("classes" if labels_by is None else "labels"), *notes)
    prepared = Prepared(tables, column.strata, recipe, lines, train)
    return run_prepared(prepared, out, folds, settings.seed, on_message)


def _task(
    way: Labelling, column: LabelColumn, parts: Parts, *, weigh: bool, fitted: list[float]
) -> ClassifierTask:
    """Returns the task. fitted: gets the temperature."""
    c = len(column.names)

    def calibrate(model: Any, outputs: Outputs) -> None:
        targets = way.targets(column.truth[parts["validation"]], c)
        fitted[:] = [fit_temperature(np.stack(outputs("validation")), targets, way.likelihood)]
        change_outputs(model, c, scale=1 / fitted[0])

    weights = balanced_weights(column.truth[parts["training"]], c) if weigh else None
    return ClassifierTask(
        family=FAMILY,
        task=TASK,
        labels=column.names,
        config={"problem_type": way.problem},
        loss=way.loss(weights),
        quick_figures=way.quick_figures,
        best_figure="f1" if weigh else way.best,
        greater_is_better=True,
        on_trained=calibrate,
    )


def _measured(
    way: Labelling,
    column: LabelColumn,
    parts: Parts,
    outputs: Mapping[str, NDArray[Any]],
    trained: TrainedModel,
) -> tuple[TrainedModel, dict[str, Any]]:
    """Returns the model with its figures, also of its probabilities before they were calibrated, and the
    pictures.
    """
    temperature = float(trained.settings["calibrated_by"])
    figures: dict[str, dict[str, Any]] = {}
    for part, logits in outputs.items():
        true = column.truth[parts[part]]
        before = calibration_error(way.bins(true, way.probabilities(logits.astype(np.float64) * temperature)))
        of_part = way.figures(column.names, true, way.probabilities(logits))
        figures[part] = {"ece_uncalibrated": before, **of_part}
    last = list(figures)[-1]
    note = temperature_note(temperature, last, figures[last]["ece_uncalibrated"], figures[last]["ece"])
    bins = way.bins(column.truth[parts[last]], way.probabilities(outputs[last]))
    drawings: dict[str, Any] = {"calibration": partial(draw_calibration, bins)}
    if "confusion" in figures[last]:
        drawings["confusion"] = partial(draw_confusion, column.names, figures[last]["confusion"])
    return replace(trained, figures=figures, notes=(*trained.notes, note)), drawings


def predict(folder: Path, texts: Sequence[str], batch: int = BATCH) -> Probabilities:
    """Returns the probabilities (n, c) of the classes of n texts, in the order of the model's labels.

    Texts are truncated at the model's window. Raises BadSource where the folder holds no model that
    `classify` made.
    """
    return load_predict(folder, batch)(texts)


def load_predict(folder: Path, batch: int = BATCH) -> Callable[[Sequence[str]], Probabilities]:
    """Loads a model once for many calls, each as `predict`."""
    trained, model, tokenizer = load_classifier(folder, "classify", FAMILY)
    way = labelling_of(trained.labels_by)

    def probabilities(texts: Sequence[str]) -> Probabilities:
        if not texts:
            return np.empty((0, len(trained.labels)))
        logits = predict_outputs(model, tokenizer, tokenise(tokenizer, texts)[0], batch)
        return way.probabilities(np.stack(logits))

    return probabilities


def balanced_weights(truth: NDArray[np.int64], c: int) -> list[float]:
    """Returns weights (c,) under which every class counts alike and an example counts 1 in the mean.

    >>> balanced_weights(np.array([0, 0, 0, 1]), 2)
    [0.6666666666666666, 2.0]
    """
    from sklearn.utils.class_weight import compute_class_weight

    weights: list[float] = compute_class_weight("balanced", classes=np.arange(c), y=truth).tolist()
    return weights
