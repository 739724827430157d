"""`palate rank`: the best texts for a reader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from palate.cli import show
from palate.cli.filters import with_filters
from palate.cli.options import (
    MAIN,
    JsonOption,
    LimitOption,
    ReaderOption,
    StoreOption,
    TasteOption,
    listing,
    open_library,
    open_reader,
    wants_json,
)
from palate.cli.tables import show_hits

if TYPE_CHECKING:
    from palate.library import Library


@with_filters
def rank(
    ctx: typer.Context,
    limit: LimitOption = 20,
    all: Annotated[
        bool, typer.Option("--all", help="Includes texts that were judged or skipped before.")
    ] = False,
    diverse: Annotated[
        bool, typer.Option("--diverse", help="Shows unlike texts first, of the best 100.")
    ] = False,
    only: Any = None,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Ranks the texts for a reader, best first: score from 0 to 100, its standard deviation, id, title,
    source, date and how the text begins.

    Texts that were judged or skipped are left out unless --all is given. Near-copies are folded under the
    first of them. A text may be judged by its number: palate like 3.

    Example: palate rank --limit 5

    Example: palate rank --since 7d --source example.org --diverse
    """
    with open_library(ctx, store) as library:
        hits = open_reader(ctx, library, reader, taste).rank(limit, all=all, diverse=diverse, **only)
        listing(ctx, library, reader, taste).keep(hit.text.id for hit in hits)
        show_hits(hits, as_json=wants_json(ctx, json), numbered=True)
        if not hits:
            filtered = any(value is not None for value in only.values())
            show.note("no text that is left fits the filters" if filtered else nothing_left(library))
        if not hits.exact:
            show.note_dimly("not exact yet: a text that is not shown may belong here; rank again in a moment")


def nothing_left(library: Library) -> str:
    """Returns why there is no text to show, and what to do."""
    if library.n_texts:
        return "every text is judged or skipped; palate rank --all shows them, palate add brings new ones"
    return "there are no texts yet; add some with: palate add SOURCE"
