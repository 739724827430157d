"""`palate encoder`: lists the encoders of a store, moves the store to another one, drops old vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from palate.cli import show
from palate.cli.options import (
    JsonOption,
    StoreOption,
    open_library,
    open_without_encoder,
    speakable,
    wants_json,
)
from palate.cli.progress_bar import progress_bar
from palate.shapes import encoder_shape, removed_encoder_shape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from palate.results import EncoderInfo

MAX_FIGURES_SHOWN = 3  # of a tuned encoder; --json has all


def list_(ctx: typer.Context, store: StoreOption = None, json: JsonOption = False) -> None:
    """Lists the encoders whose vectors the store has: of how many texts, since when, and which is in use.

    Going back to an encoder that has all texts takes a moment. A tuned encoder is listed with its figures.

    Example: palate encoder list
    """
    with open_without_encoder(ctx, store) as opened:
        infos = opened.encoders()
    if wants_json(ctx, json):
        for info in infos:
            show.out_json(encoder_shape(info))
    else:
        _show(infos)


def use(
    ctx: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="static, minilm, multilingual, static:FOLDER or sbert:NAME_OR_PATH.",
            show_default=False,
        ),
    ],
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Moves the store to another encoder, and back.

    Every text gets a vector, then tastes learn anew from the same judgements. Until all texts have one,
    everybody ranks with the old encoder. Stopped before its end, the store stays with the old encoder, and
    the next try goes on where this one stopped. The old vectors are kept: the way back takes a moment.

    Example: palate encoder use minilm
    """
    done = (0, 0)
    with (
        open_library(ctx, store, encoder=name, any_encoder=True) as library,
        progress_bar(f"encoding with {name}") as update,
    ):

        def progress(encoded: int, total: int) -> None:
            nonlocal done
            done = encoded, total
            update(encoded, total)

        try:
            n_encoded = library.use_encoder(name, progress)
        except KeyboardInterrupt:
            kept = f"{done[0]} of {done[1]} texts are encoded" if done[0] else "no text is encoded"
            show.note(f"stopped: {kept}; the store keeps its old encoder until all are")
            raise typer.Exit(130) from None
    if wants_json(ctx, json):
        show.out_json({"encoder": name, "encoded": n_encoded})
    else:
        show.note(f"the store uses {name}; {n_encoded} texts were encoded")


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
    """Drops the vectors of an encoder that is not in use.

    Using it again encodes every text again.

    Example: palate encoder remove minilm
    """
    with open_without_encoder(ctx, store) as opened:
        removed = opened.remove_encoder(name)
    if wants_json(ctx, json):
        show.out_json(removed_encoder_shape(removed))
    else:
        show.note(
            f"{removed.texts} vectors of {removed.name} are removed; new texts use their room in the file"
        )


def _show(infos: Sequence[EncoderInfo]) -> None:
    lines = [
        [
            show.clean(info.name),
            str(info.dims),
            f"{info.texts} of {info.of}",
            "in use" if info.in_use else "",
            f"{info.made_at:%Y-%m-%d %H:%M}" if info.made_at else "",
            show.clean(info.fingerprint),
            _figures(info),
        ]
        for info in infos
    ]
    headings = ("encoder", "dims", "texts", "", "since (UTC)", "fingerprint", "figures")
    show.out_table(headings, lines, left=[heading for heading in headings if heading != "dims"])


def _figures(info: EncoderInfo) -> str:
    """Returns the first figures of a tuned encoder."""
    return ", ".join(
        f"{name} {number:.3f}" if isinstance(number, float) else f"{name} {number}"
        for name, number in list(info.figures.items())[:MAX_FIGURES_SHOWN]
    )


app = typer.Typer(no_args_is_help=True, help="Moves the store to another encoder, and back.")
app.command("list")(list_)
app.command("use")(use)
app.command("remove")(remove)
