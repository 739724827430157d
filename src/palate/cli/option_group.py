"""Option groups: options that several commands share, put in the place of one parameter of each."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Annotated, Any, NamedTuple, get_type_hints

import typer

Command = Callable[..., None]


class SharedOption(NamedTuple):
    """One option. name: of the value that `make` gets. option: as it is typed."""

    name: str
    option: str
    type: Any
    default: Any
    metavar: str | None
    help: str


def in_place_of(
    parameter: str, options: Sequence[SharedOption], panel: str, make: Callable[..., Any]
) -> Callable[[Command], Command]:
    """Returns a decorator that puts options in the place of a command's parameter, which gets what `make`
    returns for their values.

    panel: the heading over them in the help. Each is a real parameter, so that typer checks its type.
    """

    def decorate(command: Command) -> Command:
        signature = inspect.signature(command)
        hints = get_type_hints(command, include_extras=True)

        @wraps(command)
        def run(**values: Any) -> None:
            chosen = {option.name: values.pop(option.name) for option in options}
            command(**values, **{parameter: make(**chosen)})

        parameters: list[inspect.Parameter] = []
        for own in signature.parameters.values():
            shared = [_parameter(option, panel) for option in options]
            parameters += shared if own.name == parameter else [own.replace(annotation=hints[own.name])]
        parameters = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in parameters]
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # what typer reads
        run.__annotations__ = {each.name: each.annotation for each in parameters}
        return run

    return decorate


def _parameter(option: SharedOption, panel: str) -> inspect.Parameter:
    settings = typer.Option(option.option, metavar=option.metavar, help=option.help, rich_help_panel=panel)
    annotation: Any = Annotated[option.type, settings]
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(option.name, kind, default=option.default, annotation=annotation)
