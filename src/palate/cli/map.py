"""`palate map`: texts as points of a plane."""

from __future__ import annotations

from contextlib import ExitStack
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
    open_library,
    open_reader,
    wants_json,
)
from palate.cli.piles import FileArgument, SeedOption, opened_pile
from palate.errors import BadFolder, BadValue

if TYPE_CHECKING:
    from palate.report.map_drawing import DrawnMap

OUT = Path("map.html")
SUFFIXES = (".html", ".svg", ".png")


def map_(
    ctx: typer.Context,
    file: FileArgument = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help="A page to look around in, or a picture: .html, .svg or .png. Default: map.html; none with"
            " --json.",
        ),
    ] = None,
    method: Annotated[
        Literal["tsne", "pca"],
        typer.Option("--method", help="Keeps neighbours together, or large distances."),
    ] = "tsne",
    colour: Annotated[
        Literal["value", "judgement", "cluster", "topic", "source", "label", "date", "language"] | None,
        typer.Option(
            "--colour",
            help="What the colours show. Default: topic, or source for few texts or without \\[insight].",
        ),
    ] = None,
    label: Annotated[
        str | None,
        typer.Option("--label", metavar="COLUMN", help="The column that holds labels; colours by it."),
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option("--save", metavar="MAP", help="Keeps the map, so that texts can be placed on it."),
    ] = None,
    on: Annotated[
        Path | None,
        typer.Option(
            "--on", metavar="MAP", help="Places the texts on a map that was kept; nothing on it moves."
        ),
    ] = None,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    seed: SeedOption = 0,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Draws texts as points: near points are near texts. The page can be searched, filtered and selected
    from.

    t-SNE and topics need the extra \\[insight]; --method pca does not. Nothing is stored.

    Example: palate map --colour value

    Example: palate map papers.csv --label subject --out papers.svg

    Example: palate map --save mine.map, and later: palate map --on mine.map
    """
    from palate.report.map import map_of, read_map
    from palate.report.map_drawing import drawing_of

    as_json = wants_json(ctx, json)
    target = out if out or as_json else OUT
    if target and target.suffix.lower() not in SUFFIXES:
        raise BadValue(f"a map is written as {', '.join(SUFFIXES)}; {target} is none of these; change --out")
    if label and colour not in (None, "label"):
        raise typer.BadParameter(f"--label colours by a column, not by {colour}; leave one of them out", ctx)
    with ExitStack() as stack:
        pile, library = stack.enter_context(opened_pile(ctx, file, store))
        viewer = None
        if colour in ("value", "judgement"):
            library = library or stack.enter_context(open_library(ctx, store))
            viewer = open_reader(ctx, library, reader, taste)
        found = read_map(on).with_texts(pile) if on else map_of(pile, method=method, seed=seed)
        shown_colour = "label" if label else colour
        drawn = drawing_of(pile, found, shown_colour, reader=viewer, label=label or "label")
        if target:
            _write(drawn, target)
        if save:
            found.save(save)
    if as_json:
        for shape in found.shape():
            show.out_json(shape)
    _note(drawn, target, save)


def _write(drawn: DrawnMap, out: Path) -> None:
    try:
        drawn.write(out)
    except OSError as error:
        raise BadFolder(f"{out} cannot be written: {error.strerror}; name another file with --out") from None


def _note(drawn: DrawnMap, out: Path | None, kept: Path | None) -> None:
    texts = show.plural(len(drawn.pile), "text")
    show.note(
        f"{texts} on {out}; open it in a browser"
        if out and out.suffix == ".html"
        else f"{texts} on {out or 'the map'}"
    )
    if drawn.n_unread:
        unread = show.plural(drawn.n_unread, "text")
        show.note(f"in {unread} the encoder reads nothing; they lie together for that")
    if drawn.shares:
        shares = " and ".join(f"{share:.0%}" for share in drawn.shares)
        show.note(f"its axes keep {shares} of the variance")
    if drawn.quality:
        quality = drawn.quality
        show.note(
            f"of the {quality.neighbours} nearest texts of each, {quality.kept:.0%} are near on the map"
            f" (trustworthiness {quality.trustworthiness:.2f})"
        )
    if kept:
        show.note(f"{kept} keeps the map; place texts on it with: palate map --on {kept}")
