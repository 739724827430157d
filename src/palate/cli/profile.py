"""`palate profile`: what a file or store holds, and what is wrong with it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from palate.cli import show
from palate.cli.options import JsonOption, StoreOption, open_library, wants_json
from palate.cli.piles import FileArgument
from palate.errors import BadFolder

if TYPE_CHECKING:
    from palate.report.table_profile import Profile

MAX_COLUMNS = 40  # in a terminal


def profile(
    ctx: typer.Context,
    file: FileArgument = None,
    against: Annotated[
        Path | None,
        typer.Option(
            "--against",
            metavar="FILE",
            help="A file of which no text should be in the first, such as a test part.",
        ),
    ] = None,
    label: Annotated[
        str | None,
        typer.Option(
            "--label", metavar="COLUMN", help="The column of classes; found by its name without it."
        ),
    ] = None,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Writes a page, too.")] = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Describe every column and the texts of a file or store, and warn of what is wrong, with the mend.

    Example: palate profile train.csv --against test.csv

    Example: palate profile papers.csv --html papers.html
    """
    from palate.report.profile import profile_of

    if file is not None:
        found = profile_of(file, against=against, label=label)
    else:
        with open_library(ctx, store) as library:
            found = profile_of(library, against=against, label=label)
    if html is not None:
        try:
            html.write_text(found.html(), "utf-8")
        except OSError as error:
            raise BadFolder(f"{html} cannot be written: {error.strerror}; name another file") from None
        show.note(f"page: {html}")
    show.out_json(found.shape()) if wants_json(ctx, json) else _show(found)


def _show(found: Profile) -> None:
    show.out(f"{show.clean(found.name)}: {found.n_rows:,} rows, {len(found.columns):,} columns")
    headings = ("column", "kind", "filled", "missing", "unique", "mean", "sd", "least", "median", "most")
    lines = [
        (
            show.clean(column.name),
            column.kind,
            str(column.count),
            str(column.missing),
            str(column.unique),
            *map(_short, (column.mean, column.sd, column.low)),
            _short(column.quantiles[2]) if column.quantiles else "",
            _short(column.high),
        )
        for column in found.columns[:MAX_COLUMNS]
    ]
    show.out_table(headings, lines, left=("column", "kind"))
    if len(found.columns) > MAX_COLUMNS:
        show.note(f"and {len(found.columns) - MAX_COLUMNS:,} more columns; all of them with --json or --html")
    n_told = sum(found.languages.values())
    of = f" of {n_told:,} texts" if n_told < found.n_rows else ""
    show.out(f"languages{of}: " + ", ".join(f"{name} {n:,}" for name, n in list(found.languages.items())[:6]))
    if found.balance:
        shown = [f"{show.clean(name)} {n:,}" for name, n in list(found.balance.items())[:8]]
        show.out(f"classes of {show.clean(found.label)}: {', '.join(shown)}")
    for warning in found.warnings:
        show.out(f"! {show.clean(warning.message)}")
        show.out(f"  {show.clean(warning.mend)}")
    if not found.warnings:
        show.out("nothing is wrong that could be seen")


def _short(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.4g}"
