"""`palate rank`, `judge`, `undo`, `ask` and `why`: the ranking, judgements, questions and reasons."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from palate.cli import show
from palate.cli.options import (
    MAIN,
    JsonOption,
    LanguageOption,
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
from palate.cli.tables import show_hits, show_why, verdict_of
from palate.shapes import feedback_shape, why_shape

if TYPE_CHECKING:
    from palate.feedback import Feedback
    from palate.library import Library


def rank(
    ctx: typer.Context,
    limit: LimitOption = 20,
    all: Annotated[
        bool, typer.Option("--all", help="Includes texts that were judged or skipped before.")
    ] = False,
    language: LanguageOption = None,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Ranks the texts for a reader, best first: score from 0 to 100, its standard deviation, id and title.

    Texts that were judged or skipped are left out unless --all is given. Near-copies are folded under the
    first of them.

    Example: palate rank --limit 5
    """
    with open_library(ctx, store) as library:
        hits = open_reader(ctx, library, reader, taste).rank(limit, all=all, language=language)
        show_hits(hits, as_json=wants_json(ctx, json))
        if not hits:
            show.note(_nothing_left(library))
        if not hits.exact:
            show.note_dimly("not exact yet: a text that is not shown may belong here; rank again in a moment")


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
    """Records a judgement, on disk when the command ends.

    It replaces an earlier judgement of the same text or of a near-copy.

    Example: palate judge s001 like

    Example: palate judge s001 -0.5
    """
    with open_library(ctx, store) as library:
        opened = open_reader(ctx, library, reader, taste)
        feedback = opened.judge(text_id, verdict)
        _show_feedback(library, feedback, "", as_json=wants_json(ctx, json))
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
        show_hits(hits, as_json=as_json)
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
    """Explains a text's value: the words that pull it up and down, each block's share, the nearest liked and
    disliked texts.

    Example: palate why s001
    """
    with open_library(ctx, store) as library:
        reasons = open_reader(ctx, library, reader, taste).why(text_id)
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


def _nothing_left(library: Library) -> str:
    if library.n_texts:
        return "every text is judged or skipped; palate rank --all shows them, palate add brings new ones"
    return "there are no texts yet; add some with: palate add SOURCE"
