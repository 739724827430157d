"""`palate judged`: the judgements of a reader that stand, listed or exported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from palate.cli import show
from palate.cli.files import whole_file
from palate.cli.options import (
    MAIN,
    JsonOption,
    ReaderOption,
    StoreOption,
    TasteOption,
    listing,
    open_library,
    open_reader,
    speakable,
    wants_json,
)
from palate.cli.progress_bar import progress_bar
from palate.cli.remove import cutoff
from palate.cli.tables import verdict_of
from palate.cli.text_rows import TextRow, show_texts
from palate.shapes import judged_shape

if TYPE_CHECKING:
    from palate.library import Library
    from palate.reader import Reader
    from palate.report.judged_texts import JudgedText

KINDS = ("like", "dislike", "rating", "skip")


def judged(
    ctx: typer.Context,
    verdict: Annotated[
        str | None,
        typer.Option("--verdict", metavar="KIND", help=f"Only verdicts of a kind: {', '.join(KINDS)}."),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Only texts of a source, by its name or its host."),
    ] = None,
    since: Annotated[str | None, typer.Option(metavar="90d|DATE", help="Only judged since then.")] = None,
    until: Annotated[str | None, typer.Option(metavar="90d|DATE", help="Only judged before then.")] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Writes them to a table, with reasons.")
    ] = None,
    ris: Annotated[
        Path | None,
        typer.Option("--ris", metavar="FILE", help="Writes them as references, with reasons as notes."),
    ] = None,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Lists the judgements that stand, newest first: number, verdict, day, id, title, source, date.

    To change one, judge the text again: palate dislike 2. The reason in an export is the word or rule that
    moves the text's value most, the way of the verdict, in log odds. palate add FILE.ris --judgements reads
    references back.

    Example: palate judged --verdict like --since 30d

    Example: palate judged --csv judged.csv --ris judged.ris
    """
    if verdict is not None and verdict not in KINDS:
        raise typer.BadParameter(f"{verdict!r} is no kind of verdict; choose one of: {', '.join(KINDS)}")
    now = datetime.now(UTC)
    first, end = (None if age is None else cutoff(age, now) for age in (since, until))
    with open_library(ctx, store) as library:
        opened = open_reader(ctx, library, reader, taste)
        found = [
            each
            for each in _standing(library, opened, speakable(source))
            if (verdict is None or each.feedback.kind == verdict)
            and (first is None or each.feedback.given_at >= first)
            and (end is None or each.feedback.given_at < end)
        ]
        files = [path for path in (csv, ris) if path is not None]
        if files and found:
            _export(list(_with_reasons(opened, found)), csv, ris)
        elif not files:
            listing(ctx, library, reader, taste).keep(each.text.id for each in found)
            _show(found, as_json=wants_json(ctx, json))
    if not found:
        show.note("no judgement stands that fits; judge with: palate like, dislike or skip")
    for path in files if found else ():
        show.note(f"{show.plural(len(found), 'judgement')} in {path}")


def _standing(library: Library, reader: Reader, source: str | None) -> Iterator[JudgedText]:
    """Yields the judgements of texts of a source, newest first."""
    from palate.report.judged_texts import JudgedText
    from palate.rule import Rule

    kept = Rule("keep", "source", source) if source is not None else None
    for feedback in reversed(reader.judged()):
        text = library.text(feedback.text_id)
        if kept is None or kept.matches(text):
            yield JudgedText(feedback, text)


def _with_reasons(reader: Reader, judged: Sequence[JudgedText]) -> Iterator[JudgedText]:
    from palate.report.judged_texts import top_reason

    with progress_bar("finding reasons") as update:
        for done, each in enumerate(judged, 1):
            why = reader.why(each.text.id, neighbours=0)
            yield each._replace(reason=top_reason(why, each.feedback.liking or 0.0))
            update(done, len(judged))


def _export(judged: Sequence[JudgedText], csv: Path | None, ris: Path | None) -> None:
    from palate.report.judged_texts import write_csv, write_ris

    writers: Iterable[tuple[Path | None, Callable[[Iterable[JudgedText], TextIO], None]]] = (
        (csv, write_csv),
        (ris, write_ris),
    )
    for path, write in writers:
        if path is not None:
            with whole_file(path) as file:
                write(judged, file)


def _show(judged: Sequence[JudgedText], *, as_json: bool) -> None:
    if as_json:
        for number, each in enumerate(judged, 1):
            show.out_json({**judged_shape(each.feedback, each.text), "number": number})
        return
    rows = [
        TextRow(
            (str(number), verdict_of(each.feedback), each.feedback.given_at.date().isoformat()), each.text
        )
        for number, each in enumerate(judged, 1)
    ]
    show_texts(("#", "verdict", "judged"), rows)
