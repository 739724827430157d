"""`palate ask-duplicates`: new questions, and the stored texts that may ask the same."""

from __future__ import annotations

import json as json_format
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from palate.cli import show
from palate.cli.files import whole_file
from palate.cli.options import JsonOption, StoreOption, open_library, wants_json
from palate.errors import BadSource

if TYPE_CHECKING:
    from palate.insight.duplicate_probability import DuplicateCalibration
    from palate.library import Library
    from palate.report.duplicates import Duplicates
    from palate.text import Text

Share = Annotated[
    float | None,
    typer.Option(
        "--share",
        metavar="X",
        help="The share of the questions that you expect to have a duplicate. Default: that of the fit.",
    ),
]


def ask_duplicates(
    ctx: typer.Context,
    file: Annotated[
        str | None,
        typer.Argument(metavar="FILE", help="The new questions; - is standard input.", show_default=False),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", min=1, metavar="N", help="Shows at most so many texts a question.")
    ] = 3,
    threshold: Annotated[
        float,
        typer.Option("--threshold", min=0, max=1, metavar="X", help="Shows those of this probability on."),
    ] = 0.0,
    share: Share = None,
    text: Annotated[str | None, typer.Option(metavar="COLUMN", help="Names the column of questions.")] = None,
    calibration: Annotated[
        Path | None,
        typer.Option(
            "--calibration", metavar="FILE.json", help="Your own calibration, in place of the one of Quora."
        ),
    ] = None,
    calibrate: Annotated[
        Path | None,
        typer.Option(
            "--calibrate",
            metavar="PAIRS",
            help="Fits one to pairs (question1, question2, duplicate) and writes it to --calibration.",
        ),
    ] = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Finds for each new question the nearest stored texts, with the probability that they ask the same.

    Nothing is stored. The probability is that of a stored text which was found; see docs/questions.md.

    Example: palate ask-duplicates new.csv --threshold 0.5

    Example: palate ask-duplicates --calibrate labelled.csv --calibration mine.json
    """
    if file is None and calibrate is None:
        raise typer.BadParameter("give a FILE with questions", ctx)
    if calibrate is not None and calibration is None:
        raise typer.BadParameter("--calibrate PAIRS needs --calibration FILE.json, to write to", ctx)
    with open_library(ctx, store) as library:
        used = _calibration(library, calibration, calibrate)
        if file is None:
            return
        from palate.report.duplicates import ask_duplicates as ask

        questions = _questions(file, text)
        found = ask(library, questions, limit=limit, threshold=threshold, calibration=used, share=share)
    _show(found, as_json=wants_json(ctx, json))


def _calibration(library: Library, path: Path | None, pairs: Path | None) -> DuplicateCalibration | None:
    """Returns one's own calibration, fitted and written first where there are labelled pairs; else None."""
    from palate.report.duplicate_calibrations import calibrate, read_calibration

    if path is None:
        return None
    if pairs is None:
        return read_calibration(path, library.encoder.fingerprint)
    fitted, error = calibrate(pairs, library.encoder)
    with whole_file(path) as file:
        file.write(json_format.dumps(fitted.to_json(), indent=2) + "\n")
    held = f", calibration error {error:.3f} on pairs left out" if error == error else ""
    show.note(
        f"{path}: fitted to {show.plural(fitted.examples, 'pair')}, {fitted.share:.0%} duplicates{held}"
    )
    return fitted


def _questions(file: str, column: str | None) -> list[Text]:
    from palate.source import Columns, Skipped, open_source

    questions = []
    for row in open_source(file, columns=Columns(text=column)):
        if isinstance(row, Skipped):
            show.note(f"skipped {row.where}: {row.reason}")
        else:
            questions.append(row)
    if not questions:
        raise BadSource(f"{file} gives no question; give a file with a text in each row")
    return questions


def _show(found: Duplicates, *, as_json: bool) -> None:
    """Prints a line for each candidate, and in notes what has none."""
    shapes = found.shapes()
    if as_json:
        for shape in shapes:
            show.out_json(shape)
    else:
        lines = [
            [
                f"{shape['probability']:.2f}",
                f"{shape['cosine']:.2f}",
                *(show.clean(shape[name]) for name in ("question", "stored_id", "stored")),
            ]
            for shape in shapes
        ]
        show.out_table(
            ("probability", "cosine", "question", "id", "stored text"),
            lines,
            left=("question", "id", "stored text"),
        )
    questions = show.plural(found.n_questions, "question")
    show.note(f"{questions}, {found.n_without} of them without a stored text to show")
    if found.n_unread:
        show.note(f"in {show.plural(found.n_unread, 'question')} the encoder can read nothing")
