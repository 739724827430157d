"""What every training may be given: its data, the model it starts from, and one form of the settings."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from palate.errors import BadValue
from palate.training.run.settings import LORA_RATE, LoraSettings, Settings

FILE = "CSV, TSV or JSON Lines, also with .gz, or Parquet"
PANEL = "How it is trained"

DataOption = Annotated[
    Path, typer.Option("--data", metavar="FILE", help=f"Examples: {FILE}.", show_default=False)
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
        help="Folder for what is made. Repeat a stopped command to go on.",
        show_default=False,
    ),
]
EncoderOption = Annotated[
    str,
    typer.Option(
        "--encoder",
        metavar="NAME",
        help="Start: minilm, a model's folder, what palate trained, or a hub name.",
    ),
]
TextColumnOption = Annotated[
    str, typer.Option("--text-column", metavar="NAME", help="The column with the text.")
]
LabelColumnOption = Annotated[
    str, typer.Option("--label-column", metavar="NAME", help="The column with the label.")
]

Command = Callable[..., None]


def with_settings(defaults: Settings) -> Callable[[Command], Command]:
    """Put the common options in the place of a command's parameter `settings`: one form for all trainings.

    defaults: what the recipe takes where nothing is given; `--help` shows them. The command is handed ready
    Settings."""

    def put(command: Command) -> Command:
        own, hints = inspect.signature(command), get_type_hints(command, include_extras=True)
        common = _common(defaults)

        @wraps(command)
        def run(**given: Any) -> None:
            chosen = {option.name: given.pop(option.name) for option in common}
            command(**given, settings=settings_of(defaults, **chosen))

        shown: list[inspect.Parameter] = []
        for parameter in own.parameters.values():
            its = [parameter.replace(annotation=hints[parameter.name])]
            shown += common if parameter.name == "settings" else its
        shown = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in shown]
        run.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]  # what typer reads
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in shown}
        return run

    return put


def settings_of(
    defaults: Settings,
    *,
    rate: float | None,
    lora: bool,
    rank: int | None,
    alpha: int | None,
    targets: str | None,
    **chosen: Any,
) -> Settings:
    """The settings of one run; None is what was not given. Raises BadValue outside their ranges, or for half
    of LoRA.

    >>> settings_of(Settings(), rate=None, lora=True, rank=4, alpha=None, targets=None, epochs=2.0).lora.alpha
    8
    """
    given = {"--rank": rank, "--alpha": alpha, "--targets": targets}
    if not lora:
        if half := [name for name, value in given.items() if value is not None]:
            raise BadValue(f"{half[0]} is for adapters; give --lora too")
        return replace(defaults, rate=defaults.rate if rate is None else rate, lora=None, **chosen)
    usual = LoraSettings()
    adapters = LoraSettings(
        rank=usual.rank if rank is None else rank,
        alpha=alpha if alpha is not None else 2 * (usual.rank if rank is None else rank),
        targets=usual.targets if targets is None else tuple(name.strip() for name in targets.split(",")),
    )
    return replace(defaults, rate=rate, lora=adapters, **chosen)


def _common(defaults: Settings) -> list[inspect.Parameter]:
    """The options as typer reads them."""
    usual = LoraSettings()
    peak = f"Highest learning rate. Default: {defaults.peak_rate:g}, with --lora {LORA_RATE:g}."
    options: list[tuple[str, Any, Any, str, str]] = [
        ("epochs", float, defaults.epochs, "N", "Passes over the examples, at most."),
        ("batch", int, defaults.batch, "N", "Examples a step."),
        ("accumulate", int, defaults.accumulate, "N", "Batches whose gradients are added up to one step."),
        ("rate", float | None, None, "X", peak),
        ("dropout", float | None, defaults.dropout, "P", "Dropout in the model. Default: the model's own."),
        (
            "window",
            int,
            defaults.window,
            "N",
            "Most word pieces of a text or chunk; the rest of a text is cut off.",
        ),
        (
            "patience",
            int,
            defaults.patience,
            "N",
            "Stop after N evaluations without gain, 0 for never; the best weights stay.",
        ),
        ("seed", int, defaults.seed, "N", "Same seed, same weights."),
        ("lora", bool, False, "", "Train low-rank adapters alone: a few MB, kept apart and merged in."),
        ("rank", int | None, None, "N", f"Rank of the adapters. Default: {usual.rank}."),
        ("alpha", int | None, None, "N", "What adapters add counts alpha / rank. Default: twice the rank."),
        (
            "targets",
            str | None,
            None,
            "NAMES",
            f"Adapted modules, with commas. Default: {','.join(usual.targets)}.",
        ),
    ]
    found = []
    for name, kind, default, metavar, help in options:
        option = typer.Option(f"--{name}", metavar=metavar or None, help=help, rich_help_panel=PANEL)
        annotation: Any = Annotated[kind, option]
        found.append(
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        )
    return found
