"""Contest: how the tastes that compete for a reader stand, and which of them is served."""

from __future__ import annotations

from dataclasses import asdict
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

if TYPE_CHECKING:
    from collections.abc import Sequence

    from palate.taste.leaderboard import Standing


def contest(
    ctx: typer.Context,
    serve: Annotated[
        str | None,
        typer.Option(
            metavar="blend|champion|NAME",
            help="From now on serve the blend of all, the champion alone, or one taste whatever the others do.",
            callback=speakable,
            show_default=False,
        ),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Hold the contest anew, from the first judgement on.")
    ] = False,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """The leaderboard of the tastes that learn side by side, and the history of champions.

    Each judgement was predicted by every taste before it learned it. loss is the mean log loss of that, in
    nats (0.69 knows nothing), behind how much more it loses than the champion, with an interval that holds at
    all times together.

    Example: palate contest

    Example: palate contest --serve champion
    """
    with open_library(ctx, store) as library:
        opened = open_reader(ctx, library, reader, taste)
        if serve is not None:
            opened.serve(serve)
        if again:
            opened.measure_again()
        places, champions, changes = opened.contest(), opened.champions(), opened.changes()
        if wants_json(ctx, json):
            show.out_json(
                {
                    "tastes": [asdict(place) for place in places],
                    "champions": [{"after": n, "name": name} for n, name in champions],
                    "changes": [change._asdict() for change in changes],
                }
            )
            return
        _show(places)
        if not places[0].n:
            show.note("nothing was predicted yet; the first judgements will tell")
        history = ", then ".join(f"{name} after {n}" if n else name for n, name in champions)
        show.note(f"champion: {history}")
        for change in changes:
            show.note(
                f"what is liked seems to have changed at judgement {change.start + 1}:"
                f" the squared error rose from {change.before:.2f} to {change.after:.2f}"
            )


def _show(places: Sequence[Standing]) -> None:
    names = ("taste", "share", "judged", "loss", "brier", "auc", "behind", "low", "high")
    lines = [
        [
            place.name,
            f"{place.share:.0%}",
            str(place.n),
            *(_figure(n) for n in (place.loss, place.brier, place.auc)),
            *(_figure(n, sign="+") for n in (place.behind, place.low, place.high)),
        ]
        for place in places
    ]
    if not show.is_terminal():
        for line in lines:
            show.out("\t".join(line))
        return
    from rich.table import Table

    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0))
    for name in names:
        table.add_column(name, justify="left" if name == "taste" else "right", no_wrap=True)
    for line in lines:
        table.add_row(*line)
    show.terminal().print(table)


def _figure(number: float | None, sign: str = "") -> str:
    return "" if number is None else f"{number:{sign}.3f}"
