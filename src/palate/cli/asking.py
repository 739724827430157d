"""Asking in a terminal: a text, a key, the next text."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from palate.cli import progress as show_progress
from palate.cli import show
from palate.question.choose import DEFAULT_QUESTION

if TYPE_CHECKING:
    from rich.console import Console

    from palate.reader import Reader
    from palate.value import Hit

VERDICTS = {"l": "like", "d": "dislike", "s": "skip"}
KEYS = "l like   d dislike   s skip   u undo   q quit"
OTHER_LINES = 7  # of the screen, beside the text itself


def ask_in_terminal(
    reader: Reader,
    console: Console,
    read_key: Callable[[], str],
    limit: int | None,
    strategy: str = DEFAULT_QUESTION,
) -> None:
    """Ask until the limit, q, the end of the input, or until nothing is left to ask.

    read_key waits for a key; it may raise EOFError, and KeyboardInterrupt, which ends the command with 130.
    """
    judged = 0
    try:
        while limit is None or judged < limit:
            hits = reader.ask(1, strategy=strategy)
            if not hits:
                console.print("nothing is left to ask; palate add brings new texts", style="dim")
                break
            _show(hits[0], console)
            key = _known_key(console, read_key)
            if key == "q":
                break
            if key == "u":
                undone = reader.undo()
                judged = max(0, judged - 1)
                what = (
                    f"undone: {show.verdict_of(undone)}  {show.clean(undone.text_id)}"
                    if undone
                    else "nothing to undo"
                )
                console.print(what, style="yellow")
            else:
                reader.judge(hits[0].text.id, VERDICTS[key])
                judged += 1
                console.print(VERDICTS[key], style={"l": "green", "d": "red", "s": "dim"}[key])
    except KeyboardInterrupt:
        show.note(f"stopped: {_count(judged)} kept")
        raise typer.Exit(130) from None
    console.print(f"{_count(judged)} kept", style="dim")
    seen = reader.progress()
    if seen.known:
        console.print(show_progress.sentence(seen), style="dim")


def _known_key(console: Console, read_key: Callable[[], str]) -> str:
    """The first key that means something. What was typed ahead after it is dropped: it was not meant for a
    text unseen.
    """
    while True:
        try:
            key = read_key().strip()[:1].lower()
        except EOFError:
            return "q"
        if key in (*VERDICTS, "u", "q"):
            return key
        if key:
            console.print(KEYS, style="dim")


def _show(hit: Hit, console: Console) -> None:
    """Title, as much of the body as fits on the screen, and the value."""
    from rich.text import Text

    console.rule(style="dim")
    console.print(Text(show.title_of(hit.text), style="bold"))
    body = show.clean(hit.text.body) if hit.text.title else ""
    lines = list(Text(body[: console.width * console.height]).wrap(console, console.width))
    fits = max(1, console.height - OTHER_LINES)
    for line in lines[:fits]:
        console.print(line)
    if len(lines) > fits:
        console.print("…", style="dim")
    facts = [
        f"score {hit.value.score} ± {show.spread(hit.value)}",
        show.clean(hit.text.id),
        show.clean(hit.text.source),
    ]
    console.print("   ".join(filter(None, facts)), style="dim")
    console.print(KEYS, style="cyan")


def _count(judged: int) -> str:
    return f"{judged} judgement{'' if judged == 1 else 's'}"
