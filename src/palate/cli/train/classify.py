"""`palate train classify`: a thin door to palate.training.classify."""

from __future__ import annotations

from typing import Annotated

import typer

from palate.cli.options import JsonOption, wants_json
from palate.cli.train.options import (
    DataOption,
    DevOption,
    EncoderOption,
    FoldsOption,
    GroupColumnOption,
    LabelColumnOption,
    LabelsByOption,
    OutOption,
    TextColumnOption,
    folds_of,
    with_settings,
)
from palate.cli.train.progress import training_progress
from palate.cli.train.start import DeviceOption, working
from palate.cli.train.summary import MessageLog, n_examples, show_summary
from palate.training.run.settings import CLASSIFIER_DEFAULTS, TrainingSettings


@with_settings(CLASSIFIER_DEFAULTS)
def classify(
    ctx: typer.Context,
    data: DataOption,
    out: OutOption,
    settings: TrainingSettings,
    dev: DevOption = None,
    text_column: TextColumnOption = "text",
    label_column: LabelColumnOption = "label",
    labels_by: LabelsByOption = None,
    encoder: EncoderOption = "minilm",
    folds: FoldsOption = None,
    group_column: GroupColumnOption = None,
    weigh: Annotated[
        bool, typer.Option("--weigh", help="Give every class the same weight in training, however rare.")
    ] = False,
    device: DeviceOption = "auto",
    json: JsonOption = False,
) -> None:
    """Train an encoder with a classifier that predicts the class of a text, or with --labels-by its labels.

    Of --data 80 % train, 10 % choose the weights and 10 % give the last figures, each with the same shares of
    the classes; with --dev all of it trains. The trained model opens with plain transformers too; report/ in
    its folder has the pictures.

    Example: palate train classify --data questions.csv --label-column kind --out my-kinds
    """
    messages = MessageLog()
    with (
        working(f"reading {data}, loading {encoder}", data, dev, model=encoder, device=device),
        training_progress() as on_step,
    ):
        from palate.training.classify import classify as train

        model = train(
            data,
            out,
            dev=dev,
            text=text_column,
            label=label_column,
            labels_by=labels_by,
            start=encoder,
            settings=settings,
            folds=folds_of(folds, group_column),
            weigh=weigh,
            on_step=on_step,
            on_message=messages,
        )
    part, figures = list(model.figures.items())[-1]
    if labels_by is None:
        correct = f"right on {figures['accuracy']:.1%} of {n_examples(figures):,} {part} texts"
        result = f"{out}: tells {len(model.labels)} classes apart, {correct}"
    else:
        good = f"micro F1 {figures['f1_micro']:.3f} on {part} texts"
        result = f"{out}: gives a text some of {len(model.labels)} labels, {good}"
    usage = f"use it: palate predict FILE --model {out}"
    show_summary(model, messages, f"{result}; {usage}", as_json=wants_json(ctx, json))
