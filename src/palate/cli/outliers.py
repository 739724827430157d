"""`palate outliers`: texts that are unlike the others."""

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
        typer.Option("--method", help="Names the score to go by. Default: the highest of all."),
    ] = "all",
    model: Annotated[
        Path | None,
        typer.Option(
            "--model",
            metavar="DIR",
            help="Takes what a model of palate train reduce cannot give back, for reconstruction.",
        ),
    ] = None,
    seed: SeedOption = 0,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Finds the texts that are least like the others, and says why: language, boilerplate, disorder, subject.

    forest and distance look at meaning and form, reconstruction at meaning alone, form at words alone. A
    model brings the encoder that a file is read with; a store must have that encoder.

    Example: palate outliers papers.csv --limit 10

    Example: palate outliers papers.csv --method reconstruction --model my-short
    """
    from palate.cli.silence import silenced
    from palate.report.outliers import outliers_of

    encoder = "static"
    if model is not None:
        from palate.training.reconstruction import read_reconstruction

        encoder = read_reconstruction(model).encoder
    with opened_pile(ctx, file, store, encoder=encoder) as (pile, _), silenced():
        found = outliers_of(pile, limit=limit, method=method, model=model, seed=seed)
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
    for line in found.notes:
        show.note(line)
    show.note("a score is in standard deviations above the usual text; above 3.5 is unusual")
