"""`palate profile`: what a file or store holds, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from palate.cli import show
from palate.cli.files import whole_file
from palate.cli.options import JsonOption, StoreOption, open_library, wants_json

if TYPE_CHECKING:
    from palate.library import Library
    from palate.report.table_profile import Profile


def profile(
    ctx: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE", help="A table, or any file or folder that palate add reads. Default: the store."
        ),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(
            "--against",
            metavar="FILE2",
            help="Finds the texts that stand in a second file, too, such as the test part.",
        ),
    ] = None,
    label: Annotated[
        str | None,
        typer.Option(
            "--label",
            metavar="COLUMN",
            help="Names the column of classes. Default: label, class, target and the like.",
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Writes the profile as one page that needs no network."),
    ] = None,
    mend: Annotated[
        Path | None,
        typer.Option(
            "--mend",
            metavar="FILE",
            help="Writes the rows without what can be mended: CSV, or JSON Lines for .jsonl.",
        ),
    ] = None,
    leave_out: Annotated[
        list[str] | None,
        typer.Option(
            "--leave-out", metavar="COLUMN", help="With --mend: a column that is not written; may come again."
        ),
    ] = None,
    scale: Annotated[
        bool, typer.Option("--scale", help="With --mend: writes the columns of numbers on one scale.")
    ] = False,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Describes every column of a table, and warns of copies, leaks, rare classes, scales and broken letters.

    Each warning comes with the command that mends it. Without FILE the texts of the store are described.
    Nothing is stored, and FILE stays as it is.

    Example: palate profile train.csv --against test.csv --label topic --html profile.html

    Example: palate profile train.csv --against test.csv --mend mended.csv
    """
    if mend is None and (leave_out or scale):
        raise typer.BadParameter("--leave-out and --scale say what --mend writes; add --mend OUT", ctx)
    library = open_library(ctx, store) if file is None else None
    try:
        from palate.report.profile import profile_of

        source = file or library
        assert source is not None
        found = profile_of(source, against=against, label=label)
        if mend is not None:
            _mend(found, source, mend, leave_out or [], scale=scale)
    finally:
        if library:
            library.close()
    if html is not None:
        from palate.report.profile_page import profile_page

        with whole_file(html) as page:
            page.write(profile_page(found))
    if wants_json(ctx, json):
        show.out_json(found.shape())
    elif html is None and mend is None:
        from palate.cli.profile_view import show_profile

        show_profile(found)
    if html is not None:
        warnings = show.plural(len(found.warnings), "warning")
        show.note(f"{html} shows {found.n_rows:,} rows and {warnings}; open it in a browser")


def _mend(found: Profile, source: Path | Library, out: Path, leave_out: list[str], *, scale: bool) -> None:
    from palate.report.mended_table import write_mended

    names = [suffix.lower() for suffix in out.suffixes]
    with whole_file(out) as file:
        done = write_mended(
            found,
            source,
            file,
            lines=bool({".jsonl", ".ndjson"} & set(names)),
            leave_out=leave_out,
            scale=scale,
        )
    reasons = {
        "copies": done.copies,
        "that stand in " + found.against_name: done.leaks,
        "whose labels differ": done.conflicts,
        "without a label": done.unlabelled,
        "that cannot be read": len(found.skipped),
    }
    gone = ", ".join(f"{n:,} {reason}" for reason, n in reasons.items() if n)
    show.note(
        f"{out} has {done.written:,} of {found.n_rows + len(found.skipped):,} rows"
        + (f"; left out: {gone}" if gone else "")
    )
    if done.cells:
        show.note(f"{show.plural(done.cells, 'cell')} mended")
    if done.scaled:
        show.note(f"scaled: {', '.join(done.scaled)}")
