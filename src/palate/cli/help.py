"""Help texts: paragraphs that fit any terminal, whatever the line length of their docstrings, and words in
place of types of Python.
"""

from __future__ import annotations

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
    choices = parameter.type_descriptor.choices
    if parameter.param_type_name == "argument":
        parameter.display_type_rich = lambda ctx: ""  # noqa: ARG005  # its name says it
    elif parameter.is_flag:
        parameter.metavar = ""
    elif choices and not parameter.metavar:
        parameter.metavar = "|".join(map(str, choices))


def mend_help(command: Any) -> None:
    """Unwraps the help of a command and of all commands below it, and names no types in it: a switch has
    none, a choice shows its words, an argument its name.
    """
    from typer import Context

    if command.help:
        command.help = unwrap(command.help)
    context = Context(command, help_option_names=HELP_OPTIONS)
    for parameter in command.get_params(context):
        mend_parameter(parameter)
    for inner in getattr(command, "commands", {}).values():
        mend_help(inner)
