"""Readers and their tastes: make, list, remove."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from palate.cli import show, waiting
from palate.cli.options import (
    MAIN,
    JsonOption,
    PrivateOption,
    StoreOption,
    TasteOption,
    open_library,
    speakable,
    wants_json,
)
from palate.errors import BadValue

if TYPE_CHECKING:
    from palate.source import Skipped
    from palate.store.readers import TasteRow
    from palate.text import Text

NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="The reader's name.", callback=speakable, show_default=False)
]


def add(
    ctx: typer.Context,
    name: NameArgument,
    likes: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="What the reader likes, in plain words.", callback=speakable),
    ] = None,
    dislikes: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What the reader does not like.", callback=speakable)
    ] = None,
    taste: TasteOption = MAIN,
    kind: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="The learner of a new taste: contest (many side by side), or some by name."
        ),
    ] = None,
    private: Annotated[
        bool | None,
        typer.Option(
            "--private/--no-private",
            help="Keep what this reader says out of what others see.",
            show_default=False,
        ),
    ] = None,
    library: Annotated[
        str | None,
        typer.Option(
            "--library",
            metavar="FILE",
            help="The reader's own library (BibTeX, RIS, CSV …): added, and liked.",
        ),
    ] = None,
    allow_private_network: PrivateOption = False,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Make a reader, or another taste of one; for one that is there, write its likes and dislikes anew.

    Makes the store if it is not there. --likes and --dislikes count as a few judgements before the first real
    one.

    Example: palate reader add ada --likes "search engines" --dislikes "image generation"

    Example: palate reader add ada --taste cooking --library cookbook.bib
    """
    read = _read(library, allow_private_network) if library else None
    with open_library(ctx, store, create=True) as opened:
        reader = opened.reader(name, taste=taste, likes=likes, dislikes=dislikes, kind=kind, private=private)
        report = liked = None
        if read is not None:
            texts, skipped = read
            with waiting.progress(f"adding {library}") as update:
                report = opened.add(texts, progress=lambda so_far, total: update(so_far.seen, total))
            report.skipped += skipped
            liked = len(reader.judge_many([(text_id, "like") for text_id in opened.ids_of(texts)]))
        with opened.store.reading() as tables:
            row = tables.readers.find(name, taste)
        assert row is not None
        if wants_json(ctx, json):
            more = {"liked": liked, "library": show.report_fields(report)} if report else {}
            show.out_json({**_fields(row), **more})
            return
        if report:
            show.note_report(report)
            show.note(f"{liked} of them liked")
        show.show_tastes([row])


def list_(ctx: typer.Context, store: StoreOption = None, json: JsonOption = False) -> None:
    """List the readers with their tastes: the learner, what was written of the taste, the number of
    judgements.

    Example: palate reader list
    """
    with open_library(ctx, store) as library, library.store.reading() as tables:
        rows = tables.readers.tastes()
    if wants_json(ctx, json):
        for row in rows:
            show.out_json(_fields(row))
    else:
        show.show_tastes(rows)
    if not rows:
        show.note(
            "there are no readers yet; me is made when it is first used, others with: palate reader add NAME"
        )


def remove(
    ctx: typer.Context,
    name: NameArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Remove a reader with all tastes and judgements. This cannot be undone; palate backup before it can.

    Example: palate reader remove ada --yes
    """
    with open_library(ctx, store) as library:
        with library.store.reading() as tables:
            rows = [row for row in tables.readers.tastes() if row.reader == name]
        if not rows:
            library.reader(name, create=False)  # says which readers there are
        judgements = sum(row.judgements for row in rows)
        if not yes:
            if not can_ask():
                raise BadValue(
                    f"removing {name!r} with {judgements} judgements cannot be undone; add --yes if it is meant"
                )
            if not typer.confirm(f"Remove {show.clean(name)} with {judgements} judgements?", err=True):
                raise BadValue("nothing was removed")
        with library.store.writing() as tables:
            tables.readers.remove(name)
        if wants_json(ctx, json):
            show.out_json({"removed": name, "tastes": len(rows), "judgements": judgements})
        else:
            show.note(f"removed {name} with {judgements} judgements")


def can_ask() -> bool:
    return sys.stdin.isatty()


def _read(library: str, allow_private_network: bool) -> tuple[list[Text], list[Skipped]]:
    """All texts of a reader's library, read one time, before anything is made."""
    from palate.source import Fetcher, Skipped, open_source

    found = list(open_source(library, fetcher=Fetcher(allow_private_network=allow_private_network)))
    return [one for one in found if not isinstance(one, Skipped)], [
        one for one in found if isinstance(one, Skipped)
    ]


def _fields(row: TasteRow) -> dict[str, Any]:
    return {
        "reader": row.reader,
        "taste": row.name,
        "kind": row.kind,
        "likes": row.likes,
        "dislikes": row.dislikes,
        "judgements": row.judgements,
        "serving": row.serving,
        "private": bool(row.private),
    }
