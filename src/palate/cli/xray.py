"""X-ray: the whole way of a text, from its characters to its value, in the terminal or as a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    speakable,
    store_path,
    wants_json,
)
from palate.cli.train.quiet import quiet
from palate.cli.upkeep import written

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
            help="A second text, read after the first as [SEP] parts them.",
            callback=speakable,
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write it as one page that needs no network."),
    ] = None,
    encoder: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="static, minilm, static:FOLDER or sbert:NAME_OR_PATH. Default: the store's, or static.",
        ),
    ] = None,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """See the whole way of a text: word pieces, ids, embeddings, attention, vector, nearest texts, a reader's
    value, the number.

    Attention is there for transformers alone (minilm, sbert), which need the extra \\[bert]. Where there is
    no store yet, what it would tell is left out. Nothing is stored.

    Example: palate xray "The bank raised interest in old ships" --encoder minilm --html xray.html

    Example: palate xray "A cat sleeps." --pair "Kittens nap all day." --encoder minilm
    """
    with quiet():
        from palate.cli.xray_outcome import in_store, outcome_of
        from palate.encoder.choose import make_encoder
        from palate.insight.xray import xray as look

        library = _library(ctx, store)
        try:
            name = encoder or (library and _encoder_name(library)) or "static"
            own = library.encoder if library and encoder is None else make_encoder(name)
            seen = look(text, pair, folder=_folder(name), encoder=name)
            outcome = outcome_of(seen, text, pair, own)
            if library:
                outcome = in_store(outcome, text, library, open_reader(ctx, library, reader, taste))
        finally:
            if library:
                library.close()
    if html is not None:
        from palate.insight.xray_page import xray_page

        with written(html) as file:
            file.write(xray_page(seen, outcome))
    if wants_json(ctx, json):
        from palate.cli.xray_view import xray_fields

        show.out_json(xray_fields(seen, outcome))
    elif html is None:
        from palate.cli.xray_view import show_xray

        show_xray(seen, outcome)
    if html is not None:
        show.note(f"{html} shows {len(seen.pieces)} pieces; open it in a browser")


def _encoder_name(library: Library) -> str | None:
    with library.store.reading() as tables:
        return tables.state().encoder_name


def _library(ctx: typer.Context, store: Path | None) -> Library | None:
    """The store, if there is one."""
    path = store_path(ctx, store)
    if path.exists():
        return open_library(ctx, store)
    show.note(f"there is no store at {path}, so nothing is said of near texts and of a reader's value")
    return None


def _folder(name: str) -> Path:
    """Where the weights of an encoder lie that `make_encoder` can make."""
    if name.startswith("static"):
        from palate.encoder.static import SHIPPED

        return Path(name.removeprefix("static:")) if ":" in name else SHIPPED
    from palate.training.run.start import folder_of

    return folder_of(name)
