"""`palate sentiment`: how well or ill texts speak."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from palate.cli import show
from palate.cli.options import JsonOption, LimitOption, StoreOption, wants_json
from palate.cli.piles import FileArgument, opened_pile

if TYPE_CHECKING:
    from palate.report.sentiment import Sentiments

WORDS_SHOWN = 6


def sentiment(
    ctx: typer.Context,
    file: FileArgument = None,
    limit: LimitOption = 20,
    by: Annotated[
        Literal["source", "month"] | None,
        typer.Option("--by", help="Gives totals of each source or month in place of texts."),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option("--model", metavar="DIR", help="Asks a classifier that palate train classify made."),
    ] = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Tells how well or ill texts speak, with the words that carry it: the most polar ones of each side.

    By a lexicon of English words, or with --model by a classifier. With --json all texts are given.

    Example: palate sentiment reviews.csv

    Example: palate sentiment reviews.csv --by month
    """
    from palate.cli.silence import silenced
    from palate.report.sentiment import sentiment_of

    with opened_pile(ctx, file, store) as (pile, _), silenced():
        found = sentiment_of(pile, model=model)
    if by is not None:
        _show_totals(found, by, as_json=wants_json(ctx, json))
    elif wants_json(ctx, json):
        for shape in found.shape():
            show.out_json(shape)
    else:
        _show_texts(found, limit)


def _show_totals(found: Sentiments, by: Literal["source", "month"], *, as_json: bool) -> None:
    totals = found.totals(by)
    if as_json:
        for total in totals:
            show.out_json(total._asdict())
        return
    lines = [
        (show.clean(name) or "-", str(n), str(n_positive), str(n_negative), f"{mean:+.2f}")
        for name, n, n_positive, n_negative, mean in totals
    ]
    show.out_table((by, "texts", "positive", "negative", "mean"), lines, left=(by,))


def _show_texts(found: Sentiments, limit: int) -> None:
    import numpy as np

    pile = found.pile
    order = np.argsort(-found.polarities, kind="stable")
    shown = order if len(order) <= limit else [*order[: -(-limit // 2)], *order[len(order) - limit // 2 :]]
    lines = [
        (
            f"{found.polarities[index]:+.2f}",
            show.title_of(pile.texts[int(index)]),
            ", ".join(word for word, _ in found.words[int(index)][:WORDS_SHOWN]),
        )
        for index in shown
    ]
    show.out_table(("polarity", "title", "words"), lines, left=("title", "words"))
    mean, silent = float(found.polarities.mean()), int(np.count_nonzero(found.polarities == 0))
    show.note(f"mean {mean:+.2f} of {show.plural(len(pile), 'text')}; {silent} say nothing either way")
