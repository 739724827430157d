"""Evaluate: how good a finished model, or any encoder, is on a file of examples."""

from collections.abc import Callable, Mapping
from typing import Any

from palate.errors import BadSource, BadValue
from palate.training.metrics import classification_figures, regression_figures
from palate.training.run.finish import Finished, read_finished
from palate.training.run.resume import FINISHED
from palate.training.run.start import folder_of
from palate.training.table import Table

PAIRED: Mapping[str, tuple[tuple[str, ...], ...]] = {  # the columns that tell what a file of pairs holds
    "triplets": (("anchor", "positive", "negative"),),
    "sts": (("sentence1", "sentence2", "score"), ("sentence1", "sentence2", "relatedness")),
    "nli": (("premise", "hypothesis", "label"), ("sentence1", "sentence2", "label")),
    "pairs": (
        ("question1", "question2", "duplicate"),
        ("sentence1", "sentence2", "duplicate"),
        ("anchor", "positive"),
    ),
}


def evaluate(
    name: str, table: Table, *, text: str | None = None, label: str | None = None, fit: Table | None = None
) -> tuple[str, dict[str, Any]]:
    """What was measured, and the figures of the model of this name on all examples of the table.

    What a model is, palate.json in its folder tells: - classify: accuracy, precision, recall, f1, ece, brier,
    log_loss, per_class, confusion; see `classification_figures`. - regress: mse, mae, rmse, pearson,
    spearman, r2. - tokens: precision, recall, f1 of entities, accuracy of words, per_class. - masked: loss,
    perplexity, accuracy. - all others, and names of starts such as minilm, are sentence models. The columns
    tell what is measured: sentence1, sentence2, score (sts): spearman, pearson; premise, hypothesis, label
    (nli): accuracy; anchor, positive, negative (triplets): accuracy; question1, question2, duplicate, or
    anchor, positive (pairs): mrr.

    text, label: columns, in place of those that the model was trained on. fit: for nli, examples to fit a
    head on where the model has none of its own. Raises BadSource where the table lacks a column or has a
    label that the model does not know, BadValue for a column where none can be named."""
    folder = folder_of(name)
    finished = read_finished(folder) if (folder / FINISHED).is_file() else None
    kind = finished.kind if finished else ""
    if finished is None or kind not in HEADS:
        if text or label:
            raise BadValue(
                "a sentence model finds its columns by their names; leave --text-column and --label-column out"
            )
        return _sentences(name, table, fit)
    if fit is not None:
        raise BadValue(
            f"a head for entailment is fitted on a sentence model alone, and {name} was made by palate train {kind}"
        )
    columns = {
        "text": text or finished.columns["text"],
        "label": label or finished.columns.get("label", "label"),
    }
    return kind, HEADS[kind](finished, table, columns["text"], columns["label"])


def _classify(finished: Finished, table: Table, text: str, label: str) -> dict[str, Any]:
    from palate.training.classify import predict

    marks = table.words(label)
    for line, mark in zip(table.lines, marks, strict=True):
        if mark not in finished.labels:
            known = ", ".join(finished.labels)
            raise line.refuse(f"{label} is {mark!r}, which the model does not know; it knows: {known}")
    chances = predict(finished.folder, table.words(text))
    return classification_figures(finished.labels, [finished.labels.index(mark) for mark in marks], chances)


def _regress(finished: Finished, table: Table, text: str, label: str) -> dict[str, Any]:
    from palate.training.regress import predict

    numbers = table.numbers(label)
    return dict(regression_figures(numbers, predict(finished.folder, table.words(text))))


def _tokens(finished: Finished, table: Table, text: str, label: str) -> dict[str, Any]:
    from palate.training.entities import tagging_figures
    from palate.training.tokens import predict, tagged

    words, tags = zip(*tagged(table, text, label), strict=True)
    for line, row in zip(table.lines, tags, strict=True):
        if strange := [tag for tag in row if tag not in finished.labels]:
            known = ", ".join(finished.labels)
            raise line.refuse(f"{label} has {strange[0]!r}, which the model does not know; it knows: {known}")
    return tagging_figures(tags, predict(finished.folder, words))


def _masked(finished: Finished, table: Table, text: str, _: str) -> dict[str, Any]:
    from palate.training.masked import perplexity

    return dict(perplexity(finished.folder, table, text=text))


HEADS: Mapping[str, Callable[[Finished, Table, str, str], dict[str, Any]]] = {
    "classify": _classify,
    "regress": _regress,
    "tokens": _tokens,
    "masked": _masked,
}


def _sentences(name: str, table: Table, fit: Table | None) -> tuple[str, dict[str, Any]]:
    from palate.training.sentences import sentence_figures

    kind = next(
        (kind for kind, choices in PAIRED.items() if any(table.has(*columns) for columns in choices)), None
    )
    if kind is None:
        wanted = "; ".join(f"{', '.join(choices[0])} ({kind})" for kind, choices in PAIRED.items())
        there = ", ".join(table.lines[0].fields)
        raise BadSource(
            f"{name} is a sentence model, which is measured by columns {wanted}; {table.path} has {there}"
        )
    tables: dict[str, Table] = {kind: table, **({"nli_train": fit} if fit is not None else {})}
    found = sentence_figures(name, **tables)
    if not found:
        raise BadSource(
            f"{name} has no head for entailment; name examples to fit one on with --fit, or a model trained on --nli"
        )
    return kind, {figure.split("_", 1)[1]: value for figure, value in found.items()}
