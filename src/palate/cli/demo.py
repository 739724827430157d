"""What palate is for, in half a minute: rank, judge a few, rank again, say why."""

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

SHOWN, JUDGED, SUBJECT = 8, 8, "search and ranking"
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
    """Run it on the shipped sample, or on a source of one's own (a pretended reader who likes what is like
    its first text).
    """
    from palate.library import Library
    from palate.sample import SAMPLE

    say = partial(console.print, soft_wrap=True, highlight=False)
    with Library(":memory:") as library:
        report = library.add(source or SAMPLE)
        told = f"({report.grouped} near-copies folded, {len(report.skipped)} skipped)"
        say(f"[bold]{report.added} texts[/bold] in {report.seconds:.1f} s {told}")
        reader, likes, told = _sample_reader(library) if source is None else _pretended_reader(library)
        say(told)
        before = reader.rank(max(1, len(library.corpus())))
        if not before:
            say("Nothing to rank: give a source with texts.")
            return
        say("\n[bold]1. Ranked from that alone[/bold] (score 0..100, ± one sd; nothing judged yet)")
        _show(say, before[:SHOWN], {})
        judged = {hit.text.id: hit for hit in reader.ask(JUDGED // 2) + before[:JUDGED]}
        say("\n[bold]2. A few judgements[/bold], on what teaches most and on what stands on top")
        for hit in list(judged.values())[:JUDGED]:
            liked = likes(hit.text)
            reader.judge(hit.text.id, "like" if liked else "dislike")
            say(f"   {'[green]like   [/green]' if liked else '[red]dislike[/red]'} {_title(hit.text)}")
        say("\n[bold]3. Ranked again[/bold], at once; ▲▼ places moved, judged texts left out")
        after = reader.rank(SHOWN)
        _show(say, after, {hit.text.id: place for place, hit in enumerate(before, 1)})
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
    corpus = library.corpus()
    if not len(corpus):
        return library.reader("you"), lambda _: False, ""
    with library.store.reading() as tables:
        first = tables.texts.get([int(corpus.rows[0])])[int(corpus.rows[0])]
    cosine = corpus.vectors @ corpus.vectors[0]
    near = float(np.quantile(cosine, 0.9))
    reader = library.reader("you", likes=first.title or first.content[:200])
    told = f'Let us pretend that you like texts like "{_title(first)}".'
    return reader, lambda text: float(cosine[corpus.place(library.row_of(text.id))]) >= near, told


def _show(say: Say, hits: list[Hit], before: dict[str, int]) -> None:
    for place, hit in enumerate(hits, 1):
        moved = before.get(hit.text.id, place) - place
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
        f'\n[bold]Why {hit.value.score} for "{_title(hit.text)}"?[/bold]  [dim](shares of the log odds)[/dim]',
    )
    say(f"   words up: {escape(up)}\n   words down: {escape(down) or 'none'}")
    if why.liked:
        say(f'   nearest liked: "{_title(why.liked[0].text)}" (cosine {why.liked[0].similarity:.2f})')


def _title(text: Text) -> str:
    """As markup that shows the title as it is."""
    title = title_of(text)
    return escape(title if len(title) <= 90 else title[:89] + "…")
