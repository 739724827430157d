"""The options of every command that writes: how tokens are chosen and when a draft ends."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, NamedTuple, get_type_hints

import typer

from palate.model.sampling import Sampling

PANEL = "How tokens are chosen"
Command = Callable[..., None]


class _Option(NamedTuple):
    field: str
    option: str
    type: Any
    metavar: str
    help: str


OPTIONS = (
    _Option(
        "temperature", "--temperature", float, "T", "Divides logits: lower is surer, 0 takes the likeliest."
    ),
    _Option("top_k", "--top-k", int, "K", "Keeps so many of the likeliest tokens; 0 for all."),
    _Option("top_p", "--top-p", float, "P", "Keeps the likeliest tokens that come to this share."),
    _Option("min_p", "--min-p", float, "P", "Keeps tokens at least this share as likely as the likeliest."),
    _Option(
        "repetition_penalty", "--repetition-penalty", float, "R", "Above 1 makes tokens rarer that are there."
    ),
    _Option("stop", "--stop", list[str], "STRING", "Ends a draft before this string; may be repeated."),
    _Option(
        "stop_tokens", "--stop-token", list[str], "TOKEN", "Ends a draft at this token; may be repeated."
    ),
    _Option("new_tokens", "--max-new-tokens", int, "N", "Writes at most so many tokens."),
    _Option(
        "length", "--max-length", int | None, "N", "The limit with the prompt, in place of --max-new-tokens."
    ),
    _Option("seed", "--seed", int, "N", "Same seed, same draft, with the same version, precision and count."),
)


def with_sampling(command: Command) -> Command:
    """Puts the options of sampling in the place of a command's parameter `sampling`, a Sampling."""
    signature = inspect.signature(command)
    hints = get_type_hints(command, include_extras=True)

    @wraps(command)
    def run(**values: Any) -> None:
        chosen = {option.field: values.pop(option.field) for option in OPTIONS}
        lists = {name: tuple(chosen[name]) for name in ("stop", "stop_tokens")}
        command(**values, sampling=Sampling(**{**chosen, **lists}))

    parameters: list[inspect.Parameter] = []
    for parameter in signature.parameters.values():
        own = [parameter.replace(annotation=hints[parameter.name])]
        parameters += _parameters() if parameter.name == "sampling" else own
    parameters = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in parameters]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # what typer reads
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run


def _parameters() -> list[inspect.Parameter]:
    usual = Sampling()
    parameters = []
    for option in OPTIONS:
        default = getattr(usual, option.field)
        settings = typer.Option(
            option.option, metavar=option.metavar, help=option.help, rich_help_panel=PANEL
        )
        parameters.append(
            inspect.Parameter(
                option.field,
                inspect.Parameter.KEYWORD_ONLY,
                default=list(default) if isinstance(default, tuple) else default,
                annotation=Annotated[option.type, settings],
            )
        )
    return parameters
