"""Help texts: paragraphs that fit any terminal, whatever the line length of their docstrings, and words in
place of types of Python.
"""

from __future__ import annotations

from copy import copy
from typing import Any

HELP_OPTIONS = ["-h", "--help"]


def unwrap(text: str) -> str:
    """Joins the lines of each paragraph; a paragraph with indented lines stays as it is.

    >>> unwrap("Ranks the texts,\\nbest first.\\n\\nSteps:\\n  palate rank")
    'Ranks the texts, best first.\\n\\nSteps:\\n  palate rank'
    """
    paragraphs = text.split("\n\n")
    return "\n\n".join(p if "\n " in p else " ".join(p.split("\n")) for p in paragraphs)


def mend_parameter(parameter: Any) -> None:
    """Names no type in the help of one option or argument."""
    if parameter.param_type_name == "argument":
        parameter.type = copy(parameter.type)  # which others have too
        parameter.type.get_metavar = lambda param, ctx: ""  # noqa: ARG005  # its name says it
    elif not parameter.is_flag and not parameter.metavar:
        parameter.metavar = "|".join(getattr(parameter.type, "choices", ())) or None


def mend_help(command: Any) -> None:
    """Unwraps the help of a command and of all commands below it, and names no types in it: a switch has
    none, a choice shows its words, an argument its name. Parameters are mended when help is asked for.
    """
    if command.help:
        command.help = unwrap(command.help)
    shown = command.format_help

    def format_help(ctx: Any, formatter: Any) -> Any:
        for parameter in command.get_params(ctx):
            mend_parameter(parameter)
        return shown(ctx, formatter)

    command.format_help = format_help
    for inner in getattr(command, "commands", {}).values():
        mend_help(inner)
