"""`palate contest`: how the tastes that compete for a reader stand, and which of them is served."""

from __future__ import annotations

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
    wants_json,
)
from palate.shapes import contest_shape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from palate.taste.leaderboard import Standing


def contest(
    ctx: typer.Context,
    serve: Annotated[
        str | None,
        typer.Option(
            metavar="blend|champion|NAME",
            help="Serves the blend of all tastes, the champion, or one taste by its name from now on.",
            callback=speakable,
            show_default=False,
        ),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Holds the contest anew, from the first judgement on.")
    ] = False,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Shows the leaderboard of the tastes that learn side by side, and the history of champions.

    Every taste predicted each judgement before it learned it. loss is the mean log loss of these predictions,
    in nats (a taste that knows nothing has 0.69). behind is how much more a taste loses than the champion,
    with an interval that holds at all times together.

    Example: palate contest

    Example: palate contest --serve champion
    """
    with open_library(ctx, store) as library:
        opened = open_reader(ctx, library, reader, taste)
        if serve is not None:
            opened.serve(serve)
        if again:
            opened.measure_again()
        standings, champions, changes = opened.contest(), opened.champions(), opened.changes()
    if wants_json(ctx, json):
        show.out_json(contest_shape(standings, champions, changes))
        return
    _show(standings)
    if not standings[0].n:
        show.note("nothing was predicted yet; the first judgements will tell")
    history = ", then ".join(f"{name} after {n}" if n else name for n, name in champions)
    show.note(f"champion: {history}")
    for change in changes:
        show.note(
            f"the reader's taste seems to have changed at judgement {change.start + 1}:"
            f" the squared error rose from {change.before:.2f} to {change.after:.2f}"
        )


def _show(standings: Sequence[Standing]) -> None:
    headings = ("member", "share", "judged", "loss", "brier", "auc", "behind", "low", "high")
    lines = [
        [
            standing.name,
            f"{standing.share:.0%}",
            str(standing.n),
            *(_figure(n) for n in (standing.loss, standing.brier, standing.auc)),
            *(_figure(n, sign="+") for n in (standing.behind, standing.low, standing.high)),
        ]
        for standing in standings
    ]
    show.out_table(headings, lines, left=("member",), no_wrap=True)


def _figure(number: float | None, sign: str = "") -> str:
    return "" if number is None else f"{number:{sign}.3f}"
