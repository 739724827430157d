"""`palate ask-duplicates`: new questions against those that are stored."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from palate.cli import show
from palate.cli.options import JsonOption, StoreOption, open_library, wants_json
from palate.errors import BadSource

CALIBRATION_SUFFIX = ".calibration.json"


def ask_duplicates(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="New questions, one a row or line.", show_default=False)
    ],
    limit: Annotated[
        int, typer.Option("--limit", min=1, metavar="N", help="Gives so many for each question.")
    ] = 3,
    threshold: Annotated[
        float, typer.Option("--threshold", min=0, max=1, metavar="P", help="Gives those at least so likely.")
    ] = 0.0,
    calibration: Annotated[
        Path | None,
        typer.Option("--calibration", metavar="FILE", help="Takes probabilities of one's own pairs."),
    ] = None,
    calibrate: Annotated[
        Path | None,
        typer.Option(
            "--calibrate", metavar="OUT", help="FILE has question1, question2, duplicate: fits OUT to them."
        ),
    ] = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Find for each new question the stored texts that may ask the same, with the probability that they do.

    Example: palate ask-duplicates new-questions.csv --threshold 0.5
    """
    from palate.report import duplicates
    from palate.report.pile import read_texts

    with open_library(ctx, store) as library:
        if calibrate is not None:
            model = duplicates.calibrate(library, file, calibrate)
            show.note(f"{calibrate}: fitted to {model.n_pairs} pairs, {model.share:.0%} of them duplicates")
            return
        texts, skipped = read_texts(file)
        if not texts:
            raise BadSource(f"{file} has no questions that can be read; give one a row")
        found = duplicates.ask_duplicates(library, texts, limit=limit, calibration=calibration)
    shapes = [
        shape for shape in found.shape() if shape["probability"] is None or shape["probability"] >= threshold
    ]
    if skipped:
        show.note(f"{show.plural(len(skipped), 'row')} skipped of {file}")
    if wants_json(ctx, json):
        for shape in shapes:
            show.out_json(shape)
    else:
        lines = [
            (
                show.clean(shape["asked"])[:60],
                show.clean(shape["title"])[:60],
                "?" if shape["probability"] is None else f"{shape['probability']:.2f}",
                f"{shape['cosine']:.2f}",
                show.clean(shape["id"]),
            )
            for shape in shapes
        ]
        show.out_table(
            ("asked", "there is", "probability", "cosine", "id"), lines, left=("asked", "there is", "id")
        )
    if any(shape["probability"] is None for shape in shapes):
        show.note("this encoder has no calibration, so there are no probabilities; make one with --calibrate")
    if not shapes:
        show.note(f"no stored text is at least {threshold:.0%} likely to ask the same")
