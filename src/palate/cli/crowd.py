"""`palate crowd`: what was learned from all readers together, and how old it is."""

from __future__ import annotations

from typing import Annotated

import typer

from palate.cli import show
from palate.cli.options import JsonOption, StoreOption, open_library, wants_json
from palate.shapes import crowd_shape


def crowd(
    ctx: typer.Context,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Learns the crowd now, not when it is due.")
    ] = False,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Tells from how many readers the crowd was learned, and how much they have judged since.

    A crowd starts by itself with five readers who have judged five texts each and are not private. It is
    learned anew in the background when they have judged a tenth more.

    Example: palate crowd

    Example: palate crowd --refresh
    """
    with open_library(ctx, store) as library:
        if refresh:
            library.refresh_crowd()
        status = library.crowd_status()
    if wants_json(ctx, json):
        show.out_json(crowd_shape(status))
    elif status.readers:
        show.out(
            f"learned from {status.judgements} judgements of {status.readers} readers;"
            f" {status.since} entries since"
        )
    elif status.ready < status.enough_readers:
        show.out(
            f"no crowd yet: {status.ready} of the {status.enough_readers} readers it takes have judged"
            f" {status.enough_judgements} texts or more"
        )
    else:
        show.out("no crowd yet: it is learned when a taste is next used, or now with palate crowd --refresh")
