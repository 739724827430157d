"""`palate index`: which index of vectors a store is searched with, and building it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from palate.cli import show
from palate.cli.options import JsonOption, StoreOption, open_library, wants_json
from palate.cli.progress_bar import progress_bar

if TYPE_CHECKING:
    from palate.indexing import IndexInfo


def info(ctx: typer.Context, store: StoreOption = None, json: JsonOption = False) -> None:
    """Shows which index is used and why, its size, what it finds of what there is, and how fast.

    Below 200,000 texts, or without the extra [index], search compares with every text, which is exact. What
    is found is measured on 100 texts of the store as queries, against an exact search.

    Example: palate index info
    """
    with open_library(ctx, store) as library:
        _show(library.index_info(), as_json=wants_json(ctx, json))


def build(ctx: typer.Context, store: StoreOption = None, json: JsonOption = False) -> None:
    """Builds the index now, or takes into it the texts that came and went since.

    Without it the index is built by palate add, or in the background by a process that searches again.
    Stopped, it leaves the one before in use. A store of fewer than 200,000 texts needs none: exit code 1.

    Example: palate index build
    """
    with open_library(ctx, store) as library, progress_bar("building the index") as update:
        made = library.build_index(update)
    _show(made, as_json=wants_json(ctx, json))


def _show(info: IndexInfo, *, as_json: bool) -> None:
    if as_json:
        show.out_json(info.shape())
        return
    show.out(f"{info.kind}: {info.why}")
    show.out(f"{info.texts:,} texts; an exact search takes {info.exact_ms:g} ms")
    if info.kind == "exact":
        return
    show.out(
        f"{info.indexed:,} are in the index, in {info.lists:,} lists;"
        f" {info.texts - info.indexed:,} are compared one by one"
    )
    show.out(f"{info.file_bytes / 1e6:.0f} MB in the cache, mapped and shared by all processes")
    show.out(
        f"{info.found_share:.3f} of the 10 nearest are found in {info.search_ms:g} ms"
        f" ({show.plural(info.queries, 'text')} as queries)"
    )


app = typer.Typer(no_args_is_help=True, help="Shows or builds the index that find uses in large stores.")
app.command("info")(info)
app.command("build")(build)
