"""`palate number`: a text as one number."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

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
from palate.errors import BadSource, BadValue

if TYPE_CHECKING:
    from palate.library import Library
    from palate.reader import Reader
    from palate.report.numbers import Numbers
    from palate.text import Text

Kind = Literal["hash", "words", "axis", "taste", "label"]


def number(
    ctx: typer.Context,
    text: Annotated[
        str | None,
        typer.Argument(metavar="TEXT", help="The text itself.", callback=speakable, show_default=False),
    ] = None,
    file: Annotated[
        str | None,
        typer.Option("--file", metavar="FILE", help="Numbers each text of a file; - is standard input."),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="TEXT", help="Tells in how many bits the two differ.", callback=speakable
        ),
    ] = None,
    kind: Annotated[
        Kind,
        typer.Option(
            "--kind",
            help="hash: of the meaning. words: of the words. axis, taste: the place among the stored texts,"
            " 0 to 1000, by what divides them most or by taste. label: what a trained model predicts.",
        ),
    ] = "hash",
    weights: Annotated[
        Literal["tf", "idf"],
        typer.Option(
            "--weights", help="Of words: by how often they occur, or also by how rare they are in the store."
        ),
    ] = "tf",
    model: Annotated[
        Path | None,
        typer.Option(
            "--model",
            metavar="DIR",
            help="The model of --kind label: of palate train classify or regress.",
        ),
    ] = None,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Gives a text as one number: by default 64 bits of its meaning, the same on every machine.

    Texts of like meaning (hash) or of the same words (words) differ in few bits.

    Example: palate number "two cats" --to "two kittens"

    Example: palate number --file papers.csv --kind words --json

    Example: palate number "two cats" --kind label --model my-classes
    """
    _check(ctx, text, file, to, kind, model)
    texts = [*_texts_of(file or "", text), *_texts_of("", to)]

    if kind == "label" and model:
        numbers = _labels(texts, model)
    elif kind == "hash" or (kind == "words" and weights == "tf"):
        numbers = _hashes(texts, kind)
    else:
        with open_library(ctx, store) as library:
            opened = None if kind == "words" else open_reader(ctx, library, reader, taste)
            numbers = _of_store(library, opened, texts, kind)
    if file is None and numbers.n_without:
        raise BadValue("the text says nothing to the store's encoder, so it has no place; give it words")
    if to is not None:
        _show_distance(numbers, as_json=wants_json(ctx, json))
    else:
        _show(numbers, named=file is not None, as_json=wants_json(ctx, json))


def _hashes(texts: Sequence[Text], kind: Kind) -> Numbers:
    from palate.report.numbers import hash_numbers, word_numbers

    return hash_numbers(texts) if kind == "hash" else word_numbers(texts)


def _of_store(library: Library, reader: Reader | None, texts: Sequence[Text], kind: Kind) -> Numbers:
    """Returns positions by a reader or the axis; without a reader, of words by their rarity in the store."""
    from palate.report.numbers import position_numbers, word_numbers
    from palate.report.word_weights import WordFrequencies

    if reader is None:
        return word_numbers(texts, WordFrequencies.of_store(library))
    return position_numbers(texts, library, reader, "taste" if kind == "taste" else "axis")


def _labels(texts: Sequence[Text], model: Path) -> Numbers:
    from palate.cli.silence import silenced
    from palate.report.numbers import label_numbers

    with silenced():
        return label_numbers(texts, model)


def _check(
    ctx: typer.Context, text: str | None, file: str | None, to: str | None, kind: Kind, model: Path | None
) -> None:
    """Raises BadParameter for options that do not go together."""
    if (text is None) == (file is None):
        raise typer.BadParameter("give either a TEXT or --file FILE", ctx)
    if to is not None and (file is not None or kind not in ("hash", "words")):
        raise typer.BadParameter("--to compares a TEXT with another, by --kind hash or words", ctx)
    if (kind == "label") != (model is not None):
        raise typer.BadParameter("--kind label and --model FOLDER go together", ctx)


def _texts_of(file: str, text: str | None) -> list[Text]:
    """Returns the text that was typed, if any, or those of a file; what is skipped is told."""
    from palate.source import Skipped, open_source
    from palate.text import Text

    if not file:
        return [] if text is None else [Text.of(text)]
    texts = []
    for row in open_source(file):
        if isinstance(row, Skipped):
            show.note(f"skipped {row.where}: {row.reason}")
        else:
            texts.append(row)
    if not texts:
        raise BadSource(f"{file} gives no text; give a file that palate add can read")
    return texts


def _show(numbers: Numbers, *, named: bool, as_json: bool) -> None:
    """Prints a line a text; named: with its id. A note tells what the numbers go by."""
    if as_json:
        for shape in numbers.shapes():
            show.out_json(shape)
    else:
        for shape in numbers.shapes():
            cells = [_cell(shape["number"])]
            if "probability" in shape:
                cells.append(f"{shape['probability']:.4f}")
            if "label" in shape:
                cells.append(show.clean(shape["label"]))
            show.out("\t".join([show.clean(shape["id"]), *cells] if named else cells))
        if "low" in numbers.facts:
            show.note(_measure(numbers.facts))
    if numbers.n_without:
        show.note(f"{show.plural(numbers.n_without, 'text')} without a number: nothing in them is known")


def _show_distance(numbers: Numbers, *, as_json: bool) -> None:
    bits = numbers.bits_apart(0, 1)
    first, second = numbers.numbers
    if as_json:
        show.out_json(
            {"kind": numbers.kind, "number": first, "to": second, "bits_apart": bits, **numbers.facts}
        )
    else:
        show.out(str(bits))


def _cell(number: int | float | None) -> str:
    return "" if number is None else f"{number:.6g}" if isinstance(number, float) else str(number)


def _measure(facts: dict[str, Any]) -> str:
    """Says along what the texts are placed, and which are at both ends."""
    measure = (
        f"the taste of {facts['reader']}"
        if "reader" in facts
        else f"what divides them most ({facts['spread']:.0%} of their spread)"
    )
    ends = " and ".join(
        f"{place} is {facts[end]['title'] or facts[end]['id']}" for place, end in ((0, "low"), (1000, "high"))
    )
    return f"among {facts['texts']} texts, by {measure}: {ends}"
