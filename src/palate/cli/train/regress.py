"""`palate train regress`: a thin door to palate.training.regress."""

from __future__ import annotations

from typing import Annotated

import typer

from palate.cli.options import JsonOption, wants_json
from palate.cli.train.options import (
    DataOption,
    DevOption,
    EncoderOption,
    OutOption,
    TextColumnOption,
    with_settings,
)
from palate.cli.train.outcome import Teller, show_outcome
from palate.cli.train.quiet import quiet
from palate.cli.train.watching import watching
from palate.training.run.settings import HEADS, Settings


@with_settings(HEADS)
def regress(
    ctx: typer.Context,
    data: DataOption,
    out: OutOption,
    settings: Settings,
    dev: DevOption = None,
    text_column: TextColumnOption = "text",
    label_column: Annotated[
        str, typer.Option("--label-column", metavar="NAME", help="The column with the number.")
    ] = "label",
    encoder: EncoderOption = "minilm",
    json: JsonOption = False,
) -> None:
    """Train an encoder with a head that gives a text a number, such as stars or a grade.

    Of --data 80 % train, 10 % choose the weights and 10 % give the last figures, alike in size; with --dev
    all of it trains. What is made opens with plain transformers too, and its output is in the units of
    --data.

    Example: palate train regress --data reviews.csv --label-column stars --out my-stars
    """
    tell = Teller()
    with quiet(), watching() as watch:
        from palate.training.regress import regress as train

        done = train(
            data,
            out,
            dev=dev,
            text=text_column,
            label=label_column,
            start=encoder,
            settings=settings,
            watch=watch,
            tell=tell,
        )
    part, figures = list(done.figures.items())[-1]
    related = "" if figures["spearman"] is None else f", Spearman {figures['spearman']:.3f}"
    made = f"{out}: gives the {label_column} of a text, off by {figures['mae']:.3g} in the mean{related} on {part} texts"
    show_outcome(
        done, tell, f'{made}; use it: palate number --model {out} "TEXT"', as_json=wants_json(ctx, json)
    )
