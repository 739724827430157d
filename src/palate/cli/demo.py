"""Demo: what palate does, in half a minute: ranks, is told a few judgements, ranks again, explains."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from rich.markup import escape

from palate.cli.show import title_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from palate.library import Library
    from palate.reader import Reader
    from palate.text import Text
    from palate.value import Hit

    Say = Callable[[str], None]

N_SHOWN, N_JUDGED, SUBJECT = 8, 8, "search and ranking"
MAX_TITLE_CHARACTERS = 90
NEAR_QUANTILE = 0.9  # of the similarities to the first text: who likes that text likes the tenth above it
LIKES, DISLIKES = "search engines, ranking and recommendation", "image generation"
NEXT = """\
[bold]Now on your own stream:[/bold]
  palate add https://example.org/feed.xml papers.csv refs.bib notes/   a feed, files, folders
  palate reader add me --likes "what you look for" --dislikes "what you are tired of"
  palate rank                  the best for you, best first
  palate ask                   judge what teaches most: l like, d dislike, s skip, u undo, q quit
  palate why TEXT_ID           which words and which of your judgements made the score
  palate --help                all the rest
Installed in a virtual environment? Then it is .venv/bin/palate."""


def demonstrate(source: str | None, console: Console) -> None:
    """Demonstrates palate on the shipped sample, or on another source with a pretended reader, who likes the
    texts that are like its first one.
    """
    from palate.library import Library
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
        say("\n[bold]1. Ranked from that alone[/bold] (score 0..100, ± one sd; nothing judged yet)")
        _show(say, before[:N_SHOWN], {})
        judged = {hit.text.id: hit for hit in reader.ask(N_JUDGED // 2) + before[:N_JUDGED]}
        say("\n[bold]2. A few judgements[/bold], on what teaches most and on what stands on top")
        for hit in list(judged.values())[:N_JUDGED]:
            liked = likes(hit.text)
            reader.judge(hit.text.id, "like" if liked else "dislike")
            say(f"   {'[green]like   [/green]' if liked else '[red]dislike[/red]'} {_title(hit.text)}")
        say("\n[bold]3. Ranked again[/bold], at once; ▲▼ places moved, judged texts left out")
        after = reader.rank(N_SHOWN)
        _show(say, after, {hit.text.id: position for position, hit in enumerate(before, 1)})
        if after:
            _explain(say, reader, after[0])
    say("\n" + NEXT)


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


def _show(say: Say, hits: list[Hit], before: dict[str, int]) -> None:
    for position, hit in enumerate(hits, 1):
        moved = before.get(hit.text.id, position) - position
        mark = (
            f"[green]▲{moved:<4}[/green]"
            if moved > 0
            else f"[red]▼{-moved:<4}[/red]"
            if moved < 0
            else "     "
        )
        copies = f" [dim](+{len(hit.group) - 1} near-copy)[/dim]" if hit.group else ""
        value = f"[bold]{hit.value.score:>3}[/bold] [dim]±{round(100 * hit.value.sd):<3}[/dim]"
        say(f"   {value}{mark} {_title(hit.text)}{copies}")


def _explain(say: Say, reader: Reader, hit: Hit) -> None:
    why = reader.why(hit.text.id)
    pulls: dict[str, float] = {}
    for share in why.contributions:
        if share.name not in (share.block, "base"):
            pulls[share.name] = pulls.get(share.name, 0.0) + share.amount
    ordered = sorted(pulls, key=lambda word: -pulls[word])
    up = ", ".join(f"{word} {pulls[word]:+.2f}" for word in ordered[:6] if pulls[word] > 0)
    down = ", ".join(f"{word} {pulls[word]:+.2f}" for word in ordered[::-1][:3] if pulls[word] < 0)
    say(
        f'\n[bold]Why {hit.value.score} for "{_title(hit.text)}"?[/bold]  [dim](shares of the log odds)[/dim]'
    )
    say(f"   words up: {escape(up)}\n   words down: {escape(down) or 'none'}")
    if why.liked:
        say(f'   nearest liked: "{_title(why.liked[0].text)}" (cosine {why.liked[0].similarity:.2f})')


def _title(text: Text) -> str:
    """Returns the title as markup that shows it unchanged."""
    title = title_of(text)
    cropped = title[: MAX_TITLE_CHARACTERS - 1] + "…" if len(title) > MAX_TITLE_CHARACTERS else title
    return escape(cropped)
