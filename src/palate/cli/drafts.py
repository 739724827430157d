"""`palate drafts`: what models wrote for a reader: ranked two at a time, listed, exported as pairs."""

from __future__ import annotations

import json as json_
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from palate.cli import show
from palate.cli.files import whole_file
from palate.cli.options import (
    MAIN,
    JsonOption,
    ReaderOption,
    StoreOption,
    TasteOption,
    open_library,
    open_reader,
    wants_json,
)
from palate.errors import BadValue
from palate.shapes import Shape
from palate.shapes.drafts import stored_draft_shape

if TYPE_CHECKING:
    from rich.console import Console

    from palate.writing.drafts import Drafts, Pair

KEYS = "1 or 2 the better   = as good   s skip   u undo   q quit"


def judge(
    ctx: typer.Context,
    ranking: Annotated[
        list[int] | None,
        typer.Argument(metavar="BEST NEXT ...", help="Drafts by their numbers, the best first."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, metavar="N", help="Asks at most so many times.")
    ] = None,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Asks which of two drafts of one prompt is better, the pair that teaches most first; one key answers.

    With numbers it records that ranking and asks nothing. Without a terminal it prints the next pair. The
    answers are feedback of a taste called writing: they teach what drafts are worth, and are preference pairs
    for palate train reward.

    Example: palate drafts judge

    Example: palate drafts judge 4 2 3
    """
    with open_library(ctx, store) as library:
        drafts = library.drafts(open_reader(ctx, library, reader, taste))
        if ranking:
            entry = drafts.rank([[number] for number in ranking])
            if wants_json(ctx, json):
                show.out_json({"entry": entry, "ranking": ranking})
            else:
                show.note(f"ranked: {' before '.join(map(str, ranking))}")
            return
        if sys.stdin.isatty() and show.is_terminal() and not wants_json(ctx, json):
            _interview(drafts, show.terminal(), typer.getchar, limit)
            return
        pair = drafts.next_pair()
        if pair is None:
            raise BadValue(_nothing_to_rank(drafts))
        for one in (pair.first, pair.second):
            if wants_json(ctx, json):
                show.out_json(stored_draft_shape(one))
            else:
                show.out(f"{one.number}\t{show.clean(one.prompt)}\t{show.clean(one.content)}")


def list_(
    ctx: typer.Context,
    reader: ReaderOption = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Lists the drafts that are kept: number, score, model, prompt and text.

    Example: palate drafts list
    """
    with open_library(ctx, store) as library:
        drafts = library.drafts(open_reader(ctx, library, reader, MAIN))
        kept = drafts.all()
        values = drafts.value([one.content for one in kept])
    if wants_json(ctx, json):
        for one, value in zip(kept, values, strict=True):
            show.out_json({**stored_draft_shape(one), "score": value.score})
        return
    lines = [
        [str(one.number), str(value.score), *map(show.clean, (one.model, one.prompt, one.content))]
        for one, value in zip(kept, values, strict=True)
    ]
    headings = ("number", "score", "model", "prompt", "text")
    show.out_table(headings, lines, left=headings[2:], overflow="ellipsis", no_wrap=True)
    if not kept:
        show.note("no drafts are kept; write some with: palate write PROMPT --for me --n 4")


def export(
    ctx: typer.Context,
    file: Annotated[
        str, typer.Argument(metavar="FILE|-", help="The file to write, compressed for .gz.")
    ] = "-",
    reader: ReaderOption = None,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Writes the rankings as JSON Lines that palate train reward reads: a prompt and its drafts, best first.

    Example: palate drafts export pairs.jsonl.gz
    """
    with open_library(ctx, store) as library:
        drafts = library.drafts(open_reader(ctx, library, reader, MAIN))
        shapes = ranking_shapes(drafts)
    if file == "-":
        for shape in shapes:
            show.out_json(shape)
        return
    with whole_file(Path(file)) as out:
        for shape in shapes:
            out.write(json_.dumps(shape, ensure_ascii=False) + "\n")
    if wants_json(ctx, json):
        show.out_json({"rankings": len(shapes), "path": file})
    else:
        show.note(f"{show.plural(len(shapes), 'ranking')} are in {file}")


def ranking_shapes(drafts: Drafts) -> list[Shape]:
    """Returns the rankings of a reader, each a prompt and its drafts in groups, the best first. Raises
    BadValue where there is none.
    """
    rankings = drafts.rankings()
    if not rankings:
        raise BadValue("nothing was ranked yet; rank drafts with: palate drafts judge")
    return [
        {
            "prompt": groups[0][0].prompt,
            "ranking": [[one.content for one in group] for group in groups],
        }
        for groups in rankings
    ]


def _interview(drafts: Drafts, console: Console, read_key: Callable[[], str], limit: int | None) -> None:
    """Asks until the limit, q, the end of the input, or until no pair is left."""
    from palate.cli.interview import known_key

    ranked, skipped = 0, set[frozenset[int]]()
    while limit is None or ranked < limit:
        pair = drafts.next_pair()
        if pair is None or frozenset((pair.first.number, pair.second.number)) in skipped:
            console.print(_nothing_to_rank(drafts), style="dim")
            break
        _show_pair(pair, console)
        key = known_key(console, read_key, "12=suq", KEYS)
        if key == "q":
            break
        if key == "u":
            console.print("undone" if drafts.undo() else "nothing to undo", style="yellow")
            ranked = max(0, ranked - 1)
        elif key == "s":
            skipped.add(frozenset((pair.first.number, pair.second.number)))
        else:
            first, second = pair.first.number, pair.second.number
            drafts.rank({"1": [[first], [second]], "2": [[second], [first]]}.get(key, [[first, second]]))
            ranked += 1
    console.print(f"{show.plural(ranked, 'ranking')} kept", style="dim")
    if taste := drafts.taste():
        told = ", ".join(f"{'more' if weight > 0 else 'less'} {name}" for name, weight in taste.reasons()[:3])
        console.print(f"in style, what tells most so far: {told}", style="dim")


def _show_pair(pair: Pair, console: Console) -> None:
    """Prints two drafts side by side under their prompt."""
    from rich.table import Table

    console.rule(style="dim")
    console.print(show.clean_lines(pair.first.prompt), style="bold")
    table = Table(box=None, padding=(0, 3, 0, 0), expand=True)
    table.add_column("1", ratio=1)
    table.add_column("2", ratio=1)
    table.add_row(show.clean_lines(pair.first.content), show.clean_lines(pair.second.content))
    console.print(table)
    if pair.chance is not None:
        console.print(f"expected: 1 with {pair.chance:.0%}", style="dim")
    console.print(KEYS, style="cyan")


def _nothing_to_rank(drafts: Drafts) -> str:
    if not drafts.all():
        return "no drafts are kept; write some with: palate write PROMPT --for me --n 4"
    return "every pair of drafts was compared or skipped; write more with: palate write PROMPT --for me --n 4"


app = typer.Typer(no_args_is_help=True, help="Ranks, lists and exports what models wrote for a reader.")
app.command("judge")(judge)
app.command("list")(list_)
app.command("export")(export)
