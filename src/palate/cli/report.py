"""`palate report`: one page on a pile of texts, and on what a reader likes of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from palate.cli import show
from palate.cli.files import whole_file
from palate.cli.options import (
    MAIN,
    JsonOption,
    StoreOption,
    TasteOption,
    given,
    open_library,
    open_reader,
    wants_json,
)

if TYPE_CHECKING:
    from palate.report.section import Report

PAGE = Path("report.html")


def report(
    ctx: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE", help="A plain file or folder. Default: the store.", show_default=False
        ),
    ] = None,
    reader: Annotated[
        str | None,
        typer.Option(
            "--reader", metavar="NAME", help="Adds what this reader of the store likes, and how sure that is."
        ),
    ] = None,
    taste: TasteOption = MAIN,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Names the page. Default: report.html, none with --json."),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Seeds topics and map.")] = 0,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Writes one page on a pile of texts: what is in it, topics, map, outliers; with --reader also what that
    reader likes and how sure we are.

    The page loads nothing, prints, and opens on a phone. With a reader it shows values with their doubt,
    words and topics liked and disliked, blind spots that were never judged, what was found, the contest,
    calibration and learning curve.

    Example: palate report --reader me --out me.html

    Example: palate report papers.csv
    """
    as_json = wants_json(ctx, json)
    name = reader or given(ctx).reader
    found = _report(ctx, file, name, taste, store, seed)
    path = out or (None if as_json else PAGE)
    if path is not None:
        with whole_file(path) as page:
            page.write(found.html())
    if as_json:
        show.out_json(found.shape())
    else:
        for section in found.sections:
            show.out(f"{section.short}: {' '.join(section.sentences) or section.lacking}")
    if path is not None:
        show.note(f"{path} is the report; open it in a browser")


def _report(
    ctx: typer.Context, file: Path | None, name: str | None, taste: str, store: Path | None, seed: int
) -> Report:
    from palate.report.pile import read_pile, stored_pile
    from palate.report.profile import profile_of
    from palate.report.report import report_of
    from palate.report.stored_topics import follow_topics

    if file is not None and name is None:
        return report_of(read_pile(file), profile=profile_of(file), seed=seed)
    with open_library(ctx, store) as library:
        reader = None if name is None else open_reader(ctx, library, name, taste)
        if file is None:
            return report_of(
                stored_pile(library),
                reader,
                profile=profile_of(library),
                find_topics=lambda: follow_topics(library, seed=seed),
                seed=seed,
            )
        pile = read_pile(file, encoder=library.encoder_name or "static")
        return report_of(pile, reader, profile=profile_of(file), seed=seed)
