"""`palate rule`: rules beside learning, written by the reader or suggested by the judgements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from palate.cli import show
from palate.cli.options import (
    MAIN,
    JsonOption,
    ReaderOption,
    StoreOption,
    TasteOption,
    open_library,
    open_reader,
    speakable,
    wants_json,
)
from palate.shapes import rule_shape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from palate.rule import Evidence, StoredRule
    from palate.rules.of_reader import ReaderRules

ACTIONS, FIELDS = "--block, --keep or --boost NUMBER", "--word, --author, --source, --pattern or --language"
NumberArgument = Annotated[
    int, typer.Argument(metavar="NUMBER", help="A rule's number, as rule list shows it.", show_default=False)
]


def add(
    ctx: typer.Context,
    block: Annotated[bool, typer.Option("--block", help="Never shows texts that match.")] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Shows texts that match above all others, blocked or not.")
    ] = False,
    boost: Annotated[
        float | None,
        typer.Option(metavar="NUMBER", help="Adds so many logits, -20 to 20.", show_default=False),
    ] = None,
    word: Annotated[
        str | None,
        typer.Option(
            metavar="WORD", help="Matches a whole word or phrase in title or text.", callback=speakable
        ),
    ] = None,
    author: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Matches an author whose name has all these words.", callback=speakable
        ),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Matches a source, as its texts name it, or a web host.", callback=speakable
        ),
    ] = None,
    pattern: Annotated[
        str | None,
        typer.Option(
            metavar="REGEX",
            help="Matches a regular expression of RE2 anywhere in title or text.",
            callback=speakable,
        ),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(
            metavar="LANGUAGE",
            help="Matches a language, by its English name or its code, such as de.",
            callback=speakable,
        ),
    ] = None,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Adds a rule: one of --block, --keep, --boost for one of the options that say what it matches.

    A word is found in any case and with or without accents. The rule replaces an earlier one for the same
    word, author, source, pattern or language, and holds from the next command on.

    Example: palate rule add --block --word crypto

    Example: palate rule add --boost 1.5 --author "Ada Lovelace"
    """
    from palate.rule import Rule

    switches = (("block", block), ("keep", keep), ("boost", boost is not None))
    actions: list[Any] = [name for name, is_on in switches if is_on]
    matched = {"word": word, "author": author, "source": source, "pattern": pattern, "language": language}
    fields: list[tuple[Any, str]] = [(name, value) for name, value in matched.items() if value is not None]
    if len(actions) != 1 or len(fields) != 1:
        raise typer.BadParameter(f"a rule needs just one of {ACTIONS}, and just one of {FIELDS}")
    rule = Rule(actions[0], *fields[0], 0.0 if boost is None else boost)
    with _rules(ctx, store, reader, taste) as opened:
        _show([opened.add(rule)], as_json=wants_json(ctx, json))


def list_(
    ctx: typer.Context,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Lists the rules of a taste: number, state (accepted, pending, vetoed), rule, evidence.

    Only accepted rules do anything.

    Example: palate rule list
    """
    with _rules(ctx, store, reader, taste) as opened:
        rules = opened.all()
    _show(rules, as_json=wants_json(ctx, json))
    if not rules:
        show.note("there are no rules; add one with palate rule add, or see what palate rule suggest finds")


def remove(
    ctx: typer.Context,
    number: NumberArgument,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Removes a rule as if it had never been.

    It may be suggested again; palate rule veto is for good.

    Example: palate rule remove 3
    """
    with _rules(ctx, store, reader, taste) as opened:
        _show([opened.remove(number)], as_json=wants_json(ctx, json))


def suggest(
    ctx: typer.Context,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Suggests rules that the judgements so far speak for, surest first, each with its evidence.

    The rules name words, authors and sources that liked and disliked texts do not share; at most 5 in 100
    come by chance. Nothing changes until one is accepted; a vetoed one is not suggested again.

    Example: palate rule suggest
    """
    with _rules(ctx, store, reader, taste) as opened:
        rules = opened.suggest()
    _show(rules, as_json=wants_json(ctx, json))
    if rules:
        show.note(
            "accept one with palate rule accept NUMBER, or never see it again with palate rule veto NUMBER"
        )
    else:
        show.note("the judgements so far speak for no rule beyond chance")


def accept(
    ctx: typer.Context,
    number: NumberArgument,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Accepts a suggested rule, or one that was vetoed.

    Example: palate rule accept 3
    """
    with _rules(ctx, store, reader, taste) as opened:
        _show([opened.accept(number)], as_json=wants_json(ctx, json))


def veto(
    ctx: typer.Context,
    number: NumberArgument,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Vetoes a rule: it does nothing, and is never suggested again.

    Example: palate rule veto 3
    """
    with _rules(ctx, store, reader, taste) as opened:
        _show([opened.veto(number)], as_json=wants_json(ctx, json))


@contextmanager
def _rules(ctx: typer.Context, store: Path | None, reader: str | None, taste: str) -> Iterator[ReaderRules]:
    with open_library(ctx, store) as library:
        yield open_reader(ctx, library, reader, taste).rules


def _show(rules: Sequence[StoredRule], *, as_json: bool) -> None:
    for stored in rules:
        if as_json:
            show.out_json(rule_shape(stored))
            continue
        cells = [
            str(stored.rule_id),
            stored.state,
            show.clean(str(stored.rule)),
            _evidence_text(stored.evidence),
        ]
        show.out("\t".join(cells).rstrip("\t"))


def _evidence_text(evidence: Evidence | None) -> str:
    if evidence is None:
        return ""
    return (
        f"{evidence.liked} of {evidence.of_liked} liked,"
        f" {evidence.disliked} of {evidence.of_disliked} disliked (p = {evidence.chance:.1g})"
    )


app = typer.Typer(
    no_args_is_help=True, help="Blocks, keeps or boosts texts by word, author, source or pattern."
)
app.command("add")(add)
app.command("list")(list_)
app.command("remove")(remove)
app.command("suggest")(suggest)
app.command("accept")(accept)
app.command("veto")(veto)
