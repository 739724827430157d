"""Texts: add them, find them, value what is not stored, number them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from palate.cli import show, waiting
from palate.cli.options import (
    MAIN,
    JsonOption,
    LimitOption,
    PrivateOption,
    ReaderOption,
    StoreOption,
    TasteOption,
    open_library,
    open_reader,
    speakable,
    store_path,
    wants_json,
)
from palate.errors import PalateError

if TYPE_CHECKING:
    from palate.source import Columns
    from palate.text import Text
    from palate.workspace.adding import AddReport

AT_ONCE = 1000  # texts valued at a time; bounds memory, not the result


def demo(
    source: Annotated[
        str | None,
        typer.Argument(metavar="SOURCE", help="Your own texts, not the sample.", show_default=False),
    ] = None,
) -> None:
    """See in half a minute what palate does: rank, judge a few, rank again, say why. Nothing is stored.

    Example: palate demo
    """
    from rich.console import Console

    from palate.cli.demo import demonstrate

    demonstrate(source, Console(highlight=False))


def add(
    ctx: typer.Context,
    sources: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE...", help="Files, folders, addresses, - for standard input."),
    ],
    title: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="The column with the title, if guessed wrong.")
    ] = None,
    text: Annotated[str | None, typer.Option(metavar="COLUMN", help="The column with the text.")] = None,
    id: Annotated[str | None, typer.Option(metavar="COLUMN", help="The column with the id.")] = None,
    encoder: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="For a new store: static, minilm or sbert:NAME_OR_PATH. Default: static."
        ),
    ] = None,
    allow_private_network: PrivateOption = False,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Add texts: tables, feeds, reference lists, web pages, plain files. Makes the store if it is not there.

    Texts that are there already are counted as known; near-copies join a group that one verdict labels.
    A source that cannot be read ends the command; what came before it stays.

    Example: palate add papers.csv https://example.org/feed.xml notes/ --text abstract
    """
    from palate.source import Columns

    if not store_path(ctx, store, create=True).exists():
        _look(sources[0], Columns(title, text, id), encoder)
    # of each source begun: what became of it so far, and how many texts it has
    seen: list[tuple[AddReport, int]] = []
    as_json = wants_json(ctx, json)
    with open_library(ctx, store, create=True, encoder=encoder) as library:
        try:
            for place, source in enumerate(sources):
                with waiting.progress(f"adding {source}") as update:

                    def progress(
                        report: AddReport, total: int, place: int = place, update: waiting.Update = update
                    ) -> None:
                        seen[place:] = [(report, total)]
                        update(report.seen, total)

                    chosen = {"title": title, "text": text, "id": id}
                    library.add(
                        source, **chosen, allow_private_network=allow_private_network, progress=progress
                    )
        except KeyboardInterrupt:
            report, total = _sum(seen), sum(total for _, total in seen)
            if as_json:
                show.out_json(show.report_fields(report))
            show.note(
                f"stopped: {report.added + report.known} of {total} texts are in"
                if seen
                else "stopped: no text was added"
            )
            raise typer.Exit(130) from None
        except PalateError:
            if seen:
                _show_report(_sum(seen), as_json=as_json)
            raise
    _show_report(_sum(seen), as_json=as_json)


