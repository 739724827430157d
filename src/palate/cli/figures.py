"""Figures: what a replay measured, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from palate.cli import show

if TYPE_CHECKING:
    from palate.evaluation.row import Row


def show_rows(rows: Sequence[Row]) -> None:
    """In a terminal a table for each data set: a line for each system, a column for each k or metric; else a line a row."""
    if not show.is_terminal():
        for row in rows:
            k = "" if row.k is None else str(row.k)
            figures = [f"{figure:.4f}" for figure in (row.mean, row.low, row.high)]
            show.out("\t".join([row.protocol, show.clean(row.data), row.system, k, row.metric, *figures, str(row.n)]))
        return
    by_table: dict[str, list[tuple[str, str, Row]]] = {}
    for row in rows:
        if row.k is None:
            by_table.setdefault(row.data, []).append((row.system, row.metric, row))
        else:
            by_table.setdefault(f"{row.data}: {row.metric} after k judgements", []).append((row.system, f"k={row.k}", row))
    for name, entries in by_table.items():
        _figures(name, entries)
    show.terminal().print("± is half of the 95 % bootstrap interval; palate is what a reader is served", style="dim")


def _figures(name: str, entries: Sequence[tuple[str, str, Row]]) -> None:
    from rich.table import Table

    looks: dict[str, Any] = {"box": None, "header_style": "dim", "padding": (0, 2, 0, 0)}
    table = Table(title=show.clean(name), title_justify="left", title_style="bold", **looks)
    table.add_column("system", no_wrap=True)
    columns = list(dict.fromkeys(column for _, column, _ in entries))
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    cells = {(system, column): row for system, column, row in entries}
    for system in dict.fromkeys(system for system, _, _ in entries):
        found = [cells.get((system, column)) for column in columns]
        table.add_row(system, *[_figure(row) if row else "" for row in found], style="bold" if system == "palate" else "")
    show.terminal().print(table)
    show.terminal().print()


def _figure(row: Row) -> str:
    decimals = 0 if row.metric == "last" else 3
    spread = f" ±{(row.high - row.low) / 2:.{decimals}f}" if row.high > row.low else ""
    return f"{row.mean:.{decimals}f}{spread}"
