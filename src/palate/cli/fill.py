"""`palate fill`: the guesses of a masked language model for a gap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from palate.cli import show
from palate.cli.options import JsonOption, speakable, wants_json
from palate.cli.silence import silenced
from palate.shapes import gap_shape

if TYPE_CHECKING:
    from palate.training.fill import Guess


def fill(
    ctx: typer.Context,
    text: Annotated[
        str,
        typer.Argument(
            metavar="TEXT", help="A text with one \\[MASK] or more.", callback=speakable, show_default=False
        ),
    ],
    model: Annotated[
        str,
        typer.Option(
            "--model",
            metavar="NAME",
            help="Names the model: from palate train masked, a folder or a hub name.",
        ),
    ] = "minilm",
    top: Annotated[
        int, typer.Option("--top", min=1, metavar="N", help="Shows so many pieces for each gap.")
    ] = 5,
    json: JsonOption = False,
) -> None:
    r"""Fills each \[MASK] of a text: the likeliest word pieces with their probabilities.

    Needs a model with a masked-language output layer, which the packaged minilm lacks; palate train masked
    makes one.

    Example: palate fill "This is a great \[MASK]." --model my-mlm
    """
    with silenced():
        from palate.training.fill import fill as fill_gaps

        gaps = fill_gaps(text, model, top=top)
    if wants_json(ctx, json):
        for gap, guesses in enumerate(gaps, 1):
            show.out_json(gap_shape(gap, [guess._asdict() for guess in guesses]))
        return
    for gap, guesses in enumerate(gaps, 1):
        for guess in guesses:
            show.out(_line(gap if len(gaps) > 1 else None, guess))


def _line(gap: int | None, guess: Guess) -> str:
    """Returns the gap where there are several, the probability and the piece: with a bar in a terminal, with
    tabs elsewhere.
    """
    piece = show.clean(guess.piece)
    if not show.is_terminal():
        return "\t".join([*([str(gap)] if gap else []), f"{guess.probability:.4f}", piece])
    bar = "█" * round(show.BAR_CELLS * guess.probability)
    return (f"{gap:2}  " if gap else "") + f"{guess.probability:6.1%}  {bar:{show.BAR_CELLS}}  {piece}"
