"""Demo: what palate does, in half a minute: ranks, is told a few judgements, ranks again, explains."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from rich.markup import escape

from palate.cli.show import title_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import Console

    from palate.library import Library
    from palate.reader import Reader
    from palate.text import Text
    from palate.value import Hit

    Say = Callable[[str], None]

N_SHOWN = 8
SUBJECT = "search and ranking"
NARROWEST = 60  # columns
NEAR_QUANTILE = 0.9  # of the similarities to the first text: who likes that text likes the tenth above it
LIKES, DISLIKES = "search engines, ranking and recommendation", "image generation"
NEXT = """\
[bold]Now on your own stream:[/bold]
  palate add https://example.org/feed.xml papers.csv refs.bib notes/
  palate reader add me --likes "what you look for; another interest"
  palate rank                  the best for you, best first
  palate ask                   judge by keys: l like, d dislike, s skip, u undo, q quit
  palate why TEXT              why a text has its score
  palate --help                all the rest
Installed in a virtual environment? Then it is .venv/bin/palate."""


def demonstrate(source: str | None, console: Console) -> None:
    """Demonstrates palate on the shipped sample, or on another source with a pretended reader, who likes the
    texts that are like its first one.
    """
    from palate.library import Library
    from palate.reasons import reason
    from palate.sample import SAMPLE

    say = partial(console.print, soft_wrap=True, highlight=False)
    with Library(":memory:") as library:
        report = library.add(source or SAMPLE)
        remark = f"({report.grouped} near-copies folded, {len(report.skipped)} skipped)"
        say(f"[bold]{report.added + report.grouped} texts[/bold] in {report.seconds:.1f} s {remark}")
        if not library.n_texts:
            say("There is nothing to rank: give a source with texts.")
            return
        reader, likes, description = _sample_reader(library) if source is None else _pretended_reader(library)
        say(description)
        before = reader.rank(library.n_texts)
        page = before[:N_SHOWN]
        counted = _counted(page, likes)
        say(f"\n[bold]1. A first page from that alone[/bold]: {counted} are on the subject")
        _show(say, console, page, {})
        _judge(say, reader, page, likes)
        left = before[N_SHOWN:]
        after = reader.rank(N_SHOWN)
        counted, without = _counted(after, likes), _counted(left[:N_SHOWN], likes)
        say(
            f"\n[bold]3. The next page[/bold], ranked again at once: {counted},"
            f" without the verdicts {without}; ▲▼ places moved"
        )
        _show(say, console, after, {hit.text.id: place for place, hit in enumerate(left, 1)})
        if after:
            say(f"\n[bold]Why the first?[/bold] {escape(reason(reader.why(after[0].text.id)))}")
    say("\n" + NEXT)


def _counted(hits: Sequence[Hit], likes: Callable[[Text], bool]) -> str:
    return f"{sum(likes(hit.text) for hit in hits)} of {len(hits)}"


def _judge(say: Say, reader: Reader, hits: Sequence[Hit], likes: Callable[[Text], bool]) -> None:
    verdicts = ["like" if likes(hit.text) else "dislike" for hit in hits]
    reader.judge_many([(hit.text.id, verdict) for hit, verdict in zip(hits, verdicts, strict=True)])
    n_liked = verdicts.count("like")
    say(
        f"\n[bold]2. A verdict on each[/bold]: [green]{n_liked} liked[/green],"
        f" [red]{len(hits) - n_liked} disliked[/red]"
    )


def _sample_reader(library: Library) -> tuple[Reader, Callable[[Text], bool], str]:
    reader = library.reader("ada", likes=LIKES, dislikes=DISLIKES)
    return (
        reader,
        lambda text: text.extra.get("subject") == SUBJECT,
        f'Ada wrote: likes "{LIKES}", dislikes "{DISLIKES}".',
    )


def _pretended_reader(library: Library) -> tuple[Reader, Callable[[Text], bool], str]:
    first = next(library.texts())
    similarity = {first.id: 1.0}
    for found in library.find_like(first.id, limit=library.n_texts):
        similarity[found.text.id] = found.similarity
    near = float(np.quantile(list(similarity.values()), NEAR_QUANTILE))
    reader = library.reader("you", likes=first.title or first.content[:200])
    description = f'Let us pretend that you like texts like "{_title(first)}".'
    return reader, lambda text: similarity[text.id] >= near, description


def _show(say: Say, console: Console, hits: Sequence[Hit], before: dict[str, int]) -> None:
    for place, hit in enumerate(hits, 1):
        moved = before.get(hit.text.id, place) - place
        mark = (
            f"[green]▲{moved:<3}[/green]"
            if moved > 0
            else f"[red]▼{-moved:<3}[/red]"
            if moved < 0
            else "    "
        )
        value = f"[bold]{hit.value.score:>3}[/bold] [dim]±{round(100 * hit.value.sd):<3}[/dim]"
        say(f"  {value}{mark} {_title(hit.text, max(console.width, NARROWEST) - 16)}")


def _title(text: Text, width: int = 80) -> str:
    """Returns the title, in so many columns, as markup that shows it unchanged."""
    title = title_of(text)
    return escape(title[: width - 1] + "…" if len(title) > width else title)
