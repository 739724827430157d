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
    words: Annotated[
        bool, typer.Option("--words", help="Gives a SimHash of the words, in place of the meaning.")
    ] = False,
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="TEXT",
            help="Gives in how many of the 64 bits another text differs.",
            callback=speakable,
        ),
    ] = None,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Gives a text as one integer of 64 bits, the same on every machine; close texts differ in few bits.

    With --words it is made of the words in place of the meaning. With --axis the number is its place among
    the stored texts, in thousandths. With --model it is the number of its class, with the probability, or the
    number that a regression predicts.

    Example: palate number "two cats"

    Example: palate number "two cats" --axis taste

    Example: palate number "two cats" --model my-classes

    Example: palate number "two cats" --words --to "two kittens"
    """
    if sum(map(bool, (axis, model, words))) > 1:
        raise typer.BadParameter("give one of --axis, --model and --words", ctx)
    if to is not None and (axis or model):
        raise typer.BadParameter("--to compares bits, of meaning or of --words", ctx)
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
        shape = _bits(text, to, words=words)
        if as_json:
            show.out_json(shape)
        else:
            show.out(str(shape["bits_apart" if to is not None else "number"]))


def _bits(text: str, to: str | None, *, words: bool) -> dict[str, int]:
    from palate.encoder.static import StaticEncoder
    from palate.feature.terms import count_terms
    from palate.insight.number import number_of
    from palate.insight.simhash import bits_apart, simhash

    def number(content: str) -> int:
        return simhash(count_terms(content)) if words else number_of(StaticEncoder().sums([content]))

    shape = {"number": number(text)}
    return shape if to is None else {**shape, "bits_apart": bits_apart(shape["number"], number(to))}


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
