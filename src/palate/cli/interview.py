"""Interview: questions in a terminal, a text, a key, the next text."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from palate.cli import show
from palate.cli.progress import sentence
from palate.cli.tables import spread, verdict_of
from palate.question.choose import DEFAULT_QUESTION

if TYPE_CHECKING:
    from rich.console import Console

    from palate.question.stopping import RecallEstimate
    from palate.reader import Reader
    from palate.value import Hit

VERDICTS = {"l": "like", "d": "dislike", "s": "skip"}
ENOUGH_SHARE = 0.95  # of what the reader would like, at least, as far as is known
KEYS = "l like   d dislike   s skip   u undo   q quit"
RESERVED_LINES = 7  # of the screen, beside the text itself


def interview(
    reader: Reader,
    console: Console,
    read_key: Callable[[], str],
    limit: int | None,
    strategy: str = DEFAULT_QUESTION,
) -> None:
    """Asks until the limit, q, the end of the input, until no text is left, or until nearly all that the
    reader would like is found; where that was so before, it goes on.

    read_key waits for a key; it may raise EOFError, and KeyboardInterrupt, which ends the command with 130.
    """
    n_judged, was_enough = 0, _is_enough(reader.progress())
    try:
        while limit is None or n_judged < limit:
            hits = reader.ask(1, strategy=strategy)
            if not hits:
                console.print("no text is left to ask about; palate add brings new ones", style="dim")
                break
            _show(hits[0], console)
            key = known_key(console, read_key, "".join([*VERDICTS, "uq"]), KEYS)
            if key == "q":
                break
            if key == "u":
                undone = reader.undo()
                n_judged = max(0, n_judged - 1)
                message = (
                    f"undone: {verdict_of(undone)}  {show.clean(undone.text_id)}"
                    if undone
                    else "nothing to undo"
                )
                console.print(message, style="yellow")
            else:
                reader.judge(hits[0].text.id, VERDICTS[key])
                n_judged += 1
                console.print(VERDICTS[key], style={"l": "green", "d": "red", "s": "dim"}[key])
                if not was_enough and _is_enough(reader.progress()):
                    console.print("enough is seen; palate ask again goes on", style="dim")
                    break
    except KeyboardInterrupt:
        show.note(f"stopped: {show.plural(n_judged, 'judgement')} kept")
        raise typer.Exit(130) from None
    console.print(f"{show.plural(n_judged, 'judgement')} kept", style="dim")
    recall = reader.progress()
    if recall.known:
        console.print(sentence(recall), style="dim")


def _is_enough(seen: RecallEstimate) -> bool:
    return seen.known and seen.low >= ENOUGH_SHARE


def known_key(console: Console, read_key: Callable[[], str], known: str, help: str) -> str:
    """Returns the first key that is known, q at the end of the input; at another the help is printed. Keys
    typed ahead are dropped: they were not meant for a text unseen.
    """
    while True:
        try:
            key = read_key().strip()[:1].lower()
        except EOFError:
            return "q"
        if key and key in known:
            return key
        if key:
            console.print(help, style="dim")


def _show(hit: Hit, console: Console) -> None:
    """Prints the title, as much of the body as fits on the screen, and the value."""
    from rich.text import Text

    console.rule(style="dim")
    console.print(Text(show.title_of(hit.text), style="bold"))
    body = show.clean(hit.text.body) if hit.text.title else ""
    lines = list(Text(body[: console.width * console.height]).wrap(console, console.width))
    n_fitting = max(1, console.height - RESERVED_LINES)
    for line in lines[:n_fitting]:
        console.print(line)
    if len(lines) > n_fitting:
        console.print("…", style="dim")
    facts = [
        f"score {hit.value.score} ± {spread(hit.value)}",
        show.clean(hit.text.id),
        show.clean(hit.text.source),
    ]
    console.print("   ".join(filter(None, facts)), style="dim")
    console.print(KEYS, style="cyan")
