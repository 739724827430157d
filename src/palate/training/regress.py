"""Regress: an encoder with a head that gives a text a number."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from palate.errors import BadSource
from palate.training.curves import draw_history, draw_scatter
from palate.training.examples import CHOSEN, Tell, parts_of, read_tables, told, told_cut, unheard
from palate.training.head import BATCH, Head, Loss, finish, load_head, outputs_of, tokenise, train_head
from palate.training.metrics import regression_figures
from palate.training.run.finish import Finished, recipe
from palate.training.run.loop import Watch
from palate.training.run.settings import HEADS, Settings
from palate.training.run.start import load_tokenizer
from palate.training.split import bins

DEFAULTS = HEADS
FAMILY, TASK = "AutoModelForSequenceClassification", "SEQ_CLS"

Numbers = NDArray[np.float64]


def regress(
    data: Path,
    out: Path,
    *,
    dev: Path | None = None,
    text: str = "text",
    label: str = "label",
    start: str = "minilm",
    settings: Settings = DEFAULTS,
    watch: Watch = unheard,
    tell: Tell = unheard,
) -> Finished:
    """Train a head for the numbers in a file, and the encoder below it, by squared error; save both in `out`.

    Use it where a text has a degree of something, such as stars or grades; for names use `classify`. Examples
    are parted as there, alike in size of the numbers. Inside training the numbers have mean 0 and standard
    deviation 1; what is saved speaks in the units of the file.

    text, label: columns. Raises BadSource for data that cannot be used, BadFolder where `out` is taken or
    full, and what palate.training.run.start raises."""
    tables = read_tables(data, dev)
    texts = [word for table in tables for word in table.words(text)]
    truth = np.array([number for table in tables for number in table.numbers(label)])
    parts = parts_of(tables, lambda: bins(truth.tolist()), settings.seed)
    seen = truth[parts["training"]]
    mean, scale = float(seen.mean()), float(seen.std())
    if scale == 0:
        raise BadSource(f"every {label} in {data} is {seen[0]:g}; there must be different ones to learn from")
    tokenizer = load_tokenizer(start, settings.window)
    rows, cut = tokenise(tokenizer, texts)
    for row, number in zip(rows, ((truth - mean) / scale).tolist(), strict=True):
        row["labels"] = number
    notes = told_cut(cut, len(texts), tokenizer.model_max_length) + ((CHOSEN,) if dev else ())
    spread = (
        f"{label} from {truth.min():g} to {truth.max():g}, mean {mean:.4g}, standard deviation {scale:.4g}"
    )
    for fact in (told(tables, parts), spread, *notes):
        tell(fact)

    def quick(logits: NDArray[Any], wanted: NDArray[Any]) -> Mapping[str, float]:
        apart = scale * (logits.reshape(-1) - wanted)
        return {"mse": float((apart**2).mean()), "mae": float(np.abs(apart).mean())}

    head = Head(
        family=FAMILY,
        task=TASK,
        labels=(label,),
        config={"problem_type": "regression"},
        loss=squared_error(),
        quick=quick,
        best="mse",
        greater=False,
        done=lambda model: in_units(model, mean, scale),
    )
    facts = recipe("regress", start, tables, settings, columns={"text": text, "label": label})
    chosen = {part: [rows[place] for place in places] for part, places in parts.items()}
    model, ran = train_head(head, chosen, tokenizer, out, facts, start=start, settings=settings, watch=watch)

    said = {
        part: _numbers(outputs_of(model, tokenizer, chosen[part])) for part in parts if part != "training"
    }
    last = list(said)[-1]
    finished = Finished(
        folder=out,
        kind="regress",
        start=start,
        columns=facts["columns"],
        notes=notes,
        data=tuple(facts["data"]),
        figures={part: regression_figures(truth[parts[part]], numbers) for part, numbers in said.items()},
        settings=asdict(settings),
        versions=facts["versions"],
    )
    drawings = {
        "history": lambda path: draw_history(ran.history, path, figure=head.best, best=ran.best),
        "scatter": lambda path: draw_scatter(truth[parts[last]], said[last], path),
    }
    return finish(finished, ran, drawings)


def predict(folder: Path, texts: Sequence[str], batch: int = BATCH) -> Numbers:
    """The numbers (n,) of n texts, in the units of the model's examples. Texts are cut at its window.

    Raises BadSource where the folder holds no model that `regress` made.
    """
    _, model, tokenizer = load_head(folder, "regress", FAMILY)
    return (
        _numbers(outputs_of(model, tokenizer, tokenise(tokenizer, texts)[0], batch)) if texts else np.empty(0)
    )


def squared_error() -> Loss:
    """The loss of one number per example."""

    def loss(
        outputs: Any, labels: torch.Tensor, num_items_in_batch: torch.Tensor | None = None
    ) -> torch.Tensor:
        total = torch.nn.functional.mse_loss(
            outputs.logits.flatten(), labels.to(outputs.logits.dtype), reduction="sum"
        )
        return total / (labels.numel() if num_items_in_batch is None else num_items_in_batch)

    return loss


@torch.no_grad()
def in_units(model: torch.nn.Module, mean: float, scale: float) -> None:
    """Let the model's last layer give scale * output + mean, so that whoever loads it needs to know neither.

    Raises BadSource where it has no bias to take up the mean.
    """
    heads = [
        module
        for name, module in model.named_modules()  # peft keeps the untrained head beside the trained one
        if isinstance(module, torch.nn.Linear) and module.out_features == 1 and "original_module" not in name
    ]
    if not heads or heads[-1].bias is None:
        raise BadSource(
            "this model's head has no bias, which a regression needs; start from a BERT-like model"
        )
    heads[-1].weight.mul_(scale)
    heads[-1].bias.mul_(scale).add_(mean)


def _numbers(outputs: Sequence[NDArray[Any]]) -> Numbers:
    return np.stack(outputs).astype(np.float64)[:, 0]
