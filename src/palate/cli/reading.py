"""`palate show` and `open`: one text, in the terminal or at its address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from palate.authors import authors
from palate.cli import show
from palate.cli.options import (
    MAIN,
    JsonOption,
    ReaderOption,
    StoreOption,
    TasteOption,
    TextArgument,
    listing,
    open_without_encoder,
    wants_json,
)
from palate.errors import BadValue
from palate.shapes import text_shape

if TYPE_CHECKING:
    from palate.text import Text

MAX_LINE_CELLS = 90  # of a line that is easy to read


def show_(
    ctx: typer.Context,
    text: TextArgument,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Shows a whole text: title, source, date, authors, address and body.

    Example: palate show 3

    Example: palate show s017 --json
    """
    with open_without_encoder(ctx, store) as opened:
        found = opened.text(listing(ctx, opened, reader, taste).id_of(text))
    if wants_json(ctx, json):
        show.out_json(text_shape(found))
    else:
        _print(found)


def open_(
    ctx: typer.Context,
    text: TextArgument,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Opens the address of a text in the browser, and prints it.

    Example: palate open 3
    """
    import webbrowser

    with open_without_encoder(ctx, store) as opened:
        found = opened.text(listing(ctx, opened, reader, taste).id_of(text))
    url, read = show.clean(found.url), f"read the text with: palate show {show.clean(found.id)}"
    if not url:
        raise BadValue(f"the text {found.id!r} has no address; {read}")
    if not url.lower().startswith(("http://", "https://")):
        raise BadValue(f"the address {url} is none of http or https, and is not opened; {read}")
    if wants_json(ctx, json):
        show.out_json({"id": found.id, "url": url})
    else:
        show.out(url)
    if not webbrowser.open(url):
        raise BadValue(f"no browser could be started; {read}")


def _print(text: Text) -> None:
    published = text.published.date().isoformat() if text.published else ""
    lines = [
        show.clean(text.title),
        show.BETWEEN.join(filter(None, (show.clean(text.id), show.clean(text.source), published))),
        show.clean("; ".join(authors(text.extra))),
        show.clean(text.url),
    ]
    for line in filter(None, lines):
        show.out(line)
    body = show.clean_lines(text.body)
    if body and show.is_terminal():
        console = show.terminal()
        console.print(f"\n{body}", width=min(console.width, MAX_LINE_CELLS))
    elif body:
        show.out(f"\n{body}")