def find(
    ctx: typer.Context,
    query: Annotated[
        str | None,
        typer.Argument(metavar="QUERY", help="What to look for.", callback=speakable, show_default=False),
    ] = None,
    like: Annotated[
        str | None,
        typer.Option("--like", metavar="TEXT_ID", help="Find what is like this text.", callback=speakable),
    ] = None,
    limit: LimitOption = 20,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Find texts by words and meaning together, nearest first.

    Example: palate find "privacy of medical records"

    Example: palate find --like s017 --limit 5
    """
    if (query is None) == (like is None):
        raise typer.BadParameter("give either a QUERY or --like TEXT_ID", ctx)
    with open_library(ctx, store) as library:
        found = (
            library.find(query, limit=limit)
            if query is not None
            else library.find_like(str(like), limit=limit)
        )
        show.show_found(found, as_json=wants_json(ctx, json))
        if not found:
            show.note("nothing was found")


def value(
    ctx: typer.Context,
    what: Annotated[
        str, typer.Argument(metavar="TEXT|FILE|-", help="A text, a file with texts, or - for standard input.")
    ],
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Value texts for a reader without storing them. What is no file is a text itself.

    Example: palate value "A new way to grow tomatoes in winter"

    Example: palate value incoming.jsonl --json
    """
    from palate.value import Hit

    with open_library(ctx, store) as library:
        whose = open_reader(ctx, library, reader, taste)
        texts = _texts(what)
        while part := list(islice(texts, AT_ONCE)):
            hits = [Hit(text, value) for text, value in zip(part, whose.value(part), strict=True)]
            show.show_hits(hits, as_json=wants_json(ctx, json))


def number(
    ctx: typer.Context,
    text: Annotated[
        str, typer.Argument(metavar="TEXT", help="The text itself.", callback=speakable, show_default=False)
    ],
    axis: Annotated[
        Literal["principal", "taste"] | None,
        typer.Option(
            "--axis",
            help="Its place, 0 to 1000, among the stored texts: by what divides them most, or by taste.",
        ),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(
            "--model", metavar="FOLDER", help="What a model of palate train classify or regress says."
        ),
    ] = None,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """A text as one integer of 64 bits: close texts get numbers that differ in few bits. The same on every
    machine.

    With --axis its place among the stored texts instead, in thousandths; with --model the number of its class
    and how probable that is, or the number that a regression gives it.

    Example: palate number "two cats"

    Example: palate number "two cats" --axis taste

    Example: palate number "two cats" --model my-classes
    """
    if axis and model:
        raise typer.BadParameter("give either --axis or --model", ctx)
    as_json = wants_json(ctx, json)
    if model:
        from palate.cli.numbering import said_by, show_said
        from palate.cli.train.silence import silenced

        with silenced():
            told = said_by(model, text)
        show.out_json(told) if as_json else show_said(told)
    elif axis:
        from palate.cli.numbering import on_axis, show_place

        with open_library(ctx, store) as library:
            place = on_axis(library, open_reader(ctx, library, reader, taste), text, axis)
        show.out_json(place) if as_json else show_place(place)
    else:
        from palate.encoder.static import StaticEncoder
        from palate.insight.number import number_of

        found = number_of(StaticEncoder().sums([text]))
        show.out_json({"number": found}) if as_json else show.out(str(found))


def _sum(seen: Sequence[tuple[AddReport, int]]) -> AddReport:
    from palate.workspace.adding import AddReport

    total = AddReport()
    for report, _ in seen:
        total.added += report.added
        total.known += report.known
        total.grouped += report.grouped
        total.skipped += report.skipped
        total.seconds += report.seconds
    return total


def _show_report(report: AddReport, *, as_json: bool) -> None:
    if as_json:
        show.out_json(show.report_fields(report))
    else:
        show.note_report(report)


def _look(source: str, columns: Columns, encoder: str | None) -> None:
    """Look at what a store would begin with before it is made, so that a slip leaves no empty store
    behind.
    """
    from palate.encoder.choose import make_encoder
    from palate.source import open_source
    from palate.source.fetch import is_address

    if encoder:
        make_encoder(encoder)
    path = Path(source)
    read_once = (
        source == "-" or is_address(source) or (path.exists() and not path.is_file() and not path.is_dir())
    )
    if not read_once:
        next(iter(open_source(source, columns=columns)), None)


def _texts(what: str) -> Iterator[Text]:
    """The text that was typed, or those of a file, an address or standard input."""
    from palate.source import Skipped, open_source
    from palate.source.fetch import is_address
    from palate.text import Text

    if what != "-" and not os.path.exists(what) and (not is_address(what) or len(what.split()) > 1):
        yield Text.of(speakable(what))
        return
    for one in open_source(what):
        if isinstance(one, Skipped):
            show.note(f"skipped {one.where}: {one.reason}")
        else:
            yield one
