"""Confirmation: a question before a deed that cannot be undone."""

import sys

import typer

from palate.cli.show import clean
from palate.errors import BadValue


def can_ask() -> bool:
    """Tells whether somebody can answer."""
    return sys.stdin.isatty()


def confirmed(question: str, deed: str) -> bool:
    """Asks on stderr for a yes. Raises BadValue where nobody can answer: then --yes is needed."""
    if not can_ask():
        raise BadValue(f"{deed} cannot be undone; add --yes if it is meant")
    return typer.confirm(clean(question), err=True)
