"""`palate train classify`: a thin door to palate.training.classify."""

from __future__ import annotations

from typing import Annotated

import typer

from palate.cli.options import JsonOption, wants_json
from palate.cli.train.options import (
    DataOption,
    DevOption,
    EncoderOption,
    LabelColumnOption,
    OutOption,
    TextColumnOption,
    with_settings,
)
from palate.cli.train.outcome import Teller, examples_in, show_outcome
from palate.cli.train.quiet import quiet
from palate.cli.train.watching import watching
from palate.training.run.settings import HEADS, Settings


@with_settings(HEADS)
def classify(
    ctx: typer.Context,
    data: DataOption,
    out: OutOption,
    settings: Settings,
    dev: DevOption = None,
    text_column: TextColumnOption = "text",
    label_column: LabelColumnOption = "label",
    encoder: EncoderOption = "minilm",
    weigh: Annotated[
        bool, typer.Option("--weigh", help="Let every class count alike in training, however rare.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Train an encoder with a head that tells the class of a text.

    Of --data 80 % train, 10 % choose the weights and 10 % give the last figures, alike in classes; with --dev
    all of it trains. What is made opens with plain transformers too; report/ in it has the pictures.

    Example: palate train classify --data questions.csv --label-column kind --out my-kinds
    """
    tell = Teller()
    with quiet(), watching() as watch:
        from palate.training.classify import classify as train

        done = train(
            data,
            out,
            dev=dev,
            text=text_column,
            label=label_column,
            start=encoder,
            settings=settings,
            weigh=weigh,
            watch=watch,
            tell=tell,
        )
    part, figures = list(done.figures.items())[-1]
    right = f"right on {figures['accuracy']:.1%} of {examples_in(figures):,} {part} texts"
    made = f"{out}: tells {len(done.labels)} classes apart, {right}"
    show_outcome(
        done, tell, f'{made}; use it: palate number --model {out} "TEXT"', as_json=wants_json(ctx, json)
    )
