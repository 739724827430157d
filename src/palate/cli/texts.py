"""`palate demo`, `add` and `value`: texts that come in, or are valued unstored."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from palate.address import is_address, shown_address
from palate.cli import show
from palate.cli.options import (
    MAIN,
    JsonOption,
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
from palate.cli.progress_bar import Update, progress_bar
from palate.cli.tables import note_report, show_hits
from palate.errors import BadSource, PalateError
from palate.shapes import add_shape

if TYPE_CHECKING:
    from palate.results import AddReport
    from palate.source import Columns
    from palate.text import Text

BATCH_TEXTS = 1000  # valued at a time; bounds memory, not the result


def demo(
    source: Annotated[
        str | None,
        typer.Argument(metavar="SOURCE", help="Your own texts in place of the sample.", show_default=False),
    ] = None,
) -> None:
    """Shows in half a minute what palate does: ranks, judges a few texts, ranks again, explains.

    Stores nothing.

    Example: palate demo
    """
    from rich.console import Console

    from palate.cli.demo import demonstrate

    demonstrate(source, Console(highlight=False))


def add(
    ctx: typer.Context,
    sources: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE", help="Files, folders or addresses; - is standard input."),
    ],
    title: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="Names the title column, where the guess is wrong."),
    ] = None,
    text: Annotated[str | None, typer.Option(metavar="COLUMN", help="Names the text column.")] = None,
    id: Annotated[str | None, typer.Option(metavar="COLUMN", help="Names the id column.")] = None,
    encoder: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Names the encoder of a new store: static, minilm, multilingual or sbert:NAME_OR_PATH."
            " Default: static.",
        ),
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Names each known text, and the one that it is.")
    ] = False,
    allow_private_network: PrivateOption = False,
    judgements: Annotated[
        bool,
        typer.Option(
            "--judgements",
            help="Takes judgements in the sources along: included, ratings, stars, favourites.",
        ),
    ] = False,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Adds texts from tables, feeds, reference lists, bookmarks, mails, documents and plain files.

    Makes the store if it is not there. Each row ends as one of added, updated (a new version of a text that
    is there, which keeps its judgements), known (there already), grouped (a near-copy, which shares the
    judgement of its group) and skipped. A source that cannot be read ends the command; texts of the sources
    before it stay. The exit code is 1 too if a source gives no text, known ones included.

    Example: palate add papers.csv https://example.org/feed.xml notes/ --text abstract

    Example: palate add screened.ris --judgements --reader ada
    """
    from palate.source import Columns

    if not judgements and (reader or taste != MAIN):
        raise typer.BadParameter("--reader and --taste say whose judgements to take; add --judgements")
    is_new = not store_path(ctx, store, create=True).exists()
    if is_new:
        _look(sources[0], Columns(title, text, id), encoder)
    reports: list[tuple[AddReport, int]] = []  # of each source begun, with the number of texts it has
    without_text: list[str] = []
    as_json = wants_json(ctx, json)
    with open_library(ctx, store, create=True, encoder=encoder) as library:
        judge = open_reader(ctx, library, reader, taste) if judgements else None
        try:
            for index, source in enumerate(sources):
                with progress_bar(f"adding {shown_address(source)}") as update:

                    def progress(
                        report: AddReport, total: int, index: int = index, update: Update = update
                    ) -> None:
                        reports[index:] = [(report, total)]
                        update(report.seen, total)

                    chosen = {"title": title, "text": text, "id": id}
                    report = library.add(
                        source,
                        **chosen,
                        allow_private_network=allow_private_network,
                        progress=progress,
                        judgements=judge,
                    )
                if not (report.stored or report.unchanged):
                    without_text.append(shown_address(source))
        except KeyboardInterrupt:
            report, total = _sum(reports), sum(total for _, total in reports)
            if as_json:
                show.out_json(add_shape(report))
            show.note(
                f"stopped: {report.stored} of {total} texts are in"
                if reports
                else "stopped: no text was added"
            )
            raise typer.Exit(130) from None
        except PalateError:
            if reports:
                _show_report(_sum(reports), as_json=as_json, verbose=verbose)
            raise
        told = library.unread() if any(report.stored for report, _ in reports) else ""
        suggested = library.suggested_encoder() if is_new and not told else ""
    _show_report(_sum(reports), as_json=as_json, verbose=verbose)
    if told:
        from palate.encoder.unread import MEND

        show.note(f"{told}; move the store with: {MEND}")
    if suggested:
        show.note(suggested)
    if without_text:
        raise BadSource(f"{', '.join(without_text)} gave no text; expected at least one that is not skipped")


def value(
    ctx: typer.Context,
    texts: Annotated[
        str, typer.Argument(metavar="TEXT|FILE|-", help="A text, or a file with texts; - is standard input.")
    ],
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Values texts for a reader without storing them.

    An argument that names no file or address is a text itself.

    Example: palate value "A new way to grow tomatoes in winter"

    Example: palate value incoming.jsonl --json
    """
    from palate.value import Hit

    with open_library(ctx, store) as library:
        opened = open_reader(ctx, library, reader, taste)
        unstored = _texts(texts)
        while batch := list(islice(unstored, BATCH_TEXTS)):
            hits = [Hit(text, value) for text, value in zip(batch, opened.value(batch), strict=True)]
            show_hits(hits, as_json=wants_json(ctx, json))


def _sum(reports: Sequence[tuple[AddReport, int]]) -> AddReport:
    from palate.results import AddReport

    total = AddReport()
    for report, _ in reports:
        total.include(report)
    return total


def _show_report(report: AddReport, *, as_json: bool, verbose: bool) -> None:
    if as_json:
        show.out_json(add_shape(report))
    else:
        note_report(report, verbose=verbose)


def _look(source: str, columns: Columns, encoder: str | None) -> None:
    """Reads the first text before the store is made, so that a mistyped name leaves no empty store behind."""
    from palate.encoder.choose import make_encoder
    from palate.source import open_source

    if encoder:
        make_encoder(encoder)
    path = Path(source)
    read_once = (
        source == "-" or is_address(source) or (path.exists() and not path.is_file() and not path.is_dir())
    )
    if not read_once:
        next(iter(open_source(source, columns=columns)), None)


def _texts(source: str) -> Iterator[Text]:
    """Yields the text that was typed, or those of a file, an address or standard input."""
    from palate.source import Skipped, open_source
    from palate.text import Text

    names_source = is_address(source) and len(source.split()) == 1
    if source != "-" and not os.path.exists(source) and not names_source:
        yield Text.of(speakable(source))
        return
    for row in open_source(source):
        if isinstance(row, Skipped):
            show.note(f"skipped {row.where}: {row.reason}")
        else:
            yield row
