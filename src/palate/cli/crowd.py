"""Crowd: what was learned from all readers together, and how old it is."""

from __future__ import annotations

from typing import Annotated

import typer

from palate.cli import show
from palate.cli.options import JsonOption, StoreOption, open_library, wants_json


def crowd(
    ctx: typer.Context,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Learn it now from what all have said; else it waits.")
    ] = False,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """What is learned from all readers together: from how many, and how much they have said since.

    It starts by itself with five readers who have judged five texts each and do not keep out of it, and is
    learned anew in the background when they have said a tenth more.

    Example: palate crowd

    Example: palate crowd --refresh
    """
    from palate.workspace.crowd import JUDGEMENTS, READERS

    with open_library(ctx, store) as library:
        heard = library.refresh_crowd() if refresh else library.crowd()
        with library.store.reading() as tables:
            since = heard.since if heard else tables.crowd.count_since(0)
            n_readers = tables.crowd.count_readers(JUDGEMENTS)
    if wants_json(ctx, json):
        show.out_json(
            {
                "readers": heard.readers if heard else 0,
                "judgements": heard.judgements if heard else 0,
                "since": since,
            }
        )
    elif heard:
        show.out(
            f"learned from {heard.judgements} judgements of {heard.readers} readers; {since} entries since"
        )
    elif n_readers < READERS:
        show.out(
            f"no crowd yet: {n_readers} of the {READERS} readers it takes have judged {JUDGEMENTS} texts or more"
        )
    else:
        show.out("no crowd yet: it is learned when a taste is next used, or now with palate crowd --refresh")
