"""Judging: the ranked list, verdicts, questions and reasons."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from palate.cli import show
from palate.cli.options import (
    MAIN,
    JsonOption,
    LimitOption,
    ReaderOption,
    StoreOption,
    TasteOption,
    TextArgument,
    open_library,
    open_reader,
    speakable,
    wants_json,
)

if TYPE_CHECKING:
    from palate.feedback import Feedback
    from palate.library import Library


def rank(
    ctx: typer.Context,
    limit: LimitOption = 20,
    all: Annotated[
        bool, typer.Option("--all", help="Also those that were judged or skipped before.")
    ] = False,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """The best texts for a reader, best first: the score from 0 to 100 with its standard deviation, the
    title, the id.

    Texts that were judged or skipped are left out unless --all is given. Near-copies are folded under the
    first of them.

    Example: palate rank --limit 5
    """
    with open_library(ctx, store) as library:
        hits = open_reader(ctx, library, reader, taste).rank(limit, all=all)
        show.show_hits(hits, as_json=wants_json(ctx, json))
        if not hits:
            show.note(_nothing_left(library))


def _verdict(value: str) -> str:
    """-0.5 is let through as an argument, and so is a slip in an option's name: refuse that as the usage
    error that it is.
    """
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
        metavar="TEXT_ID",
        help="A text's id, as rank and find show it.",
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
    """Take in a judgement. It replaces an earlier one of the same text or of a near-copy, and is on disk when
    the command ends.

    Example: palate judge s001 like

    Example: palate judge s001 -0.5
    """
    with open_library(ctx, store) as library:
        judging = open_reader(ctx, library, reader, taste)
        feedback = judging.judge(text_id, verdict)
        _show_feedback(library, feedback, "", as_json=wants_json(ctx, json))
        if judging.dropped:
            show.note(
                f"the taste holds no more: the oldest {judging.dropped} judgements no longer weigh in, the log keeps them"
            )


def undo(
    ctx: typer.Context,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Take back the newest judgement that stands: all is as if it had never been. Again takes back the one
    before.

    Example: palate undo
    """
    with open_library(ctx, store) as library:
        feedback = open_reader(ctx, library, reader, taste).undo()
        if feedback is None:
            show.note("nothing to undo: no judgement stands")
        else:
            _show_feedback(library, feedback, "undone: ", as_json=wants_json(ctx, json))


STRATEGY_HELP = "diverse, expected, explore (default), random, thompson, uncertainty or variance."


def ask(
    ctx: typer.Context,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            min=1,
            metavar="N",
            help="At most so many questions. Default: 1; in a terminal, until q.",
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
    """Be asked about the texts whose judgement teaches most.

    In a terminal each is shown and a key answers: l like, d dislike, s skip, u undo, q quit. Elsewhere, and
    with --json, the questions are printed as rank prints texts; answer them with palate judge.

    Example: palate ask

    Example: palate ask --strategy diverse --limit 5
    """
    from palate.question.choose import DEFAULT_QUESTION

    strategy = strategy or DEFAULT_QUESTION
    as_json = wants_json(ctx, json)
    with open_library(ctx, store) as library:
        whose = open_reader(ctx, library, reader, taste)
        if not as_json and sys.stdin.isatty() and show.is_terminal():
            from palate.cli.asking import ask_in_terminal

            ask_in_terminal(whose, show.terminal(), typer.getchar, limit, strategy)
            return
        hits = whose.ask(limit or 1, strategy=strategy)
        show.show_hits(hits, as_json=as_json)
        if not hits:
            show.note(_nothing_left(library))


def why(
    ctx: typer.Context,
    text_id: TextArgument,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """What makes a text's value: the words that pull it up and down, each block's share, the nearest liked
    and disliked texts.

    Example: palate why s001
    """
    with open_library(ctx, store) as library:
        reasons = open_reader(ctx, library, reader, taste).why(text_id)
        if wants_json(ctx, json):
            show.out_json(show.why_fields(reasons))
        else:
            show.show_why(reasons)


def _show_feedback(library: Library, feedback: Feedback, before: str, *, as_json: bool) -> None:
    if as_json:
        show.out_json(show.feedback_fields(feedback))
    else:
        text = library.text(feedback.text_id)
        show.out(f"{before}{show.verdict_of(feedback)}  {show.clean(text.id)}  {show.title_of(text)}")


def _nothing_left(library: Library) -> str:
    if len(library.corpus()):
        return "every text is judged or skipped; palate rank --all shows them, palate add brings new ones"
    return "there are no texts yet; add some with: palate add SOURCE"
