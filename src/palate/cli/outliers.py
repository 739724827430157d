"""`palate outliers`, `palate sentiment`: texts that are unlike the others, and how texts speak."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from palate.cli import show
from palate.cli.options import JsonOption, LimitOption, StoreOption, wants_json
from palate.cli.piles import FileArgument, SeedOption, opened_pile


def outliers(
    ctx: typer.Context,
    file: FileArgument = None,
    limit: LimitOption = 20,
    method: Annotated[
        Literal["all", "forest", "distance", "reconstruction", "form"],
        typer.Option("--method", help="What is looked at: meaning in three ways, form, or all of them."),
    ] = "all",
    seed: SeedOption = 0,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Find the texts that are least like the others, and say why: language, boilerplate, disorder, subject.

    Example: palate outliers papers.csv --limit 10
    """
    from palate.report.outliers import outliers_of

    with opened_pile(ctx, file, store) as (pile, _):
        found = outliers_of(pile, limit=limit, method=method, seed=seed)
    if wants_json(ctx, json):
        for shape in found.shape():
            show.out_json(shape)
        return
    lines = [
        (
            f"{one.score:.1f}",
            show.clean(pile.texts[one.index].id),
            show.title_of(pile.texts[one.index]),
            "; ".join(one.reasons),
        )
        for one in found.outliers
    ]
    show.out_table(("score", "id", "title", "why"), lines, left=("id", "title", "why"))
    show.note("a score is in standard deviations above the usual text; above 3.5 is unusual")


def sentiment(
    ctx: typer.Context,
    file: FileArgument = None,
    limit: LimitOption = 20,
    model: Annotated[
        Path | None,
        typer.Option("--model", metavar="FOLDER", help="Asks a classifier that palate train classify made."),
    ] = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Tell how well or ill texts speak, with the words that carry it: the most polar ones of each side.

    With --json all texts are given.

    Example: palate sentiment reviews.csv
    """
    import numpy as np

    from palate.cli.train.silence import silenced
    from palate.report.sentiment import sentiment_of

    with opened_pile(ctx, file, store) as (pile, _), silenced():
        found = sentiment_of(pile, model=model)
    if wants_json(ctx, json):
        for shape in found.shape():
            show.out_json(shape)
        return
    order = np.argsort(-found.polarities, kind="stable")
    shown = order if len(order) <= limit else [*order[: -(-limit // 2)], *order[len(order) - limit // 2 :]]
    lines = [
        (
            f"{found.polarities[index]:+.2f}",
            show.title_of(pile.texts[int(index)]),
            ", ".join(word for word, _ in found.words[int(index)][:6]),
        )
        for index in shown
    ]
    show.out_table(("polarity", "title", "words"), lines, left=("title", "words"))
    mean, silent = float(found.polarities.mean()), int(np.count_nonzero(found.polarities == 0))
    show.note(f"mean {mean:+.2f} of {show.plural(len(pile), 'text')}; {silent} say nothing either way")
