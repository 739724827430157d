"""Help texts as paragraphs that fit any terminal, whatever the line length of their docstrings."""

from __future__ import annotations

from typing import Any


def unwrap(text: str) -> str:
    """Joins the lines of each paragraph; a paragraph with indented lines stays as it is.

    >>> unwrap("Ranks the texts,\\nbest first.\\n\\nSteps:\\n  palate rank")
    'Ranks the texts, best first.\\n\\nSteps:\\n  palate rank'
    """
    paragraphs = text.split("\n\n")
    return "\n\n".join(p if "\n " in p else " ".join(p.split("\n")) for p in paragraphs)


def unwrap_help(command: Any) -> None:
    """Unwraps the help of a command and of all commands below it."""
    if command.help:
        command.help = unwrap(command.help)
    for inner in getattr(command, "commands", {}).values():
        unwrap_help(inner)
