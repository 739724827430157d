"""Encoders: whose vectors the store has, a move to another one, and the vectors that are needed no more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from palate.cli import show, waiting
from palate.cli.options import JsonOption, StoreOption, open_library, speakable, store_path, wants_json
from palate.errors import BadValue

SHOWN = 3  # figures of a tuned encoder; --json has all

if TYPE_CHECKING:
    from palate.store.encoders import EncoderRow
    from palate.store.sqlite import SqliteStore


def list_(ctx: typer.Context, store: StoreOption = None, json: JsonOption = False) -> None:
    """Whose vectors the store has: of how many texts, since when, and which are in use.

    Going back to an encoder that has all texts is a matter of a moment. Of a tuned one, what it was measured
    by stands beside it.

    Example: palate encoder list
    """
    opened = _open(ctx, store)
    try:
        with opened.reading() as tables:
            rows, texts = tables.encoders.all(), tables.texts.count()
    finally:
        opened.close()
    if wants_json(ctx, json):
        for row in rows:
            show.out_json(_fields(row, texts))
        return
    _show(rows, texts)


def use(
    ctx: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="static, minilm, static:FOLDER or sbert:NAME_OR_PATH.", show_default=False
        ),
    ],
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Move the store to another encoder: every text gets a vector of it, then tastes learn anew from the same
    judgements.

    Until all have one, everybody ranks with the old encoder, also while this runs. Stopped before its end,
    the store stays with the old encoder, and the next try goes on where this one stopped. The old vectors are
    kept: the way back takes a moment.

    Example: palate encoder use minilm
    """
    done = (0, 0)
    with (
        open_library(ctx, store, encoder=name, any_encoder=True) as library,
        waiting.progress(f"encoding with {name}") as update,
    ):

        def progress(made: int, total: int) -> None:
            nonlocal done
            done = made, total
            update(made, total)

        try:
            encoded = library.use_encoder(name, progress)
        except KeyboardInterrupt:
            kept = f"{done[0]} of {done[1]} texts are encoded" if done[0] else "no text is encoded"
            show.note(f"stopped: {kept}; the store keeps its old encoder until all are")
            raise typer.Exit(130) from None
    if wants_json(ctx, json):
        show.out_json({"encoder": name, "encoded": encoded})
    else:
        show.note(f"the store uses {name}; {encoded} texts were encoded")


def remove(
    ctx: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME|FINGERPRINT", help="As list shows it.", callback=speakable, show_default=False
        ),
    ],
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Drop the vectors of an encoder that is not in use. Using it again would encode every text again.

    Example: palate encoder remove minilm
    """
    from palate.encoder.choose import full_name

    opened = _open(ctx, store)
    try:
        with opened.writing() as tables:
            row = tables.encoders.find(full_name(name))
            if not tables.encoders.remove(row.encoder_id):
                raise BadValue(
                    f"{row.name} is in use; move the store to another one first: palate encoder use NAME"
                )
    finally:
        opened.close()
    if wants_json(ctx, json):
        show.out_json({"encoder": row.name, "fingerprint": row.fingerprint, "removed": row.texts})
    else:
        show.note(
            f"{row.texts} vectors of {row.name} are removed; their room in the file is used for what comes"
        )


def _open(ctx: typer.Context, own: Any) -> SqliteStore:
    """The store without an encoder: none is needed to look at vectors, and to load one takes its time."""
    from palate.store.sqlite import SqliteStore

    return SqliteStore(store_path(ctx, own), create=False)


def _fields(row: EncoderRow, texts: int) -> dict[str, Any]:
    made = row.made_at.isoformat() if row.made_at else None
    return {
        "name": row.name,
        "fingerprint": row.fingerprint,
        "dims": row.dims,
        "texts": row.texts,
        "of": texts,
        "in_use": row.in_use,
        "made_at": made,
        "figures": row.figures,
    }


def _show(rows: list[EncoderRow], texts: int) -> None:
    lines = [
        [
            show.clean(row.name),
            str(row.dims),
            f"{row.texts} of {texts}",
            "in use" if row.in_use else "",
            f"{row.made_at:%Y-%m-%d %H:%M}" if row.made_at else "",
            show.clean(row.fingerprint),
            _figures(row),
        ]
        for row in rows
    ]
    if not show.is_terminal():
        for line in lines:
            show.out("\t".join(line))
        return
    from rich.table import Table

    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0))
    for heading in ("encoder", "dims", "texts", "", "since (UTC)", "fingerprint", ""):
        table.add_column(heading, justify="right" if heading == "dims" else "left", overflow="fold")
    for line in lines:
        table.add_row(*line)
    show.terminal().print(table)


def _figures(row: EncoderRow) -> str:
    """What a tuned encoder was measured by, in a few words."""
    told = list(row.figures.items())[:SHOWN]
    return ", ".join(
        f"{name} {number:.3f}" if isinstance(number, float) else f"{name} {number}" for name, number in told
    )
