"""`palate export`, `import`, `backup` and `doctor`: a store as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from palate.cli import show
from palate.cli.files import export_lines, whole_file
from palate.cli.options import (
    JsonOption,
    StoreOption,
    open_library,
    open_without_encoder,
    store_path,
    wants_json,
)
from palate.shapes import finding_shape


def export(
    ctx: typer.Context,
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE|-", help="The file to write, compressed for .gz. Default: standard output."
        ),
    ] = "-",
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Writes the whole store as JSON Lines: texts, vectors, readers and judgements.

    palate import reads them.

    Example: palate export everything.jsonl.gz
    """
    with open_without_encoder(ctx, store) as opened:
        if file == "-":
            with show.stdout("utf-8") as out:
                opened.export(out)
            return
        with whole_file(Path(file)) as out:
            n_lines = opened.export(out)
    if wants_json(ctx, json):
        show.out_json({"lines": n_lines, "path": file})
    else:
        show.note(f"{n_lines} lines are in {file}")


def import_(
    ctx: typer.Context,
    file: Annotated[
        str, typer.Argument(metavar="FILE|-", help="A file that palate export wrote; - is standard input.")
    ],
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Reads what palate export wrote into a new or empty store, all of it or nothing.

    Example: palate --store copy.db import everything.jsonl.gz
    """
    from palate.open_store import import_store

    with export_lines(file) as lines:
        path = store_path(ctx, store, create=True)
        n_lines = import_store(path, lines)
    if wants_json(ctx, json):
        show.out_json({"lines": n_lines})
    else:
        show.note(f"{n_lines} lines are in {path}")


def backup(
    ctx: typer.Context,
    path: Annotated[
        Path,
        typer.Argument(metavar="PATH", help="The copy, a file that is not there yet.", show_default=False),
    ],
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Copies the store to a new file, also while it is in use.

    The copy opens like any store.

    Example: palate backup monday.db
    """
    with open_without_encoder(ctx, store) as opened:
        opened.back_up(path)
    n_bytes = path.stat().st_size
    if wants_json(ctx, json):
        show.out_json({"path": str(path), "bytes": n_bytes})
    else:
        show.note(f"{path} is a copy of {store_path(ctx, store)}, {n_bytes / 1e6:.1f} MB")


def doctor(ctx: typer.Context, store: StoreOption = None, json: JsonOption = False) -> None:
    """Checks whether the store is whole, and tells what mends it.

    The exit code is 1 if a check fails.

    Example: palate doctor
    """
    with open_library(ctx, store, any_encoder=True) as library:
        findings = library.examine()
    for finding in findings:
        if wants_json(ctx, json):
            show.out_json(finding_shape(finding))
        else:
            mend = f"; to mend it: {finding.mend}" if finding.mend else ""
            line = show.clean(f"{finding.check}: {finding.detail}{mend}")
            show.out(f"{'ok' if finding.ok else 'BAD':<4}{line}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)
