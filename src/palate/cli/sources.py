"""`palate sources`: where the texts of a store come from."""

from __future__ import annotations

import typer

from palate.cli import show
from palate.cli.options import (
    MAIN,
    JsonOption,
    ReaderOption,
    StoreOption,
    TasteOption,
    open_library,
    open_reader,
    wants_json,
)
from palate.shapes import source_shape


def sources(
    ctx: typer.Context,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Lists the sources of the texts, most texts first: texts, newest date, how many of them the reader likes
    and dislikes, and what the last fetches said.

    Example: palate sources
    """
    with open_library(ctx, store) as library:
        opened = open_reader(ctx, library, reader, taste)
        infos = library.sources(opened.judged())
    if wants_json(ctx, json):
        for info in infos:
            show.out_json(source_shape(info))
        return
    lines = [
        [
            str(info.texts),
            info.newest.date().isoformat() if info.newest else "",
            str(info.liked),
            str(info.disliked),
            show.clean(info.name),
            show.clean("; ".join(info.fetched)),
        ]
        for info in infos
    ]
    if lines:
        headings = ("texts", "newest", "liked", "disliked", "source", "last fetch")
        show.out_table(headings, lines, left=("newest", "source", "last fetch"))
    else:
        show.note("there are no texts yet; add some with: palate add SOURCE")
