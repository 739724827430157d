"""Classify: an encoder with a head that tells the class of a text."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from palate.errors import BadSource
from palate.training.curves import draw_calibration, draw_confusion, draw_history
from palate.training.examples import CHOSEN, Tell, parts_of, read_tables, told, told_cut, unheard
from palate.training.head import (
    BATCH,
    Head,
    cross_entropy,
    finish,
    load_head,
    outputs_of,
    tokenise,
    train_head,
)
from palate.training.metrics import classification_figures
from palate.training.run.finish import Finished, recipe
from palate.training.run.loop import Watch
from palate.training.run.settings import HEADS, Settings
from palate.training.run.start import load_tokenizer

DEFAULTS = HEADS
FAMILY, TASK = "AutoModelForSequenceClassification", "SEQ_CLS"
SHOWN = 20  # classes that are told with their counts

Probabilities = NDArray[np.float64]


def classify(
    data: Path,
    out: Path,
    *,
    dev: Path | None = None,
    text: str = "text",
    label: str = "label",
    start: str = "minilm",
    settings: Settings = DEFAULTS,
    weigh: bool = False,
    watch: Watch = unheard,
    tell: Tell = unheard,
) -> Finished:
    """Train a head for the classes in a file, and the encoder below it, by cross-entropy; save both in `out`.

    Use it where texts belong to one of a few classes and there are some dozens of examples of each. Of the
    examples 80 % train, 10 % choose the weights and 10 % give the last figures, alike in classes; with `dev`
    all of `data` train, and `dev` chooses.

    text, label: columns; any strings are labels. weigh: let every class count alike, however rare. tell: is
    told what the data is like before training begins. Raises BadSource for data that cannot be used,
    BadFolder where `out` is taken or full, and what palate.training.run.start raises."""
    tables = read_tables(data, dev)
    texts = [word for table in tables for word in table.words(text)]
    marks = [word for table in tables for word in table.words(label)]
    labels = tuple(sorted(set(marks[: len(tables[0])]), key=_order))
    if len(labels) < 2:
        raise BadSource(
            f"every {label} in {data} is {labels[0]!r}; there must be two classes or more to tell apart"
        )
    for line, mark in zip(tables[-1].lines, marks[-len(tables[-1]) :], strict=True):
        if mark not in labels:
            raise line.refuse(
                f"{label} is {mark!r}, a class that is not among those of {data}: {_listed(labels)}"
            )
    truth = np.array([labels.index(mark) for mark in marks])
    parts = parts_of(tables, lambda: marks, settings.seed)
    tokenizer = load_tokenizer(start, settings.window)
    rows, cut = tokenise(tokenizer, texts)
    for row, number in zip(rows, truth.tolist(), strict=True):
        row["labels"] = number
    notes = told_cut(cut, len(texts), tokenizer.model_max_length) + ((CHOSEN,) if dev else ())
    counts = Counter(marks)
    balance = f"{len(labels)} classes: {_listed([f'{name} {counts[name]:,}' for name in labels])}"
    for fact in (told(tables, parts), balance, *notes):
        tell(fact)

    head = Head(
        family=FAMILY,
        task=TASK,
        labels=labels,
        config={"problem_type": "single_label_classification"},
        loss=cross_entropy(balanced(truth[parts["training"]], len(labels)) if weigh else None),
        quick=_quick,
        best="f1" if weigh else "accuracy",
        greater=True,
    )
    facts = recipe("classify", start, tables, settings, columns={"text": text, "label": label}, weigh=weigh)
    chosen = {part: [rows[place] for place in places] for part, places in parts.items()}
    model, ran = train_head(head, chosen, tokenizer, out, facts, start=start, settings=settings, watch=watch)

    said = {
        part: _softmax(outputs_of(model, tokenizer, chosen[part])) for part in parts if part != "training"
    }
    figures = {
        part: classification_figures(labels, truth[parts[part]], chances) for part, chances in said.items()
    }
    last = list(said)[-1]
    finished = Finished(
        folder=out,
        kind="classify",
        start=start,
        labels=labels,
        columns=facts["columns"],
        figures=figures,
        notes=notes,
        data=tuple(facts["data"]),
        settings={**asdict(settings), "weigh": weigh},
        versions=facts["versions"],
    )
    drawings = {
        "history": lambda path: draw_history(ran.history, path, figure=head.best, best=ran.best),
        "confusion": lambda path: draw_confusion(labels, figures[last]["confusion"], path),
        "calibration": lambda path: draw_calibration(truth[parts[last]], said[last], path),
    }
    return finish(finished, ran, drawings)


def predict(folder: Path, texts: Sequence[str], batch: int = BATCH) -> Probabilities:
    """Probabilities (n, c) of the classes of n texts, in the order of the model's labels. Texts are cut at
    its window.

    Raises BadSource where the folder holds no model that `classify` made.
    """
    finished, model, tokenizer = load_head(folder, "classify", FAMILY)
    if not texts:
        return np.empty((0, len(finished.labels)))
    return _softmax(outputs_of(model, tokenizer, tokenise(tokenizer, texts)[0], batch))


def balanced(truth: NDArray[np.int64], c: int) -> list[float]:
    """Weights (c,) under which every class counts alike and an example counts 1 in the mean.

    >>> balanced(np.array([0, 0, 0, 1]), 2)
    [0.6666666666666666, 2.0]
    """
    from sklearn.utils.class_weight import compute_class_weight

    weights: list[float] = compute_class_weight("balanced", classes=np.arange(c), y=truth).tolist()
    return weights


def _quick(logits: NDArray[Any], truth: NDArray[Any]) -> Mapping[str, float]:
    from sklearn.metrics import f1_score

    said = logits.argmax(axis=-1)
    return {
        "accuracy": float((said == truth).mean()),
        "f1": float(f1_score(truth, said, average="macro", zero_division=0)),
    }


def _softmax(logits: Sequence[NDArray[Any]]) -> Probabilities:
    from scipy.special import softmax

    chances: Probabilities = softmax(np.stack(logits).astype(np.float64), axis=1)
    return chances


def _order(label: str) -> tuple[float, str]:
    """Numbers by size, before words."""
    try:
        return float(label), label
    except ValueError:
        return float("inf"), label


def _listed(labels: Sequence[str]) -> str:
    more = len(labels) - SHOWN
    return ", ".join(labels[:SHOWN]) + (f" and {more} more" if more > 0 else "")
