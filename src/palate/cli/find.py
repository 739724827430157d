"""`palate find`: stored texts by words and meaning, of those that a filter keeps."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from palate.cli import show
from palate.cli.filters import with_filters
from palate.cli.options import (
    JsonOption,
    LimitOption,
    StoreOption,
    open_library,
    speakable,
    wants_json,
)
from palate.cli.tables import show_found


@with_filters
def find(
    ctx: typer.Context,
    query: Annotated[
        str | None,
        typer.Argument(metavar="QUERY", help="Words or a text.", callback=speakable, show_default=False),
    ] = None,
    like: Annotated[
        str | None,
        typer.Option("--like", metavar="TEXT_ID", help="Finds texts like this one.", callback=speakable),
    ] = None,
    limit: LimitOption = 20,
    only: Any = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Finds texts by words and meaning together, nearest first.

    Of several filters all must hold. In a store of 200,000 texts or more an index finds nearly all of the
    nearest; palate index info tells how many.

    Example: palate find "privacy of medical records"

    Example: palate find --like s017 --limit 5

    Example: palate find "interest rates" --source example.org --since 90d --unjudged-by ada
    """
    if (query is None) == (like is None):
        raise typer.BadParameter("give either a QUERY or --like TEXT_ID", ctx)
    with open_library(ctx, store) as library:
        search = library.find if like is None else library.find_like
        found = search(
            str(query if like is None else like),
            limit=limit,
            **only,
        )
        show_found(found, as_json=wants_json(ctx, json))
        if not found:
            filtered = any(value is not None for value in only.values())
            show.note(
                "nothing was found"
                if filtered or like is not None
                else "nothing fits: no word of the query is in the store, and no text is near in meaning"
            )
