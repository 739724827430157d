"""`palate train regress`: a thin door to palate.training.regress."""

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
    OutOption,
    TextColumnOption,
    folds_of,
    with_settings,
)
from palate.cli.train.progress import training_progress
from palate.cli.train.start import DeviceOption, working
from palate.cli.train.summary import MessageLog, show_summary
from palate.training.run.settings import CLASSIFIER_DEFAULTS, TrainingSettings


@with_settings(CLASSIFIER_DEFAULTS)
def regress(
    ctx: typer.Context,
    data: DataOption,
    out: OutOption,
    settings: TrainingSettings,
    dev: DevOption = None,
    text_column: TextColumnOption = "text",
    label_column: Annotated[
        str, typer.Option("--label-column", metavar="NAME", help="The column with the quantity.")
    ] = "label",
    encoder: EncoderOption = "minilm",
    folds: FoldsOption = None,
    group_column: GroupColumnOption = None,
    device: DeviceOption = "auto",
    json: JsonOption = False,
) -> None:
    """Train an encoder with an output layer that predicts a quantity of a text, such as stars or a grade.

    Of --data 80 % train, 10 % choose the weights and 10 % give the last figures, each with the same
    distribution of the quantity; with --dev all of it trains. The trained model opens with plain transformers
    too, and its output is in the units of --data.

    Example: palate train regress --data reviews.csv --label-column stars --out my-stars
    """
    messages = MessageLog()
    with (
        working(f"reading {data}, loading {encoder}", data, dev, model=encoder, device=device),
        training_progress() as on_step,
    ):
        from palate.training.regress import regress as train

        model = train(
            data,
            out,
            dev=dev,
            text=text_column,
            label=label_column,
            start=encoder,
            settings=settings,
            folds=folds_of(folds, group_column),
            on_step=on_step,
            on_message=messages,
        )
    part, figures = list(model.figures.items())[-1]
    correlation = "" if figures["spearman"] is None else f", Spearman {figures['spearman']:.3f}"
    error = f"off by {figures['mae']:.3g} in the mean{correlation} on {part} texts"
    usage = f'use it: palate number --model {out} "TEXT"'
    last_line = f"{out}: predicts the {label_column} of a text, {error}; {usage}"
    show_summary(model, messages, last_line, as_json=wants_json(ctx, json))
