"""`palate number`: a text as one integer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

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


def number(
    ctx: typer.Context,
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help="The text itself.", callback=speakable, show_default=False)
    ],
    axis: Annotated[
        Literal["principal", "taste"] | None,
        typer.Option(
            "--axis",
            help="Gives its place among the stored texts, 0 to 1000: by what divides them most, or by taste.",
        ),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(
            "--model",
            metavar="FOLDER",
            help="Gives the number that a model of palate train classify or regress predicts.",
        ),
    ] = None,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Gives a text as one integer of 64 bits, the same on every machine; close texts differ in few bits.

    With --axis the number is its place among the stored texts, in thousandths. With --model it is the number
    of its class, with the probability, or the number that a regression predicts.

    Example: palate number "two cats"

    Example: palate number "two cats" --axis taste

    Example: palate number "two cats" --model my-classes
    """
    if axis and model:
        raise typer.BadParameter("give either --axis or --model", ctx)
    as_json = wants_json(ctx, json)
    if model:
        from palate.cli.train.silence import silenced
        from palate.report.prediction import prediction_report

        with silenced():
            prediction = prediction_report(model, text)
        show.out_json(prediction) if as_json else _show_prediction(prediction)
    elif axis:
        from palate.report.position import position_report

        with open_library(ctx, store) as library:
            position = position_report(library, open_reader(ctx, library, reader, taste), text, axis)
        show.out_json(position) if as_json else _show_position(position)
    else:
        from palate.encoder.static import StaticEncoder
        from palate.insight.number import number_of

        bits = number_of(StaticEncoder().sums([text]))
        show.out_json({"number": bits}) if as_json else show.out(str(bits))


def _show_position(facts: dict[str, Any]) -> None:
    """Prints the position, and in a note the texts at both ends."""
    show.out(str(facts["position"]))
    measure = (
        f"the taste of {facts['reader']}"
        if "reader" in facts
        else f"what divides them most ({facts['spread']:.0%} of their spread)"
    )
    ends = " and ".join(
        f"{place} is {facts[end]['title'] or facts[end]['id']}" for place, end in ((0, "low"), (1000, "high"))
    )
    show.note(f"among {facts['texts']} texts, by {measure}: {ends}")


def _show_prediction(facts: dict[str, Any]) -> None:
    """Prints the number, the probability of a class, and what the number stands for, with tabs."""
    probability = [f"{facts['probability']:.4f}"] if "probability" in facts else []
    number = f"{facts['number']:.6g}" if isinstance(facts["number"], float) else str(facts["number"])
    show.out("\t".join([number, *probability, show.clean(facts["label"])]))
