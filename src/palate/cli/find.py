"""`palate find`: stored texts by words and meaning, of those that a filter keeps."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from palate.cli import show
from palate.cli.options import (
    JsonOption,
    LanguageOption,
    LimitOption,
    StoreOption,
    open_library,
    speakable,
    wants_json,
)
from palate.cli.remove import cutoff
from palate.cli.tables import show_found


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
    language: LanguageOption = None,
    source: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Only texts of a source, by its name or its host.", callback=speakable
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="90d|DATE", help="Only texts published, or without a date added, since then."),
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="90d|DATE", help="Only texts from before then.")
    ] = None,
    unjudged_by: Annotated[
        str | None,
        typer.Option(
            "--unjudged-by",
            metavar="NAME",
            help="Only texts that this reader has not judged.",
            callback=speakable,
        ),
    ] = None,
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
    now = datetime.now(UTC)
    first, end = (None if age is None else cutoff(age, now) for age in (since, until))
    with open_library(ctx, store) as library:
        search = library.find if like is None else library.find_like
        found = search(
            str(query if like is None else like),
            limit=limit,
            language=language,
            source=source,
            since=first,
            until=end,
            unjudged_by=unjudged_by,
        )
        show_found(found, as_json=wants_json(ctx, json))
        if not found:
            show.note("nothing was found")
