"""`palate train reduce`: a thin door to palate.training.reduce and palate.training.autoencode."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from palate.cli.options import JsonOption, wants_json
from palate.cli.train.options import PANEL, DataOption, EncoderOption, OutOption, TextColumnOption
from palate.cli.train.progress import training_progress
from palate.cli.train.start import DeviceOption, working
from palate.cli.train.summary import MessageLog, figure, show_summary
from palate.errors import BadValue
from palate.training.run.settings import AUTOENCODER_DEFAULTS

if TYPE_CHECKING:
    from palate.training.run.trained_model import TrainedModel

StsOption = Annotated[
    Path | None,
    typer.Option(
        "--sts",
        metavar="FILE",
        help="sentence1, sentence2 and score: to measure what was lost.",
        show_default=False,
    ),
]
USUAL = AUTOENCODER_DEFAULTS


def _of_autoencoder(name: str, metavar: str, what: str, default: object, **limits: Any) -> Any:
    """Returns an option that the autoencoder alone has."""
    return typer.Option(
        f"--{name}", metavar=metavar, help=f"{what} Default: {default}.", rich_help_panel=PANEL, **limits
    )


def reduce(
    ctx: typer.Context,
    data: DataOption,
    out: OutOption,
    dims: Annotated[int, typer.Option("--dims", min=1, metavar="N", help="Dimensions that are kept.")] = 128,
    method: Annotated[
        Literal["pca", "autoencoder"],
        typer.Option("--method", help="Main axes, or a small network that is trained."),
    ] = "pca",
    text_column: TextColumnOption = "text",
    encoder: EncoderOption = "minilm",
    sts: StsOption = None,
    window: Annotated[
        int, typer.Option("--window", min=4, metavar="N", help="Word pieces of a text that are read.")
    ] = 256,
    seed: Annotated[int, typer.Option("--seed", min=0, metavar="N", help="Same seed, same axes.")] = 0,
    hidden: Annotated[
        int | None, _of_autoencoder("hidden", "N", "Width of the hidden layers.", 512, min=1)
    ] = None,
    norm: Annotated[
        Literal["none", "batch"] | None,
        _of_autoencoder("norm", "", "Normalises the hidden layers by batch.", "none"),
    ] = None,
    dropout: Annotated[
        float | None, _of_autoencoder("dropout", "P", "Dropout in the hidden layers.", USUAL.dropout)
    ] = None,
    decay: Annotated[float | None, _of_autoencoder("decay", "X", "Weight decay.", USUAL.decay)] = None,
    epochs: Annotated[
        float | None, _of_autoencoder("epochs", "N", "Passes over the texts, at most.", USUAL.epochs)
    ] = None,
    rate: Annotated[float | None, _of_autoencoder("rate", "X", "Highest learning rate.", USUAL.rate)] = None,
    patience: Annotated[
        int | None,
        _of_autoencoder("patience", "N", "Stop after N epochs without gain, 0 for never.", USUAL.patience),
    ] = None,
    device: DeviceOption = "auto",
    json: JsonOption = False,
) -> None:
    """Make the vectors of an encoder shorter: keep the main axes of its vectors of your texts, or train an
    autoencoder on them.

    Both say how many of the nearest texts stay the nearest and how much of the vectors is lost. What is lost
    of a text also tells how unusual it is: palate outliers --model.

    Example: palate train reduce --data papers.jsonl.gz --dims 128 --out my-short

    Example: palate train reduce --method autoencoder --data papers.jsonl.gz --dims 32 --out my-short
    """
    network = {"hidden": hidden, "norm": norm}
    training = {
        "dropout": dropout,
        "decay": decay,
        "epochs": epochs,
        "rate": rate,
        "patience": patience,
    }
    stated = [name for name, value in {**network, **training}.items() if value is not None]
    if method == "pca" and stated:
        raise BadValue(f"main axes are not trained; leave --{stated[0]} out, or give --method autoencoder")
    common: dict[str, Any] = {"dims": dims, "encoder": encoder, "column": text_column, "sts": sts}
    with (
        working(f"reading {data}, loading {encoder}", data, sts, model=encoder, device=device),
        training_progress() as on_step,
    ):
        if method == "pca":
            from palate.training.reduce import reduce as train

            model = train(out, data, **common, window=window, seed=seed)
        else:
            from palate.training.autoencode import autoencode

            chosen: dict[str, Any] = {name: value for name, value in training.items() if value is not None}
            common |= {name: value for name, value in network.items() if value is not None}
            settings = replace(USUAL, window=window, seed=seed, **chosen)
            model = autoencode(out, data, **common, settings=settings, on_step=on_step)
    show_summary(model, MessageLog(), _last_line(model), as_json=wants_json(ctx, json))


def _last_line(model: TrainedModel) -> str:
    before, after = model.figures["before"], model.figures["after"]
    kept = f"{after['neighbours_kept']:.0%} of the nearest texts kept"
    lost = f"{after['reconstruction_error']:.0%} of the variance lost"
    quality = ""
    if "sts_spearman" in after:
        quality = f", sts_spearman {figure(before['sts_spearman'])} -> {figure(after['sts_spearman'])}"
    size = f"{after['dims']} of {before['dims']} dims, {kept}, {lost}"
    return f"{model.folder}: {size}{quality}; use it: palate encoder use sbert:{model.folder}"
