"""`palate fill`: what a masked language model puts into a gap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from palate.cli import show
from palate.cli.options import JsonOption, speakable, wants_json
from palate.cli.train.silence import silenced

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
            "--model", metavar="NAME", help="What palate train masked made, a model's folder or a hub name."
        ),
    ] = "minilm",
    top: Annotated[int, typer.Option("--top", min=1, metavar="N", help="Word pieces for each gap.")] = 5,
    json: JsonOption = False,
) -> None:
    r"""Fill each \[MASK] of a text: the most probable word pieces, with their probabilities.

    Needs a model with a masked-language output layer, which the packaged minilm has not: make one with palate
    train masked.

    Example: palate fill "This is a great \[MASK]." --model my-mlm
    """
    with silenced():
        from palate.training.fill import fill as guess

        gaps = guess(text, model, top=top)
    if wants_json(ctx, json):
        for place, guesses in enumerate(gaps, 1):
            show.out_json({"gap": place, "guesses": [guessed._asdict() for guessed in guesses]})
        return
    for place, guesses in enumerate(gaps, 1):
        for guessed in guesses:
            show.out(_line(place if len(gaps) > 1 else None, guessed))


def _line(gap: int | None, guessed: Guess) -> str:
    """The gap where there are several, probability and piece: in a terminal with a bar, elsewhere with
    tabs.
    """
    piece = show.clean(guessed.piece)
    if not show.is_terminal():
        return "\t".join([*([str(gap)] if gap else []), f"{guessed.probability:.4f}", piece])
    bar = "█" * round(show.BAR_CELLS * guessed.probability)
    return (f"{gap:2}  " if gap else "") + f"{guessed.probability:6.1%}  {bar:{show.BAR_CELLS}}  {piece}"
