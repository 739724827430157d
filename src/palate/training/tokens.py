"""Tokens: an encoder with a classifier that tags every word of a text, such as the names in it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from palate.errors import BadSource
from palate.training.classifier import (
    BATCH,
    ClassifierTask,
    cross_entropy,
    load_classifier,
    predict_outputs,
    train_classifier,
)
from palate.training.entities import entities_of, tagging_figures
from palate.training.examples import (
    MessageCallback,
    describe_parts,
    no_op,
    notes_on,
    parts_of,
    read_tables,
)
from palate.training.run.finish import finish
from palate.training.run.loop import StepCallback
from palate.training.run.recipe import describe_recipe
from palate.training.run.settings import CLASSIFIER_DEFAULTS, TrainingSettings
from palate.training.run.start import load_tokenizer
from palate.training.run.table import Table
from palate.training.run.trained_model import TrainedModel

FAMILY, TASK = "AutoModelForTokenClassification", "TOKEN_CLS"
OUTSIDE_TAG = "O"  # the tag of a word that belongs to no entity
IGNORED_LABEL = -100  # the label of a word piece that has no tag
MIN_STRATUM = 10  # texts with and without entities from which on a split spreads both

Tags = list[str]


def tokens(
    data: Path,
    out: Path,
    *,
    dev: Path | None = None,
    text: str = "tokens",
    label: str = "tags",
    start: str = "minilm",
    settings: TrainingSettings = CLASSIFIER_DEFAULTS,
    on_step: StepCallback = no_op,
    on_message: MessageCallback = no_op,
) -> TrainedModel:
    """Trains a classifier on the BIO tags in a file, and the encoder below it, by cross-entropy; saves both
    in `out`.

    A row is a text: column `text` has its words, column `label` as many tags, both separated by blanks or as
    JSON lists. The first word piece of a word has its tag, the others none. Examples are split as by
    `classify`, each part with the same share of texts with entities. Raises BadSource for data that cannot be
    used, BadFolder where `out` is taken or full, and what palate.training.run.start raises.
    """
    tables = read_tables(data, dev)
    pairs = [pair for table in tables for pair in tagged_rows(table, text, label)]
    words, truth = [row_words for row_words, _ in pairs], [row_tags for _, row_tags in pairs]
    labels = tuple(sorted({tag for tags in truth[: len(tables[0])] for tag in tags}, key=_sort_key))
    if len(labels) < 2:
        raise BadSource(f"every tag in {data} is {labels[0]}; there must be two or more to tell apart")
    for line, tags in zip(tables[-1].lines, truth[-len(tables[-1]) :], strict=True):
        if unknown := [tag for tag in tags if tag not in labels]:
            raise line.refuse(
                f"{label} has {unknown[0]!r}, a tag that is not among those of {data}: {', '.join(labels)}"
            )
    parts = parts_of(tables, lambda: _strata(truth), settings.seed)
    tokenizer = load_tokenizer(start, settings.window, split_into_words=True)
    rows, first_pieces = align(tokenizer, words)
    for row, pieces, tags in zip(rows, first_pieces, truth, strict=True):
        row["labels"] = [IGNORED_LABEL] * len(row["input_ids"])
        for word, piece in pieces.items():
            row["labels"][piece] = labels.index(tags[word])
    n_truncated = sum(len(pieces) < len(tags) for pieces, tags in zip(first_pieces, truth, strict=True))
    notes = notes_on(n_truncated, len(words), tokenizer.model_max_length, dev)
    counts = Counter(entity.kind for tags in truth for entity in entities_of(tags))
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in counts.most_common())
    for message in (describe_parts(tables, parts), f"{counts.total():,} entities: {kinds}", *notes):
        on_message(message)

    def quick_figures(logits: NDArray[Any], targets: NDArray[Any]) -> Mapping[str, float]:
        has_tag = targets != IGNORED_LABEL
        true_tags, predicted_tags = (
            [[labels[tag] for tag in row[mask]] for row, mask in zip(tag_indices, has_tag, strict=True)]
            for tag_indices in (targets, logits.argmax(axis=-1))
        )
        figures = tagging_figures(true_tags, predicted_tags)
        return {name: figures[name] for name in ("f1", "accuracy")}

    task = ClassifierTask(
        family=FAMILY,
        task=TASK,
        labels=labels,
        config={},
        loss=cross_entropy(),
        quick_figures=quick_figures,
        best_figure="f1" if counts else "accuracy",
        greater_is_better=True,
    )
    recipe = describe_recipe("tokens", start, tables, settings, columns={"text": text, "label": label})
    outputs, run = train_classifier(
        task, rows, parts, tokenizer, out, recipe, start=start, settings=settings, on_step=on_step
    )

    figures = {}
    for part, logits in outputs.items():
        predicted = _predicted_tags(logits, [first_pieces[index] for index in parts[part]], labels)
        true = [truth[index] for index in parts[part]]
        complete = [_complete(tags, len(true_tags)) for tags, true_tags in zip(predicted, true, strict=True)]
        figures[part] = tagging_figures(true, complete)
    trained = TrainedModel.of_recipe(recipe, out, labels=labels, figures=figures, notes=notes)
    return finish(trained, run, task.best_figure)


def predict(folder: Path, texts: Sequence[Sequence[str]], batch: int = BATCH) -> list[Tags]:
    """Returns the tags of n texts, each given as its words: one tag a word; O where a word is beyond the
    window.

    Raises BadSource where the folder holds no model that `tokens` made.
    """
    trained, model, tokenizer = load_classifier(folder, "tokens", FAMILY)
    if not texts:
        return []
    rows, first_pieces = align(tokenizer, texts)
    predicted = _predicted_tags(predict_outputs(model, tokenizer, rows, batch), first_pieces, trained.labels)
    return [_complete(tags, len(words)) for tags, words in zip(predicted, texts, strict=True)]


def align(
    tokenizer: Any, words: Sequence[Sequence[str]]
) -> tuple[list[dict[str, Any]], list[dict[int, int]]]:
    """Returns rows of n texts given as words, and for each text the index of the first piece of each word;
    words that were cut off have none.
    """
    encoded = tokenizer(
        [list(text) for text in words],
        is_split_into_words=True,
        truncation=True,
        return_attention_mask=False,
        return_token_type_ids=False,
    )
    first_pieces = []
    for text in range(len(words)):
        pieces: dict[int, int] = {}
        for piece, word in enumerate(encoded.word_ids(text)):
            if word is not None:
                pieces.setdefault(word, piece)
        first_pieces.append(pieces)
    return [{"input_ids": ids} for ids in encoded["input_ids"]], first_pieces


def tagged_rows(table: Table, text: str, label: str) -> Iterator[tuple[Tags, Tags]]:
    """Yields the words and the tags of each row."""
    for line, text_cell, label_cell in zip(
        table.lines, table.strings(text), table.strings(label), strict=True
    ):
        words, tags = text_cell.split(), label_cell.split()
        if len(words) != len(tags):
            raise line.refuse(
                f"{text} has {len(words)} words and {label} {len(tags)} tags; give one tag for each word"
            )
        yield words, tags


def _strata(truth: Sequence[Tags]) -> list[str]:
    """Returns whether each text has entities; one stratum for all where either kind is too rare to split."""
    strata = ["with entities" if entities_of(tags) else "without entities" for tags in truth]
    return strata if min(Counter(strata).values()) >= MIN_STRATUM else ["text"] * len(truth)


def _predicted_tags(
    outputs: Sequence[NDArray[Any]], first_pieces: Sequence[Mapping[int, int]], labels: Sequence[str]
) -> list[dict[int, str]]:
    predicted = [logits.argmax(axis=-1) for logits in outputs]
    return [
        {word: labels[row[piece]] for word, piece in pieces.items()}
        for row, pieces in zip(predicted, first_pieces, strict=True)
    ]


def _complete(tags: Mapping[int, str], n: int) -> Tags:
    """Returns a tag for each of n words, also for those that were cut off."""
    return [tags.get(word, OUTSIDE_TAG) for word in range(n)]


def _sort_key(tag: str) -> tuple[bool, str]:
    """Sorts O first."""
    return tag != OUTSIDE_TAG, tag
