"""Classifiers: a transformer with an output layer on top, trained on texts, in the one way that classify,
regress and tokens share.

n texts, c outputs of the classifier, l word pieces of a text.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
import transformers
from numpy.typing import NDArray
from transformers import DataCollatorForTokenClassification, DataCollatorWithPadding, TrainingArguments

from palate.device import torch_device
from palate.errors import BadSource
from palate.training.run.lengths import LengthTrainer
from palate.training.run.loop import StepCallback, TrainingRun, run_training, trainer_arguments
from palate.training.run.lora import save_merged, with_adapters
from palate.training.run.resume import begin_training, report_full_disk
from palate.training.run.settings import TrainingSettings
from palate.training.run.split import Indices
from palate.training.run.start import dropout_config, load_model
from palate.training.run.trained_model import TrainedModel, read_trained_model

Row = Mapping[str, Any]  # input_ids and, for training, labels
Floats = NDArray[np.float32]
Loss = Callable[..., torch.Tensor]  # of outputs, labels and num_items_in_batch
# figures of outputs and labels, at every evaluation
QuickFigures = Callable[[Floats, NDArray[Any]], Mapping[str, float]]
Outputs = Callable[[str], "list[Floats]"]  # of the rows of a part, by its name
BATCH = 64  # texts that are predicted at once


@dataclass(frozen=True)
class ClassifierTask:
    """What is special to one kind of classifier.

    family: transformers' class of the model. task: peft's name for it. labels: names of the outputs. config:
    more settings of the model. loss: summed over labels, divided by their number, so that accumulated batches
    equal one large one. quick_figures: at every evaluation. best_figure: which of them decides the weights;
    greater_is_better: whether more of it is better. on_trained: last change to a trained model, called with
    what gives its outputs for a part.
    """

    family: str
    task: str
    labels: tuple[str, ...]
    config: Mapping[str, Any]
    loss: Loss
    quick_figures: QuickFigures
    best_figure: str
    greater_is_better: bool
    on_trained: Callable[[torch.nn.Module, Outputs], None] = lambda *_: None


def tokenise(tokenizer: Any, texts: Sequence[str]) -> tuple[list[dict[str, Any]], int]:
    """Returns rows of n texts, and how many of the texts were truncated at the window."""
    encoded = tokenizer(
        list(texts), truncation=True, return_attention_mask=False, return_token_type_ids=False
    )
    n_truncated = sum(bool(encoding.overflowing) for encoding in encoded.encodings)
    return [{"input_ids": ids} for ids in encoded["input_ids"]], n_truncated


def train_classifier(
    task: ClassifierTask,
    rows: Sequence[Row],
    parts: Mapping[str, Indices],
    tokenizer: Any,
    out: Path,
    recipe: Mapping[str, Any],
    *,
    start: str,
    settings: TrainingSettings,
    on_step: StepCallback,
) -> tuple[dict[str, list[Floats]], TrainingRun]:
    """Trains a classifier and the encoder below it, saves both in `out`, and returns what it gives, with its
    best weights, for each part but "training", and the run.

    parts: indices of the rows for "training", "validation" and perhaps more. recipe: see
    palate.training.run.recipe. Needs memory for about 4 models. Raises BadFolder where `out` is taken or
    full, BadSource where the start is no such model.
    """
    rows_of = {part: [rows[index] for index in indices.tolist()] for part, indices in parts.items()}
    names = dict(enumerate(task.labels))
    labels = {"id2label": names, "label2id": {name: index for index, name in names.items()}}
    transformers.set_seed(settings.seed)  # of an output layer that is not stored
    config = {**labels, **task.config, **dropout_config(settings.dropout), "ignore_mismatched_sizes": True}
    model = load_model(start, getattr(transformers, task.family), **config)
    if settings.lora:
        model = with_adapters(model, settings.lora, task.task)
    begin_training(out, recipe)
    arguments = trainer_arguments(
        settings,
        out,
        len(rows_of["training"]),
        best_figure=task.best_figure,
        greater_is_better=task.greater_is_better,
    )
    collator = DataCollatorForTokenClassification if task.task == "TOKEN_CLS" else DataCollatorWithPadding
    trainer = LengthTrainer(
        model=model,
        args=TrainingArguments(**arguments, label_names=["labels"], remove_unused_columns=False),
        train_dataset=rows_of["training"],
        eval_dataset=sorted(rows_of["validation"], key=lambda row: len(row["input_ids"])),
        data_collator=collator(tokenizer),
        processing_class=tokenizer,
        compute_loss_func=task.loss,
        compute_metrics=lambda evaluation: dict(
            task.quick_figures(np.asarray(evaluation.predictions), np.asarray(evaluation.label_ids))
        ),
    )
    run = run_training(trainer, out, settings, on_step)
    model = cast(Any, trainer.model)
    model.eval()
    task.on_trained(model, lambda part: predict_outputs(model, tokenizer, rows_of[part]))
    with report_full_disk(out):
        if settings.lora:
            model = save_merged(model, out)
        model.save_pretrained(out)
        tokenizer.save_pretrained(out)
    model.eval()
    held_out = [part for part in parts if part != "training"]
    return {part: predict_outputs(model, tokenizer, rows_of[part]) for part in held_out}, run


def cross_entropy(weights: Sequence[float] | None = None) -> Loss:
    """Returns the loss of classes by softmax; labels of -100 do not count.

    weights: (c,) how much examples of a class count. Divided by the number of examples, not by the sum of
    their weights, which is not known of one batch out of several that are accumulated; for balanced weights
    both are alike in the mean.
    """

    def loss(
        outputs: Any, labels: torch.Tensor, num_items_in_batch: torch.Tensor | None = None
    ) -> torch.Tensor:
        logits = outputs.logits.flatten(0, -2)
        weight = None if weights is None else torch.tensor(weights, dtype=logits.dtype, device=logits.device)
        total = torch.nn.functional.cross_entropy(
            logits, labels.flatten(), weight=weight, ignore_index=-100, reduction="sum"
        )
        return total / ((labels != -100).sum() if num_items_in_batch is None else num_items_in_batch)

    return loss


@torch.inference_mode()
def predict_outputs(model: Any, tokenizer: Any, rows: Sequence[Row], batch: int = BATCH) -> list[Floats]:
    """Returns the outputs for n rows, before any softmax: each (c,), or (l, c) where every word piece has
    outputs of its own.
    """
    lengths = np.array([len(row["input_ids"]) for row in rows])
    collate, outputs = DataCollatorWithPadding(tokenizer), dict[int, Floats]()
    for indices in np.array_split(np.argsort(lengths, kind="stable"), range(batch, len(rows), batch)):
        inputs: Any = collate([{"input_ids": rows[index]["input_ids"]} for index in indices])
        logits = model(**inputs.to(model.device)).logits.float()
        masks = inputs["attention_mask"].bool()
        for index, output, mask in zip(indices.tolist(), logits, masks, strict=True):
            outputs[index] = (output[mask] if output.ndim == 2 else output).cpu().numpy()
    return [outputs[index] for index in range(len(rows))]


def load_classifier(folder: Path, kind: str, family: str) -> tuple[TrainedModel, Any, Any]:
    """Loads the facts, the network and the tokenizer of a trained model.

    Raises BadSource where the folder holds a model of another kind, or none.
    """
    trained = read_trained_model(folder)
    if trained.kind != kind:
        raise BadSource(
            f"{folder} was made by palate train {trained.kind}, expected one by palate train {kind}"
        )
    network = load_model(str(folder), getattr(transformers, family)).to(torch_device())
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
    return trained, network.eval(), tokenizer
