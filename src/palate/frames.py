"""Frames: results as data frames and as tables of HTML, for notebooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from palate.errors import MissingExtra

if TYPE_CHECKING:
    from pandas import DataFrame

MAX_ROWS = 50  # of a table that a notebook shows
MAX_CHARACTERS = 120  # of a cell there


def frame(columns: Mapping[str, Sequence[Any]]) -> DataFrame:
    """Returns columns of equal length as a data frame of pandas. Raises MissingExtra without [insight]."""
    try:
        import pandas
    except ModuleNotFoundError:
        raise MissingExtra("a data frame", "insight") from None
    return pandas.DataFrame(dict(columns))


def table_html(columns: Mapping[str, Sequence[Any]], caption: str = "") -> str:
    """Returns the first rows of some columns as a table for `_repr_html_`, everything escaped.

    >>> table_html({"id": ["a"], "n": [2]}, "Texts")
    '<table><caption>Texts</caption><thead><tr><th>id</th><th>n</th></tr></thead><tbody><tr><td>a</td><td>2</td></tr></tbody></table>'
    """
    names = "".join(f"<th>{escape(name)}</th>" for name in columns)
    lines = list(zip(*columns.values(), strict=True))
    cells = ["".join(f"<td>{escape(_shown(value))}</td>" for value in line) for line in lines[:MAX_ROWS]]
    rows = "".join(f"<tr>{row}</tr>" for row in cells)
    if len(lines) > MAX_ROWS:
        rows += f'<tr><td colspan="{len(columns)}">and {len(lines) - MAX_ROWS:,} more</td></tr>'
    head = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{head}<thead><tr>{names}</tr></thead><tbody>{rows}</tbody></table>"


def _shown(value: Any) -> str:
    shown = f"{value:.4g}" if isinstance(value, float) else str(value)
    return shown if len(shown) <= MAX_CHARACTERS else f"{shown[: MAX_CHARACTERS - 1]}…"
