"""Shallow classifier: a student with some of the layers of a classifier, that learns its teacher's doubts
from plain texts.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional
from transformers import (
    AutoModelForSequenceClassification,
    DataCollatorWithPadding,
    TrainingArguments,
    set_seed,
)

from palate.errors import BadValue
from palate.training.curves import draw_history
from palate.training.head import Row, finish, load_head, outputs_of, tokenise
from palate.training.lengths import LengthTrainer
from palate.training.run.finish import Finished, recipe
from palate.training.run.loop import Watch, arguments, run
from palate.training.run.resume import begin, full_disk
from palate.training.run.settings import SHALLOW, Settings
from palate.training.run.start import dropout_of, load_model
from palate.training.shallow import drop_layers, held_of, refuse_adapters, spread, stack_of
from palate.training.table import read_table
from palate.training.weighed import parameters_mb, weigh

Floats = NDArray[np.float32]


def shallow_classifier(
    out: Path,
    data: Path,
    *,
    layers: int,
    teacher: Path,
    column: str = "text",
    temperature: float = 2.0,
    settings: Settings = SHALLOW,
    watch: Watch = lambda _: None,
) -> Finished:
    """Drop layers of a model that `palate train classify` made, and train what is left to give the same
    probabilities.

    The loss is T^2 times the Kullback-Leibler divergence of the student's softmax(logits / T) from the
    teacher's, plus 1 minus the cosine of the vectors of their first word pieces. What is made is used as what
    classify made. data: texts like those that will be told apart, without labels. temperature: T, above 0;
    higher shows more of the doubts. Figures: of teacher and student size in MB and texts/s; agreement: share
    of held-out texts given the same class. Raises BadSource, BadValue or BadFolder for texts, layers or a
    folder that cannot be used.
    Source: Hinton et al., Distilling the knowledge in a neural network (2015), section 2; Sanh et al.,
    DistilBERT (2019)."""
    refuse_adapters(settings)
    if not 0 < temperature < float("inf"):
        raise BadValue(f"a temperature is above 0, got {temperature}")
    known, whole, tokenizer = load_head(teacher, "classify", "AutoModelForSequenceClassification")
    table = read_table(data)
    texts = list(dict.fromkeys(table.words(column)))
    set_seed(settings.seed)
    student = load_model(str(teacher), AutoModelForSequenceClassification, **dropout_of(settings.dropout)).to(
        whole.device
    )
    depth = len(stack_of(student))
    kept = spread(depth, layers)
    drop_layers(student, kept)
    tokenizer.model_max_length = min(settings.window, tokenizer.model_max_length)
    facts = recipe(
        "classify", str(teacher), [table], settings, layers=kept, column=column, temperature=temperature
    )
    begin(out, facts)
    rows, _ = tokenise(tokenizer, texts)
    held, train = held_of(len(rows), settings.seed, data)
    goals = outputs_of(whole, tokenizer, rows)
    vectors = _first_vectors(whole, tokenizer, rows)
    examples = [
        {**row, "goal": goal, "vector": vector}
        for row, goal, vector in zip(rows, goals, vectors, strict=True)
    ]
    judge = partial(_agreement, tokenizer, [rows[place] for place in held], [goals[place] for place in held])
    trainer = _Student(
        model=student,
        judge=judge,
        temperature=temperature,
        args=TrainingArguments(
            **arguments(settings, out, len(train), best="agreement", greater=True),
            remove_unused_columns=False,
            label_names=["goal"],
        ),
        train_dataset=[examples[place] for place in train],
        eval_dataset=[examples[place] for place in held],
        data_collator=DataCollatorWithPadding(tokenizer),
        processing_class=tokenizer,
    )
    before = judge(student)
    ran = run(trainer, out, settings, watch)
    student.eval()
    with full_disk(out):
        student.save_pretrained(out)
        tokenizer.save_pretrained(out)

    def speed(model: Any, timed: list[str]) -> Any:
        return outputs_of(model, tokenizer, tokenise(tokenizer, timed)[0])

    timed = [texts[place] for place in held]
    weighed = weigh({"teacher": partial(speed, whole), "student": partial(speed, student)}, timed, None)
    figures = {
        "before": before,
        "teacher": {"megabytes": parameters_mb(whole), **weighed["teacher"]},
        "student": {"megabytes": parameters_mb(student), **weighed["student"], **judge(student)},
    }
    finished = Finished(
        out,
        "classify",
        str(teacher),
        labels=known.labels,
        columns={"text": column},
        figures=figures,
        data=tuple(facts["data"]),
        versions=facts["versions"],
        settings={**facts["settings"], "layers": kept, "temperature": temperature},
        notes=(f"a student of {teacher}; layers kept of {depth}, from 0: {kept}",),
    )
    return finish(
        finished,
        ran,
        {"history": lambda path: draw_history(ran.history, path, figure="agreement", best=ran.best)},
    )


def soft_loss(logits: torch.Tensor, goal: torch.Tensor, temperature: float) -> torch.Tensor:
    """T^2 KL(teacher || student) of softmax(logits / T), mean over (n, c) rows: as strong whatever T is."""
    student, teacher = ((one.float() / temperature).log_softmax(dim=-1) for one in (logits, goal))
    return functional.kl_div(student, teacher, reduction="batchmean", log_target=True) * temperature**2


class _Student(LengthTrainer):
    def __init__(self, *, judge: Any, temperature: float, **settings: Any) -> None:
        super().__init__(**settings)
        self.judge, self.temperature = judge, temperature

    def compute_loss(
        self,
        model: Any,
        inputs: Any,
        return_outputs: bool = False,
        num_items_in_batch: Any = None,  # noqa: ARG002
    ) -> torch.Tensor:
        goal, vector = inputs.pop("goal"), inputs.pop("vector")
        found = model(**inputs, output_hidden_states=True)
        apart = 1 - functional.cosine_similarity(found.hidden_states[-1][:, 0].float(), vector)
        return soft_loss(found.logits, goal, self.temperature) + apart.mean()

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        figures = {f"eval_{name}": value for name, value in self.judge(self.model).items()}
        self.log(figures)
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, figures)
        return figures


def _agreement(tokenizer: Any, rows: Sequence[Row], goals: Sequence[Floats], model: Any) -> dict[str, float]:
    training = model.training
    found = outputs_of(model.eval(), tokenizer, rows)
    model.train(training)
    return {
        "agreement": float(
            np.mean([one.argmax() == goal.argmax() for one, goal in zip(found, goals, strict=True)])
        )
    }


@torch.inference_mode()
def _first_vectors(
    model: Any, tokenizer: Any, rows: Sequence[Mapping[str, Any]], batch: int = 64
) -> list[Floats]:
    """(d,) of each text: its first word piece in the last layer."""
    order = np.argsort([len(row["input_ids"]) for row in rows], kind="stable")
    collate, found = DataCollatorWithPadding(tokenizer), dict[int, Floats]()
    for places in np.array_split(order, range(batch, len(rows), batch)):
        given = collate([{"input_ids": rows[place]["input_ids"]} for place in places])
        there = {name: values.to(model.device) for name, values in given.items()}
        last = model(**there, output_hidden_states=True).hidden_states[-1][:, 0].float().cpu().numpy()
        found.update(zip(places.tolist(), last, strict=True))
    return [found[place] for place in range(len(rows))]
