"""Shallow classifier: a student with some of the layers of a classifier, trained on plain texts to give its
teacher's probabilities.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import softmax
from torch.nn import functional
from transformers import (
    AutoModelForSequenceClassification,
    DataCollatorWithPadding,
    TrainingArguments,
    set_seed,
)

from palate.errors import BadValue
from palate.training.classifier import BATCH, Row, load_classifier, predict_outputs, tokenise
from palate.training.compare import compare_encoders, parameters_mb
from palate.training.output_layer import change_outputs
from palate.training.run.finish import finish
from palate.training.run.lengths import LengthTrainer
from palate.training.run.loop import StepCallback, run_training, trainer_arguments
from palate.training.run.metrics import binned, calibration_error
from palate.training.run.recipe import describe_recipe
from palate.training.run.resume import begin_training, report_full_disk
from palate.training.run.settings import SHALLOW_DEFAULTS, TrainingSettings
from palate.training.run.start import dropout_config, load_model
from palate.training.run.table import read_table
from palate.training.run.trained_model import TrainedModel
from palate.training.shallow import (
    drop_layers,
    evenly_spaced_layers,
    held_out_indices,
    layer_stack,
    refuse_adapters,
)
from palate.training.temperature import fit_temperature, softmax_loss

Floats = NDArray[np.float32]


def shallow_classifier(
    out: Path,
    data: Path,
    *,
    layers: int,
    teacher: Path,
    column: str = "text",
    temperature: float = 2.0,
    settings: TrainingSettings = SHALLOW_DEFAULTS,
    on_step: StepCallback = lambda _: None,
) -> TrainedModel:
    """Drops layers of a model that `palate train classify` made, and trains the rest to give the same
    probabilities.

    The loss is T^2 times the Kullback-Leibler divergence of the student's softmax(logits / T) from the
    teacher's, plus 1 minus the cosine of the vectors of their first word pieces. The student is used like a
    model that classify made. data: texts like those that will be classified, without labels. temperature: T,
    above 0; a higher one flattens the teacher's probabilities. Figures: of teacher and student size in MB and
    texts/s; agreement: share of held-out texts given the same class. Raises BadSource, BadValue or BadFolder
    for texts, layers or a folder that cannot be used.
    Source: Hinton et al., Distilling the knowledge in a neural network (2015), section 2; Sanh et al.,
    DistilBERT (2019).
    """
    refuse_adapters(settings)
    if not 0 < temperature < float("inf"):
        raise BadValue(f"a temperature is above 0, got {temperature}")
    teacher_facts, teacher_model, tokenizer = load_classifier(
        teacher, "classify", "AutoModelForSequenceClassification"
    )
    if teacher_facts.labels_by is not None:
        raise BadValue(
            f"{teacher} gives a text several labels, and a student learns one class; train a smaller one on "
            "the labels: palate train classify --labels-by"
        )
    table = read_table(data)
    texts = list(dict.fromkeys(table.strings(column)))
    set_seed(settings.seed)
    student = load_model(
        str(teacher), AutoModelForSequenceClassification, **dropout_config(settings.dropout)
    ).to(teacher_model.device)
    depth = len(layer_stack(student))
    kept = evenly_spaced_layers(depth, layers)
    drop_layers(student, kept)
    tokenizer.model_max_length = min(settings.window, tokenizer.model_max_length)
    recipe = describe_recipe(
        "classify", str(teacher), [table], settings, layers=kept, column=column, temperature=temperature
    )
    begin_training(out, recipe)
    rows, _ = tokenise(tokenizer, texts)
    held_out, train = held_out_indices(len(rows), settings.seed, data)
    logits = predict_outputs(teacher_model, tokenizer, rows)
    vectors = _first_vectors(teacher_model, tokenizer, rows)
    examples = [
        {**row, "goal": goal, "vector": vector}
        for row, goal, vector in zip(rows, logits, vectors, strict=True)
    ]
    evaluate = partial(
        _agreement, tokenizer, [rows[index] for index in held_out], [logits[index] for index in held_out]
    )
    trainer = _StudentTrainer(
        model=student,
        figures=evaluate,
        temperature=temperature,
        args=TrainingArguments(
            **trainer_arguments(settings, out, len(train), best_figure="agreement", greater_is_better=True),
            remove_unused_columns=False,
            label_names=["goal"],
        ),
        train_dataset=[examples[index] for index in train],
        eval_dataset=[examples[index] for index in held_out],
        data_collator=DataCollatorWithPadding(tokenizer),
        processing_class=tokenizer,
    )
    before = evaluate(student)
    run = run_training(trainer, out, settings, on_step)
    student.eval()
    calibration = _calibrate(
        student, tokenizer, [rows[index] for index in held_out], [logits[index] for index in held_out]
    )
    with report_full_disk(out):
        student.save_pretrained(out)
        tokenizer.save_pretrained(out)

    def classify(model: Any, timed: list[str]) -> Any:
        return predict_outputs(model, tokenizer, tokenise(tokenizer, timed)[0])

    compared = compare_encoders(
        {"teacher": partial(classify, teacher_model), "student": partial(classify, student)},
        [texts[index] for index in held_out],
        None,
    )
    figures = {
        "before": before,
        "teacher": {"megabytes": parameters_mb(teacher_model), **compared["teacher"]},
        "student": {
            "megabytes": parameters_mb(student),
            **compared["student"],
            **evaluate(student),
            **calibration,
        },
    }
    trained = TrainedModel.of_recipe(
        recipe,
        out,
        labels=teacher_facts.labels,
        columns={"text": column},
        figures=figures,
        settings={"layers": kept, "temperature": temperature},
        notes=(
            f"a student of {teacher}; layers kept of {depth}, from 0: {kept}",
            f"outputs are divided by the temperature {calibration['calibrated_by']:.3g}; ece is the distance "
            "from the teacher's probabilities, not from labels",
        ),
    )
    return finish(trained, run, "agreement")


def _calibrate(
    student: Any, tokenizer: Any, rows: Sequence[Row], goals: Sequence[Floats]
) -> dict[str, float]:
    """Divides the student's outputs by the temperature that fits its teacher's probabilities of held-out
    texts best, as there are no labels; returns it, and the calibration error against them before and after.
    """
    teacher = softmax(np.stack(goals).astype(np.float64), axis=1)
    outputs = np.stack(predict_outputs(student, tokenizer, rows)).astype(np.float64)
    temperature = fit_temperature(outputs, teacher, softmax_loss)
    change_outputs(student, teacher.shape[1], scale=1 / temperature)
    errors = []
    for divided_by in (1.0, temperature):
        own = softmax(outputs / divided_by, axis=1)
        held = teacher[np.arange(len(own)), own.argmax(axis=1)]
        errors.append(calibration_error(binned(own.max(axis=1), held)))
    return {"calibrated_by": temperature, "ece_uncalibrated": errors[0], "ece": errors[1]}


def soft_loss(logits: torch.Tensor, goal: torch.Tensor, temperature: float) -> torch.Tensor:
    """Returns T^2 KL(teacher || student) of softmax(logits / T), mean over (n, c) rows: as strong whatever T
    is.
    """
    student, teacher = ((values.float() / temperature).log_softmax(dim=-1) for values in (logits, goal))
    return functional.kl_div(student, teacher, reduction="batchmean", log_target=True) * temperature**2


class _StudentTrainer(LengthTrainer):
    def __init__(
        self, *, figures: Callable[[Any], Mapping[str, float]], temperature: float, **arguments: Any
    ) -> None:
        super().__init__(**arguments)
        self._figures, self.temperature = figures, temperature

    def compute_loss(
        self,
        model: Any,
        inputs: Any,
        return_outputs: bool = False,  # noqa: ARG002
        num_items_in_batch: Any = None,  # noqa: ARG002
    ) -> torch.Tensor:
        goal, vector = inputs.pop("goal"), inputs.pop("vector")
        outputs = model(**inputs, output_hidden_states=True)
        first_vectors = outputs.hidden_states[-1][:, 0].float()
        distance = 1 - functional.cosine_similarity(first_vectors, vector)
        return soft_loss(outputs.logits, goal, self.temperature) + distance.mean()

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        figures = {f"eval_{name}": value for name, value in self._figures(self.model).items()}
        self.log(figures)
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, figures)
        return figures


def _agreement(tokenizer: Any, rows: Sequence[Row], goals: Sequence[Floats], model: Any) -> dict[str, float]:
    training = model.training
    outputs = predict_outputs(model.eval(), tokenizer, rows)
    model.train(training)
    same = [output.argmax() == goal.argmax() for output, goal in zip(outputs, goals, strict=True)]
    return {"agreement": float(np.mean(same))}


@torch.inference_mode()
def _first_vectors(
    model: Any, tokenizer: Any, rows: Sequence[Mapping[str, Any]], batch: int = BATCH
) -> list[Floats]:
    """Returns the (d,) vector of each text's first word piece in the last layer."""
    order = np.argsort([len(row["input_ids"]) for row in rows], kind="stable")
    collate, vectors = DataCollatorWithPadding(tokenizer), dict[int, Floats]()
    for indices in np.array_split(order, range(batch, len(rows), batch)):
        inputs = collate([{"input_ids": rows[index]["input_ids"]} for index in indices])
        on_device = {name: values.to(model.device) for name, values in inputs.items()}
        last = model(**on_device, output_hidden_states=True).hidden_states[-1][:, 0].float().cpu().numpy()
        vectors.update(zip(indices.tolist(), last, strict=True))
    return [vectors[index] for index in range(len(rows))]
