"""`palate map`: texts as points of a plane."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from palate.cli import show
from palate.cli.options import (
    MAIN,
    JsonOption,
    ReaderOption,
    StoreOption,
    TasteOption,
    open_reader,
    wants_json,
)
from palate.cli.piles import FileArgument, SeedOption, opened_pile
from palate.errors import BadFolder, BadValue

if TYPE_CHECKING:
    from palate.report.map import TextMap
    from palate.report.map_drawing import DrawnMap

OUT = Path("map.html")


def map_(
    ctx: typer.Context,
    file: FileArgument = None,
    out: Annotated[
        Path,
        typer.Option("--out", metavar="FILE", help="HTML to look around in, or a picture as SVG or PNG."),
    ] = OUT,
    method: Annotated[
        Literal["tsne", "pca"],
        typer.Option("--method", help="Keeps neighbours together, or large distances."),
    ] = "tsne",
    colour: Annotated[
        Literal["value", "judgement", "cluster", "topic", "source", "label", "date", "language"],
        typer.Option("--colour", help="What the colours show."),
    ] = "topic",
    label: Annotated[
        str, typer.Option("--label", metavar="COLUMN", help="The column that holds labels.")
    ] = "label",
    save: Annotated[
        Path | None,
        typer.Option("--save", metavar="FILE", help="Keeps the map, so that texts can be placed on it."),
    ] = None,
    on: Annotated[
        Path | None,
        typer.Option(
            "--on", metavar="FILE", help="Places the texts on a map that was kept; nothing on it moves."
        ),
    ] = None,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    seed: SeedOption = 0,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Draw texts as points: near points are near texts. The page can be searched, filtered and selected from.

    Example: palate map --colour value

    Example: palate map papers.csv --colour label --label topic --out papers.svg
    """
    from palate.report.map import map_of, read_map
    from palate.report.map_drawing import drawing_of

    if out.suffix.lower() not in (".html", ".svg", ".png"):
        raise BadValue(
            f"a map is written as .html, .svg or .png, not as {out.suffix or out.name}; change --out"
        )
    with opened_pile(ctx, file, store) as (pile, library):
        found = read_map(on).with_texts(pile) if on else map_of(pile, method=method, seed=seed)
        viewer = (
            open_reader(ctx, library, reader, taste) if library and colour in ("value", "judgement") else None
        )
        drawn = drawing_of(pile, found, colour, reader=viewer, label=label, seed=seed)
        _write(drawn, out)
    if save:
        found.save(save)
    if wants_json(ctx, json):
        for shape in found.shape():
            show.out_json(shape)
    _tell(found, drawn, out)


def _write(drawn: DrawnMap, out: Path) -> None:
    try:
        drawn.write(out)
    except OSError as error:
        raise BadFolder(f"{out} cannot be written: {error.strerror}; name another file with --out") from None


def _tell(found: TextMap, drawn: DrawnMap, out: Path) -> None:
    show.note(f"{show.plural(len(drawn.pile), 'text')} on {out}")
    if found.shares:
        kept = " and ".join(f"{share:.0%}" for share in found.shares)
        show.note(f"its axes keep {kept} of the variance")
    elif drawn.quality:
        quality = drawn.quality
        show.note(
            f"of the {quality.neighbours} nearest texts of each, {quality.kept:.0%} are near on the map"
            f" (trustworthiness {quality.trustworthiness:.2f})"
        )
