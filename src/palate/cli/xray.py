"""`palate xray`: the whole way of a text, from its characters to its value, in the terminal or as a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from palate.cli import show
from palate.cli.files import whole_file
from palate.cli.options import (
    MAIN,
    JsonOption,
    ReaderOption,
    StoreOption,
    TasteOption,
    open_library,
    open_reader,
    speakable,
    store_path,
    wants_json,
)
from palate.cli.silence import silenced

if TYPE_CHECKING:
    from palate.library import Library


def xray(
    ctx: typer.Context,
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help="The text itself.", callback=speakable, show_default=False)
    ],
    pair: Annotated[
        str | None,
        typer.Option(
            "--pair",
            metavar="TEXT",
            help="Adds a second text, read after the first in one row, parted by \\[SEP].",
            callback=speakable,
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Writes the x-ray as one page that needs no network."),
    ] = None,
    encoder: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Names the encoder, as palate encoder use does. Default: the store's, or static.",
        ),
    ] = None,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Shows the whole way of a text: word pieces, ids, embeddings, attention, vector, nearest texts, a
    reader's value, the number.

    Only transformers (minilm, sbert) have attention; they need the extra \\[bert]. Without a store, nearest
    texts and the value are left out. Nothing is stored.

    Example: palate xray "The bank raised interest in old ships" --encoder minilm --html xray.html

    Example: palate xray "A cat sleeps." --pair "Kittens nap all day." --encoder minilm
    """
    library = _library(ctx, store)
    try:
        with silenced():
            from palate.report.xray import xray_report

            reader_of = (library, open_reader(ctx, library, reader, taste)) if library else None
            picture, assessment = xray_report(text, pair, encoder, reader_of)
    finally:
        if library:
            library.close()
    if html is not None:
        from palate.report.xray_page import xray_page

        with whole_file(html) as file:
            file.write(xray_page(picture, assessment))
    if wants_json(ctx, json):
        from palate.shapes.xray import xray_shape

        show.out_json(xray_shape(picture, assessment))
    elif html is None:
        from palate.cli.xray_view import show_xray

        show_xray(picture, assessment)
    if html is not None:
        show.note(f"{html} shows {len(picture.pieces)} pieces; open it in a browser")


def _library(ctx: typer.Context, store: Path | None) -> Library | None:
    """Opens the store, if there is one."""
    path = store_path(ctx, store)
    if path.exists():
        return open_library(ctx, store)
    show.note(f"there is no store at {path}, so nearest texts and a reader's value are left out")
    return None
