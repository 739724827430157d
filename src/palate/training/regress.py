"""Regress: an encoder with an output layer that predicts a quantity of a text."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from palate.errors import BadSource
from palate.training.classifier import (
    BATCH,
    ClassifierTask,
    Loss,
    load_classifier,
    predict_outputs,
    tokenise,
    train_classifier,
)
from palate.training.examples import MessageCallback, no_op, notes_on, read_tables
from palate.training.folds import Folds, Parts, Prepared, run_prepared
from palate.training.output_layer import change_outputs
from palate.training.run.finish import finish
from palate.training.run.loop import StepCallback
from palate.training.run.metrics import regression_figures
from palate.training.run.pictures import draw_scatter
from palate.training.run.recipe import describe_recipe
from palate.training.run.settings import CLASSIFIER_DEFAULTS, TrainingSettings
from palate.training.run.split import quantile_bins
from palate.training.run.start import load_tokenizer
from palate.training.run.trained_model import TrainedModel

FAMILY, TASK = "AutoModelForSequenceClassification", "SEQ_CLS"

Quantities = NDArray[np.float64]


def regress(
    data: Path,
    out: Path,
    *,
    dev: Path | None = None,
    text: str = "text",
    label: str = "label",
    start: str = "minilm",
    settings: TrainingSettings = CLASSIFIER_DEFAULTS,
    folds: Folds | None = None,
    on_step: StepCallback = no_op,
    on_message: MessageCallback = no_op,
) -> TrainedModel:
    """Trains an output layer on the numbers in a file, and the encoder below it, by squared error; saves both
    in `out`.

    Use it where a text has a degree of something, such as stars or grades; for names use `classify`. Examples
    are split as there, each part with the same distribution of the numbers. During training the numbers have
    mean 0 and standard deviation 1; the saved model predicts in the units of the file.

    text, label: columns. folds: measures as many other models before. Raises BadSource for data that cannot
    be used, BadFolder where `out` is taken or full, and what palate.training.run.start raises.
    """
    tables = read_tables(data, dev)
    texts = [cell for table in tables for cell in table.strings(text)]
    truth = np.array([value for table in tables for value in table.floats(label)])
    if (training := truth[: len(tables[0])]).std() == 0:
        raise BadSource(
            f"every {label} in {data} is {training[0]:g}; there must be different ones to learn from"
        )
    tokenizer = load_tokenizer(start, settings.window)
    rows, n_truncated = tokenise(tokenizer, texts)
    notes = notes_on(n_truncated, len(texts), tokenizer.model_max_length, dev)
    spread = (
        f"{label} from {truth.min():g} to {truth.max():g}, mean {training.mean():.4g}, "
        f"standard deviation {training.std():.4g}"
    )
    more = {"folds": list(folds)} if folds else {}
    recipe = describe_recipe(
        "regress", start, tables, settings, columns={"text": text, "label": label}, **more
    )

    def train(parts: Parts, folder: Path) -> TrainedModel:
        mean, scale = float(truth[parts["training"]].mean()), float(truth[parts["training"]].std()) or 1.0
        for row, target in zip(rows, ((truth - mean) / scale).tolist(), strict=True):
            row["labels"] = target
        task = _task(label, mean, scale)
        outputs, run = train_classifier(
            task, rows, parts, tokenizer, folder, recipe, start=start, settings=settings, on_step=on_step
        )
        predicted = {part: _quantities(of_part) for part, of_part in outputs.items()}
        last = list(predicted)[-1]
        figures = {part: regression_figures(truth[parts[part]], values) for part, values in predicted.items()}
        trained = TrainedModel.of_recipe(recipe, folder, figures=figures, notes=notes)
        drawings = {"scatter": lambda path: draw_scatter(truth[parts[last]], predicted[last], path)}
        return finish(trained, run, task.best_figure, drawings)

    prepared = Prepared(tables, quantile_bins(truth.tolist()), recipe, (spread, *notes), train)
    return run_prepared(prepared, out, folds, settings.seed, on_message)


def _task(label: str, mean: float, scale: float) -> ClassifierTask:
    """Returns the task of numbers that were standardised by this mean and scale."""

    def quick_figures(logits: NDArray[Any], targets: NDArray[Any]) -> Mapping[str, float]:
        errors = scale * (logits.reshape(-1) - targets)
        return {"mse": float((errors**2).mean()), "mae": float(np.abs(errors).mean())}

    return ClassifierTask(
        family=FAMILY,
        task=TASK,
        labels=(label,),
        config={"problem_type": "regression"},
        loss=squared_error(),
        quick_figures=quick_figures,
        best_figure="mse",
        greater_is_better=False,
        on_trained=lambda model, _: change_outputs(model, 1, scale=scale, shift=mean),
    )


def predict(folder: Path, texts: Sequence[str], batch: int = BATCH) -> Quantities:
    """Returns the predictions (n,) for n texts, in the units of the model's examples.

    Texts are truncated at the model's window. Raises BadSource where the folder holds no model that `regress`
    made.
    """
    return load_predict(folder, batch)(texts)


def load_predict(folder: Path, batch: int = BATCH) -> Callable[[Sequence[str]], Quantities]:
    """Loads a model once for many calls, each as `predict`."""
    _, model, tokenizer = load_classifier(folder, "regress", FAMILY)

    def quantities(texts: Sequence[str]) -> Quantities:
        if not texts:
            return np.empty(0)
        return _quantities(predict_outputs(model, tokenizer, tokenise(tokenizer, texts)[0], batch))

    return quantities


def squared_error() -> Loss:
    """Returns the loss of one predicted quantity per example."""

    def loss(
        outputs: Any, labels: torch.Tensor, num_items_in_batch: torch.Tensor | None = None
    ) -> torch.Tensor:
        total = torch.nn.functional.mse_loss(
            outputs.logits.flatten(), labels.to(outputs.logits.dtype), reduction="sum"
        )
        return total / (labels.numel() if num_items_in_batch is None else num_items_in_batch)

    return loss


def _quantities(outputs: Sequence[NDArray[Any]]) -> Quantities:
    return np.stack(outputs).astype(np.float64)[:, 0]
