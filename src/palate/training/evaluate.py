"""Evaluate: how good a trained model, or any encoder, is on a file of examples."""

from collections.abc import Callable, Mapping
from typing import Any

from palate.errors import BadSource, BadValue
from palate.training.run.metrics import regression_figures
from palate.training.run.resume import MODEL_FILE
from palate.training.run.start import model_folder_of
from palate.training.run.table import Table
from palate.training.run.trained_model import TrainedModel, read_trained_model

# the columns by which the kind of a file of sentences is known
SENTENCE_COLUMNS: Mapping[str, tuple[tuple[str, ...], ...]] = {
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
    """Returns the kind of measurement, and the figures of a model on all examples of the table.

    palate.json in the folder tells the kind of a model:
    - classify: accuracy, precision, recall, f1, ece, brier, log_loss, per_class, confusion; see
      `classification_figures`. With several labels a text f1_micro, f1_macro, precision, recall, exact,
      lrap, ece, brier, log_loss, per_class; see `label_figures`.
    - regress: mse, mae, rmse, pearson, spearman, r2.
    - tokens: precision, recall, f1 of entities, accuracy of words, per_class.
    - masked: loss, perplexity, accuracy.
    - reward: accuracy of pairs with its interval, by source and gap in length, brier, ece.
    - all others, and names of starts such as minilm, are sentence models, and the columns tell what is
      measured. sentence1, sentence2, score (sts): spearman, pearson; premise, hypothesis, label (nli):
      accuracy; anchor, positive, negative (triplets): accuracy; question1, question2, duplicate, or anchor,
      positive (pairs): mrr.

    text, label: columns, in place of those that the model was trained on. fit: for nli, examples to fit a
    classifier on where the model has none of its own. Raises BadSource where the table lacks a column or has
    a label that the model does not know, BadValue for a column where none can be named.
    """
    folder = model_folder_of(name)
    trained = read_trained_model(folder) if (folder / MODEL_FILE).is_file() else None
    if trained is None or trained.kind not in MEASURES:
        if text or label:
            raise BadValue(
                "a sentence model finds its columns by their names; "
                "leave --text-column and --label-column out"
            )
        return _sentences(name, table, fit)
    if fit is not None:
        raise BadValue(
            "a classifier of entailment is fitted on a sentence model alone, "
            f"and {name} was made by palate train {trained.kind}"
        )
    text = text or trained.columns.get("text", "text")
    label = label or trained.columns.get("label", "label")
    return trained.kind, MEASURES[trained.kind](trained, table, text, label)


def _classify(trained: TrainedModel, table: Table, text: str, label: str) -> dict[str, Any]:
    from palate.training.classify import predict
    from palate.training.label_column import labels_of, truth_of
    from palate.training.labelling import labelling_of

    rows = labels_of(table, label, trained.labels_by)
    for line, row in zip(table.lines, rows, strict=True):
        if unknown := [name for name in row if name not in trained.labels]:
            known = ", ".join(trained.labels)
            raise line.refuse(f"{label} is {unknown[0]!r}, which the model does not know; it knows: {known}")
    truth = truth_of(rows, trained.labels)
    way, probabilities = labelling_of(trained.labels_by), predict(trained.folder, table.strings(text))
    return way.figures(trained.labels, truth if trained.labels_by else truth.argmax(axis=1), probabilities)


def _regress(trained: TrainedModel, table: Table, text: str, label: str) -> dict[str, Any]:
    from palate.training.regress import predict

    truth = table.floats(label)
    return dict(regression_figures(truth, predict(trained.folder, table.strings(text))))


def _tokens(trained: TrainedModel, table: Table, text: str, label: str) -> dict[str, Any]:
    from palate.training.entities import tagging_figures
    from palate.training.tokens import predict, tagged_rows

    words, tags = zip(*tagged_rows(table, text, label), strict=True)
    for line, row_tags in zip(table.lines, tags, strict=True):
        if unknown := [tag for tag in row_tags if tag not in trained.labels]:
            known = ", ".join(trained.labels)
            raise line.refuse(f"{label} has {unknown[0]!r}, which the model does not know; it knows: {known}")
    return tagging_figures(tags, predict(trained.folder, words))


def _masked(trained: TrainedModel, table: Table, text: str, _label: str) -> dict[str, Any]:
    from palate.training.masked import perplexity

    return dict(perplexity(trained.folder, table, text=text))


def _reward(trained: TrainedModel, table: Table, _text: str, _label: str) -> dict[str, Any]:
    from palate.training.preferences import preferences_of
    from palate.training.reward_figures import reward_figures
    from palate.training.reward_model import RewardModel

    return reward_figures(preferences_of(table).rankings, RewardModel(trained.folder).value)


MEASURES: Mapping[str, Callable[[TrainedModel, Table, str, str], dict[str, Any]]] = {
    "classify": _classify,
    "regress": _regress,
    "tokens": _tokens,
    "masked": _masked,
    "reward": _reward,
}


def _sentences(name: str, table: Table, fit: Table | None) -> tuple[str, dict[str, Any]]:
    from palate.training.sentence_figures import sentence_figures

    kind = next(
        (
            kind
            for kind, choices in SENTENCE_COLUMNS.items()
            if any(table.has(*columns) for columns in choices)
        ),
        None,
    )
    if kind is None:
        wanted = "; ".join(f"{', '.join(choices[0])} ({kind})" for kind, choices in SENTENCE_COLUMNS.items())
        present = ", ".join(table.lines[0].cells)
        raise BadSource(
            f"{name} is a sentence model, which is measured by columns {wanted}; {table.path} has {present}"
        )
    tables: dict[str, Table] = {kind: table, **({"nli_train": fit} if fit is not None else {})}
    figures = sentence_figures(name, **tables)
    if not figures:
        raise BadSource(
            f"{name} has no classifier of entailment; name examples to fit one on with --fit, "
            "or a model trained on --nli"
        )
    return kind, {figure.split("_", 1)[1]: value for figure, value in figures.items()}
