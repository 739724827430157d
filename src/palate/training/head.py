"""Head: a transformer with a head on top, trained on texts, in the one way that all kinds of heads share.

n texts, c outputs of the head, l word pieces of a text.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
import transformers
from numpy.typing import NDArray
from transformers import DataCollatorForTokenClassification, DataCollatorWithPadding, TrainingArguments

from palate.errors import BadSource
from palate.training.curves import draw_report
from palate.training.lengths import LengthTrainer
from palate.training.run.finish import Finished, read_finished, save_finished
from palate.training.run.loop import Run, Watch, arguments, run
from palate.training.run.lora import save_merged, with_adapters
from palate.training.run.resume import begin, end, full_disk
from palate.training.run.settings import Settings
from palate.training.run.start import dropout_of, load_model

Row = Mapping[str, Any]  # input_ids and, for training, labels
Floats = NDArray[np.float32]
Loss = Callable[..., torch.Tensor]  # of outputs, labels and num_items_in_batch
# figures of outputs and labels, at every evaluation
Quick = Callable[[Floats, NDArray[Any]], Mapping[str, float]]
BATCH = 64  # texts that are predicted at once


@dataclass(frozen=True)
class Head:
    """What is special to one kind of head.

    family: transformers' class of the model. task: peft's word for it. labels: names of the outputs. config:
    more settings of the model. loss: summed over labels, divided by their number, so that accumulated batches
    equal one large one. quick: figures at every evaluation. best: which of them decides; greater: whether
    more of it is better. done: last deed on a trained model."""

    family: str
    task: str
    labels: tuple[str, ...]
    config: Mapping[str, Any]
    loss: Loss
    quick: Quick
    best: str
    greater: bool
    done: Callable[[torch.nn.Module], None] = lambda _model: None


def tokenise(tokenizer: Any, texts: Sequence[str]) -> tuple[list[dict[str, Any]], int]:
    """Rows of n texts, and how many of them were cut at the window."""
    found = tokenizer(list(texts), truncation=True, return_attention_mask=False, return_token_type_ids=False)
    return [{"input_ids": ids} for ids in found["input_ids"]], sum(
        bool(one.overflowing) for one in found.encodings
    )


def train_head(
    head: Head,
    parts: Mapping[str, Sequence[Row]],
    tokenizer: Any,
    out: Path,
    facts: Mapping[str, Any],
    *,
    start: str,
    settings: Settings,
    watch: Watch,
) -> tuple[Any, Run]:
    """The model with its best weights, whole, and how it was trained. What is saved of it lies in `out`.

    parts: rows for "training" and "validation". facts: the recipe, see palate.training.run.resume. Needs memory
    for about 4 models. Raises BadFolder where `out` is taken or full, BadSource where the start is no such
    model."""
    names = dict(enumerate(head.labels))
    labels = {"id2label": names, "label2id": {name: place for place, name in names.items()}}
    transformers.set_seed(settings.seed)  # of a head that is not stored
    config = {**labels, **head.config, **dropout_of(settings.dropout), "ignore_mismatched_sizes": True}
    model = load_model(start, getattr(transformers, head.family), **config)
    if settings.lora:
        model = with_adapters(model, settings.lora, head.task)
    begin(out, facts)
    collate = DataCollatorForTokenClassification if head.task == "TOKEN_CLS" else DataCollatorWithPadding
    trainer = LengthTrainer(
        model=model,
        args=TrainingArguments(
            **arguments(settings, out, len(parts["training"]), best=head.best, greater=head.greater),
            label_names=["labels"],
            remove_unused_columns=False,
        ),
        train_dataset=parts["training"],
        eval_dataset=sorted(parts["validation"], key=lambda row: len(row["input_ids"])),
        data_collator=collate(tokenizer),
        processing_class=tokenizer,
        compute_loss_func=head.loss,
        compute_metrics=lambda found: dict(
            head.quick(np.asarray(found.predictions), np.asarray(found.label_ids))
        ),
    )
    ran = run(trainer, out, settings, watch)
    model = cast(Any, trainer.model)
    head.done(model)
    with full_disk(out):
        if settings.lora:
            model = save_merged(model, out)
        model.save_pretrained(out)
        tokenizer.save_pretrained(out)
    return model.eval(), ran


def finish(finished: Finished, ran: Run, drawings: Mapping[str, Callable[[Path], object]]) -> Finished:
    """Write report, card and palate.json beside a saved model, and remove its checkpoints."""
    out = finished.folder
    with full_disk(out):
        lacking = draw_report(out / "report", drawings)
        (out / "report" / "history.json").write_text(json.dumps(ran.history, indent=1) + "\n", "utf-8")
        finished = save_finished(replace(finished, notes=(*finished.notes, *lacking)), ran)
    end(out)
    return finished


def cross_entropy(weights: Sequence[float] | None = None) -> Loss:
    """The loss of classes by softmax; labels of -100 do not count.

    weights: (c,) how much examples of a class count. Divided by the number of examples, not by the sum of
    their weights, which is not known of one batch out of several that are accumulated; for balanced weights
    both are alike in the mean."""

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
def outputs_of(model: Any, tokenizer: Any, rows: Sequence[Row], batch: int = BATCH) -> list[Floats]:
    """What the head says of n rows, before any softmax: each (c,), or (l, c) where it looks at every
    piece.
    """
    lengths = np.array([len(row["input_ids"]) for row in rows])
    collate, found = DataCollatorWithPadding(tokenizer), dict[int, Floats]()
    for places in np.array_split(np.argsort(lengths, kind="stable"), range(batch, len(rows), batch)):
        given: Any = collate([{"input_ids": rows[place]["input_ids"]} for place in places])
        logits = model(**given.to(model.device)).logits.float()
        masks = given["attention_mask"].bool()
        for place, said, mask in zip(places.tolist(), logits, masks, strict=True):
            found[place] = (said[mask] if said.ndim == 2 else said).cpu().numpy()
    return [found[place] for place in range(len(rows))]


def load_head(folder: Path, kind: str, family: str) -> tuple[Finished, Any, Any]:
    """A finished model, its tokenizer and palate.json. Raises BadSource where the folder holds another kind
    or none.
    """
    finished = read_finished(folder)
    if finished.kind != kind:
        raise BadSource(
            f"{folder} was made by palate train {finished.kind}, expected one by palate train {kind}"
        )
    model = load_model(str(folder), getattr(transformers, family))
    if torch.cuda.is_available():
        model = model.to("cuda")
    return finished, model.eval(), transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
