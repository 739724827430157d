"""`palate reader`: makes, lists and removes readers and their tastes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from palate.cli import show
from palate.cli.confirmation import confirmed
from palate.cli.description_view import show_description
from palate.cli.options import (
    MAIN,
    JsonOption,
    PrivateOption,
    StoreOption,
    TasteOption,
    open_library,
    open_without_encoder,
    speakable,
    wants_json,
)
from palate.cli.progress_bar import progress_bar
from palate.cli.tables import note_report, show_tastes
from palate.errors import BadValue
from palate.shapes import add_shape, description_shape, reader_shape, removed_reader_shape

if TYPE_CHECKING:
    from palate.results import Skipped
    from palate.text import Text

NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="The reader's name.", callback=speakable, show_default=False)
]


def add(
    ctx: typer.Context,
    name: NameArgument,
    likes: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="Describes what the reader likes.", callback=speakable),
    ] = None,
    dislikes: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="Describes what the reader does not like.", callback=speakable),
    ] = None,
    taste: TasteOption = MAIN,
    kind: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="How a new taste learns: contest (many members side by side), or one by its name.",
        ),
    ] = None,
    private: Annotated[
        bool | None,
        typer.Option(
            "--private/--no-private",
            help="Keeps this reader's judgements out of the crowd.",
            show_default=False,
        ),
    ] = None,
    library: Annotated[
        str | None,
        typer.Option(
            "--library",
            metavar="FILE",
            help="Adds a list of what the reader likes (BibTeX, RIS, CSV …), and counts its texts as liked.",
        ),
    ] = None,
    allow_private_network: PrivateOption = False,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Makes a reader, or another taste of a reader; for a taste that is there, replaces its description.

    Makes the store if it is not there. The description counts as a few judgements before the first real one.

    Example: palate reader add ada --likes "search engines" --dislikes "image generation"

    Example: palate reader add ada --taste cooking --library cookbook.bib
    """
    own_library = _read(library, allow_private_network) if library else None
    with open_library(ctx, store, create=True) as opened:
        reader = opened.reader(name, taste=taste, likes=likes, dislikes=dislikes, kind=kind, private=private)
        report = n_liked = None
        if own_library is not None:
            texts, skipped = own_library
            with progress_bar(f"adding {library}") as update:
                report = opened.add(texts, progress=lambda so_far, total: update(so_far.seen, total))
            report.skipped += skipped
            n_liked = len(reader.judge_new([(text_id, "like") for text_id in opened.ids_of(texts)]))
        described = reader.described()
        (info,) = (info for info in opened.readers() if (info.reader, info.taste) == (name, taste))
    if wants_json(ctx, json):
        more = {"liked": n_liked, "library": add_shape(report)} if report else {}
        understood = {"understood": description_shape(described)} if described else {}
        show.out_json({**reader_shape(info), **understood, **more})
        return
    if report:
        note_report(report)
        show.note(f"{n_liked} of them liked")
    show_tastes([info])
    if described:
        show_description(described)


def list_(ctx: typer.Context, store: StoreOption = None, json: JsonOption = False) -> None:
    """Lists the readers with their tastes: the learner, the number of judgements, the description.

    Example: palate reader list
    """
    with open_without_encoder(ctx, store) as opened:
        infos = opened.readers()
    if wants_json(ctx, json):
        for info in infos:
            show.out_json(reader_shape(info))
    else:
        show_tastes(infos)
    if not infos:
        show.note("there are no readers yet; me is made on first use, others with: palate reader add NAME")


def remove(
    ctx: typer.Context,
    name: NameArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Does not ask.")] = False,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Removes a reader with all tastes and judgements.

    This cannot be undone; make a copy first with palate backup.

    Example: palate reader remove ada --yes
    """
    with open_without_encoder(ctx, store) as opened:
        judgements = sum(info.judgements for info in opened.readers() if info.reader == name)
        known = any(info.reader == name for info in opened.readers())
        if known and not yes:
            counted = show.plural(judgements, "judgement")
            if not confirmed(f"Remove {name} with {counted}?", f"removing {name!r} with {counted}"):
                raise BadValue("nothing was removed")
        removed = opened.remove_reader(name)
    if wants_json(ctx, json):
        show.out_json(removed_reader_shape(removed))
    else:
        show.note(f"removed {name} with {show.plural(judgements, 'judgement')}")


def _read(library: str, allow_private_network: bool) -> tuple[list[Text], list[Skipped]]:
    """Reads all texts of a reader's library, once, before anything is made."""
    from palate.source import Fetcher, Skipped, open_source

    rows = list(open_source(library, fetcher=Fetcher(allow_private_network=allow_private_network)))
    skipped = [row for row in rows if isinstance(row, Skipped)]
    return [row for row in rows if not isinstance(row, Skipped)], skipped


app = typer.Typer(no_args_is_help=True, help="Makes, lists and removes readers and their tastes.")
app.command("add")(add)
app.command("list")(list_)
app.command("remove")(remove)
