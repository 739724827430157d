"""The options that every training shares: its data, the model it starts from, and its settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from palate.cli.option_group import Command, SharedOption, in_place_of
from palate.errors import BadValue
from palate.training.run.settings import DEFAULT_LORA_RATE, LoraSettings, TrainingSettings

if TYPE_CHECKING:
    from palate.training.folds import Folds

FORMATS = "a table, such as CSV, JSON Lines, Parquet or XLSX"
PANEL = "How it is trained"

DataOption = Annotated[
    Path, typer.Option("--data", metavar="FILE", help=f"Examples: {FORMATS}.", show_default=False)
]
DevOption = Annotated[
    Path | None,
    typer.Option(
        "--dev",
        metavar="FILE",
        help="Examples to choose the weights by. Default: parts of --data are held out.",
    ),
]
OutOption = Annotated[
    Path,
    typer.Option(
        "--out",
        metavar="DIR",
        help="Folder for the trained model. Repeat a stopped command to go on.",
        show_default=False,
    ),
]
EncoderOption = Annotated[
    str,
    typer.Option(
        "--encoder",
        metavar="NAME",
        help="Start: minilm, a model's folder, also of one that palate trained, or a hub name.",
    ),
]
TextColumnOption = Annotated[
    str, typer.Option("--text-column", metavar="NAME", help="The column with the text.")
]
LabelColumnOption = Annotated[
    str, typer.Option("--label-column", metavar="NAME", help="The column with the label.")
]


LabelsByOption = Annotated[
    str | None,
    typer.Option(
        "--labels-by",
        metavar="SEPARATOR",
        help="A text has several labels, or none: what separates them, as ';'.",
        show_default=False,
    ),
]
FoldsOption = Annotated[
    int | None,
    typer.Option(
        "--folds",
        min=2,
        metavar="N",
        help="Also measures N other models, each on the part of the texts that it did not see.",
    ),
]
GroupColumnOption = Annotated[
    str | None,
    typer.Option(
        "--group-column", metavar="NAME", help="With --folds: texts that are equal here stay together."
    ),
]


def folds_of(n: int | None, group: str | None) -> Folds | None:
    """Returns the folds that were asked for. Raises BadValue for a group without folds."""
    if n is None:
        if group is not None:
            raise BadValue("--group-column says what stays together in a fold; give --folds N too")
        return None
    from palate.training.folds import Folds

    return Folds(n, group)


def with_settings(defaults: TrainingSettings) -> Callable[[Command], Command]:
    """Returns a decorator that puts the common options in the place of a command's parameter `settings`.

    The command is called with ready TrainingSettings. defaults: what the recipe takes where nothing is given;
    `--help` shows them.
    """
    return in_place_of("settings", _common_options(defaults), PANEL, partial(settings_of, defaults))


def settings_of(
    defaults: TrainingSettings,
    *,
    rate: float | None,
    lora: bool,
    rank: int | None,
    alpha: int | None,
    targets: str | None,
    **chosen: Any,
) -> TrainingSettings:
    """Returns the settings of one run; None stands for an option that was not given.

    Raises BadValue outside their ranges, or for half of LoRA.

    >>> options = {"rate": None, "lora": True, "rank": 4, "alpha": None, "targets": None, "epochs": 2.0}
    >>> settings_of(TrainingSettings(), **options).lora.alpha
    8
    """
    lora_options = {"--rank": rank, "--alpha": alpha, "--targets": targets}
    if not lora:
        if half := [name for name, value in lora_options.items() if value is not None]:
            raise BadValue(f"{half[0]} is for adapters; give --lora too")
        return replace(defaults, rate=defaults.rate if rate is None else rate, lora=None, **chosen)
    usual = LoraSettings()
    rank = usual.rank if rank is None else rank
    adapters = LoraSettings(
        rank=rank,
        alpha=2 * rank if alpha is None else alpha,
        targets=usual.targets if targets is None else tuple(name.strip() for name in targets.split(",")),
    )
    return replace(defaults, rate=rate, lora=adapters, **chosen)


def _option(name: str, type_: Any, default: Any, metavar: str, help: str) -> SharedOption:
    return SharedOption(name, f"--{name}", type_, default, metavar or None, help)


def _common_options(defaults: TrainingSettings) -> list[SharedOption]:
    usual = LoraSettings()
    rates = f"Default: {defaults.peak_rate:g}, with --lora {DEFAULT_LORA_RATE:g}."
    window = "Most word pieces of a text or chunk; the rest of a text is cut off."
    patience = "Stop after N evaluations without gain, 0 for never; the best weights stay."
    lora = "Train low-rank adapters alone: a few MB, stored apart and merged in."
    targets = f"Adapted modules, with commas. Default: {','.join(usual.targets)}."
    return [
        _option("epochs", float, defaults.epochs, "N", "Passes over the examples, at most."),
        _option("batch", int, defaults.batch, "N", "Examples a step."),
        _option(
            "accumulate", int, defaults.accumulate, "N", "Batches whose gradients are added up to one step."
        ),
        _option("rate", float | None, None, "X", f"Highest learning rate. {rates}"),
        _option(
            "dropout", float | None, defaults.dropout, "P", "Dropout in the model. Default: the model's own."
        ),
        _option("window", int, defaults.window, "N", window),
        _option("patience", int, defaults.patience, "N", patience),
        _option("seed", int, defaults.seed, "N", "Same seed, same weights."),
        _option("lora", bool, False, "", lora),
        _option("rank", int | None, None, "N", f"Rank of the adapters. Default: {usual.rank}."),
        _option(
            "alpha",
            int | None,
            None,
            "N",
            "Adapters count alpha / rank. Default: twice the rank.",
        ),
        _option("targets", str | None, None, "NAMES", targets),
    ]
