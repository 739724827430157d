"""`palate judge`, `undo`, `ask` and `why`: judgements, questions and reasons."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from palate.cli import show
from palate.cli.options import (
    MAIN,
    TEXT_HELP,
    JsonOption,
    ReaderOption,
    StoreOption,
    TasteOption,
    TextArgument,
    listing,
    open_library,
    open_reader,
    speakable,
    wants_json,
)
from palate.cli.rank import nothing_left
from palate.cli.tables import show_hits, show_why, verdict_of
from palate.shapes import feedback_shape, why_shape

if TYPE_CHECKING:
    from palate.feedback import Feedback
    from palate.library import Library


def _verdict(value: str) -> str:
    """Refuses a mistyped option as a usage error: so that -0.5 passes as an argument, every option does."""
    if value.startswith("-"):
        try:
            float(value)
        except ValueError:
            raise typer.BadParameter(
                f"no such option: {value}; a verdict is like, dislike, skip or a number"
            ) from None
    return value


def _text_id(value: str) -> str:
    if value.startswith("--"):
        raise typer.BadParameter(f"no such option: {value}")
    return speakable(value)


JudgedArgument = Annotated[
    str,
    typer.Argument(
        metavar="TEXT",
        help=f"A text: {TEXT_HELP}.",
        callback=_text_id,
        show_default=False,
    ),
]
VerdictArgument = Annotated[
    str,
    typer.Argument(
        metavar="like|dislike|skip|NUMBER",
        help="NUMBER is from -1 to 1; skip teaches nothing.",
        callback=_verdict,
        show_default=False,
    ),
]


def judge(
    ctx: typer.Context,
    text_id: JudgedArgument,
    verdict: VerdictArgument,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Records a judgement, on disk when the command ends.

    It replaces an earlier judgement of the same text or of a near-copy.

    Example: palate judge 3 like

    Example: palate judge s001 -0.5
    """
    judge_each(ctx, store, [(text_id, verdict)], reader, taste, as_json=wants_json(ctx, json))


def judge_each(
    ctx: typer.Context,
    store: Path | None,
    verdicts: Sequence[tuple[str, str]],
    reader: str | None,
    taste: str,
    *,
    as_json: bool,
) -> None:
    """Records judgements, all or none, of texts as a person names them, and prints what was recorded."""
    with open_library(ctx, store) as library:
        opened = open_reader(ctx, library, reader, taste)
        listed = listing(ctx, library, reader, taste)
        named = [(listed.id_of(name), verdict) for name, verdict in verdicts]
        for feedback in opened.judge_many(named):
            _show_feedback(library, feedback, "", as_json=as_json)
        if opened.dropped:
            show.note(
                f"the taste is full: the oldest {opened.dropped} judgements no longer count;"
                " the log keeps them"
            )


def undo(
    ctx: typer.Context,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Takes back the newest judgement that stands, as if it had never been.

    Run again, it takes back the one before.

    Example: palate undo
    """
    with open_library(ctx, store) as library:
        feedback = open_reader(ctx, library, reader, taste).undo()
        if feedback is None:
            show.note("nothing to undo: no judgement stands")
        else:
            _show_feedback(library, feedback, "undone: ", as_json=wants_json(ctx, json))


STRATEGY_HELP = (
    "Chooses the texts by diverse, expected, explore (default), random, thompson, uncertainty or variance."
)


def ask(
    ctx: typer.Context,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            min=1,
            metavar="N",
            help="Asks at most so many questions. Default: 1; in a terminal, until q.",
        ),
    ] = None,
    strategy: Annotated[
        str | None, typer.Option("--strategy", metavar="NAME", help=STRATEGY_HELP, show_default=False)
    ] = None,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Asks about the texts whose judgement teaches most.

    In a terminal each text is shown and a key answers: l like, d dislike, s skip, u undo, q quit. Elsewhere,
    and with --json, the texts are printed as rank prints them; answer with palate judge.

    Example: palate ask

    Example: palate ask --strategy diverse --limit 5
    """
    from palate.question.choose import DEFAULT_QUESTION

    strategy = strategy or DEFAULT_QUESTION
    as_json = wants_json(ctx, json)
    with open_library(ctx, store) as library:
        opened = open_reader(ctx, library, reader, taste)
        if not as_json and sys.stdin.isatty() and show.is_terminal():
            from palate.cli.interview import interview

            interview(opened, show.terminal(), typer.getchar, limit, strategy)
            return
        hits = opened.ask(limit or 1, strategy=strategy)
        listing(ctx, library, reader, taste).keep(hit.text.id for hit in hits)
        show_hits(hits, as_json=as_json, numbered=True)
        if not hits:
            show.note(nothing_left(library))


def why(
    ctx: typer.Context,
    text_id: TextArgument,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Explains a text's value: the words that pull it up and down, each block's share, the nearest liked and
    disliked texts.

    Example: palate why s001
    """
    with open_library(ctx, store) as library:
        opened = open_reader(ctx, library, reader, taste)
        reasons = opened.why(listing(ctx, library, reader, taste).id_of(text_id))
        if wants_json(ctx, json):
            show.out_json(why_shape(reasons))
        else:
            show_why(reasons)


def _show_feedback(library: Library, feedback: Feedback, prefix: str, *, as_json: bool) -> None:
    if as_json:
        show.out_json(feedback_shape(feedback))
    else:
        text = library.text(feedback.text_id)
        show.out(f"{prefix}{verdict_of(feedback)}  {show.clean(text.id)}  {show.title_of(text)}")
