"""Figures: what a replay measured, as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from palate.cli import show

if TYPE_CHECKING:
    from palate.evaluation.result_row import ResultRow

WIDE = 100  # columns of a terminal in which intervals fit beside means
LEGEND = "+ better than palate, which is what a reader is served; - worse; = not told apart by the paired 95 % interval"


def show_rows(rows: Sequence[ResultRow]) -> None:
    """In a terminal a table for each data set: a line for each system, a column for each k or metric; else a
    line a row.
    """
    if not show.is_terminal():
        for row in rows:
            k = "" if row.k is None else str(row.k)
            figures = [f"{figure:.4f}" for figure in (row.mean, row.low, row.high)]
            less = row.palate_minus
            ahead = [f"{figure:.4f}" for figure in (less.mean, less.low, less.high)] if less else ["", "", ""]
            show.out(
                "\t".join(
                    [
                        row.protocol,
                        show.clean(row.data),
                        row.system,
                        k,
                        row.metric,
                        *figures,
                        str(row.n),
                        *ahead,
                    ]
                )
            )
        return
    by_table: dict[str, list[tuple[str, str, ResultRow]]] = {}
    for row in rows:
        if row.k is None:
            by_table.setdefault(row.data, []).append((row.system, row.metric, row))
        else:
            given = "likes" if row.protocol == "library" else "judgements"
            by_table.setdefault(f"{row.data}: {row.metric} after k {given}", []).append(
                (row.system, f"k={row.k}", row)
            )
    for name, entries in by_table.items():
        _figures(name, {(system, column): row for system, column, row in entries})
    spreads = "; ± is half of a figure's own interval" if show.terminal().width >= WIDE else ""
    show.terminal().print(LEGEND + spreads, style="dim")


def _figures(name: str, cells: Mapping[tuple[str, str], ResultRow]) -> None:
    """One table, the best system of the deciding column first: of the largest k, or the first metric."""
    from rich.table import Table

    looks: dict[str, Any] = {"box": None, "header_style": "dim", "padding": (0, 2, 0, 0)}
    table = Table(**looks)
    table.add_column("system", no_wrap=True)
    terminal = show.terminal()
    columns = list(dict.fromkeys(column for _, column in cells))
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    decides = columns[-1] if columns[0].startswith("k=") else columns[0]
    for system in sorted(
        dict.fromkeys(system for system, _ in cells),
        key=lambda system: _badness(cells.get((system, decides))),
    ):
        found = [cells.get((system, column)) for column in columns]
        texts = [_figure(row, terminal.width >= WIDE) if row else "" for row in found]
        table.add_row(system, *texts, style="bold" if system == "palate" else "")
    terminal.print(show.clean(name), style="bold")
    terminal.print(table)
    terminal.print()


def _badness(row: ResultRow | None) -> float:
    from palate.evaluation.result_row import LOWER_IS_BETTER

    if row is None:
        return float("inf")
    return row.mean if row.metric in LOWER_IS_BETTER else -row.mean


def _figure(row: ResultRow, spread_too: bool) -> str:
    decimals = 0 if row.metric == "last" else 3
    spread = f" ±{(row.high - row.low) / 2:.{decimals}f}" if spread_too and row.high > row.low else ""
    return f"{row.mean:.{decimals}f}{spread} {_standing(row)}"


def _standing(row: ResultRow) -> str:
    """How a system stands to palate; a single run tells nothing."""
    from palate.evaluation.result_row import LOWER_IS_BETTER

    if row.palate_minus is None or row.palate_minus.n == 1:
        return " "
    if row.palate_minus.low <= 0 <= row.palate_minus.high:
        return "="
    return "+" if (row.palate_minus.mean > 0) == (row.metric in LOWER_IS_BETTER) else "-"
