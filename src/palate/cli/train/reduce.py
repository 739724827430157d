"""`palate train reduce`: a thin door to palate.training.reduce."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from palate.cli.options import JsonOption, wants_json
from palate.cli.train.options import DataOption, EncoderOption, OutOption, TextColumnOption
from palate.cli.train.silence import silenced
from palate.cli.train.summary import MessageLog, show_summary

StsOption = Annotated[
    Path | None,
    typer.Option(
        "--sts",
        metavar="FILE",
        help="sentence1, sentence2 and score: to measure what was lost.",
        show_default=False,
    ),
]


def reduce(
    ctx: typer.Context,
    data: DataOption,
    out: OutOption,
    dims: Annotated[int, typer.Option("--dims", min=1, metavar="N", help="Dimensions that are kept.")] = 128,
    text_column: TextColumnOption = "text",
    encoder: EncoderOption = "minilm",
    sts: StsOption = None,
    window: Annotated[
        int, typer.Option("--window", min=4, metavar="N", help="Word pieces of a text that are read.")
    ] = 256,
    seed: Annotated[int, typer.Option("--seed", min=0, metavar="N", help="Same seed, same axes.")] = 0,
    json: JsonOption = False,
) -> None:
    """Make the vectors of an encoder shorter: keep the main axes of its vectors of your texts.

    Example: palate train reduce --data papers.jsonl.gz --dims 128 --out my-short
    """
    with silenced():
        from palate.training.reduce import reduce as train

        model = train(
            out, data, dims=dims, encoder=encoder, column=text_column, sts=sts, window=window, seed=seed
        )
    before, after = model.figures["before"], model.figures["after"]
    quality = ""
    if "sts_spearman" in after:
        quality = f", sts_spearman {before['sts_spearman']:.3f} -> {after['sts_spearman']:.3f}"
    size = f"{dims} of {before['dims']} dims with {after['variance']:.0%} of the variance"
    last_line = f"{out}: {size}{quality}; use it: palate encoder use sbert:{out}"
    show_summary(model, MessageLog(), last_line, as_json=wants_json(ctx, json))
