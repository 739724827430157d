"""Rules beside learning: write, list, remove; be suggested some, accept or veto them."""

from __future__ import annotations

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

if TYPE_CHECKING:
    from collections.abc import Sequence

    from palate.store.rules import StoredRule

ACTIONS, FIELDS = "--block, --keep or --boost NUMBER", "--word, --author, --source or --pattern"
NumberArgument = Annotated[
    int, typer.Argument(metavar="NUMBER", help="A rule's number, as rule list shows it.", show_default=False)
]


def add(
    ctx: typer.Context,
    block: Annotated[bool, typer.Option("--block", help="Never show what matches.")] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Show what matches above all else, blocked or not.")
    ] = False,
    boost: Annotated[
        float | None,
        typer.Option(metavar="NUMBER", help="Add so many logits, -20 to 20.", show_default=False),
    ] = None,
    word: Annotated[
        str | None,
        typer.Option(
            metavar="WORD", help="A whole word or phrase in title or text, in any case.", callback=speakable
        ),
    ] = None,
    author: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="An author whose name has all these words.", callback=speakable),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="A source, as its texts name it, or a web host.", callback=speakable
        ),
    ] = None,
    pattern: Annotated[
        str | None,
        typer.Option(
            metavar="REGEX", help="A regular expression of RE2, found in title or text.", callback=speakable
        ),
    ] = None,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Write a rule: one of --block, --keep, --boost for one of --word, --author, --source, --pattern.

    It replaces an earlier rule for the same thing, and holds from the next command on.

    Example: palate rule add --block --word crypto

    Example: palate rule add --boost 1.5 --author "Ada Lovelace"
    """
    from palate.rule import Rule

    actions: list[Any] = [
        name for name, given in (("block", block), ("keep", keep), ("boost", boost is not None)) if given
    ]
    fields: list[tuple[Any, str]] = [
        (name, value)
        for name, value in (("word", word), ("author", author), ("source", source), ("pattern", pattern))
        if value is not None
    ]
    if len(actions) != 1 or len(fields) != 1:
        raise typer.BadParameter(f"a rule needs just one of {ACTIONS}, and just one of {FIELDS}")
    rule = Rule(actions[0], *fields[0], 0.0 if boost is None else boost)
    with open_library(ctx, store) as library:
        whose = open_reader(ctx, library, reader, taste)
        with library.store.writing() as tables:
            stored = tables.rules.put(whose.number, rule)
        _show([stored], as_json=wants_json(ctx, json))


def list_(
    ctx: typer.Context,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """List the rules of a taste: number, state (accepted, pending, vetoed), rule, evidence. Only accepted
    ones do anything.

    Example: palate rule list
    """
    with open_library(ctx, store) as library:
        taste_id = open_reader(ctx, library, reader, taste).number
        with library.store.reading() as tables:
            rules = tables.rules.of(taste_id)
        _show(rules, as_json=wants_json(ctx, json))
        if not rules:
            show.note(
                "there are no rules; write one with palate rule add, or see what palate rule suggest finds"
            )


def remove(
    ctx: typer.Context,
    number: NumberArgument,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Remove a rule as if it had never been; what verdicts speak for may be suggested again, unless it is
    vetoed instead.

    Example: palate rule remove 3
    """
    with open_library(ctx, store) as library:
        taste_id = open_reader(ctx, library, reader, taste).number
        with library.store.writing() as tables:
            removed = tables.rules.remove(taste_id, number)
        _show([removed], as_json=wants_json(ctx, json))


def suggest(
    ctx: typer.Context,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Suggest rules that the verdicts so far speak for, surest first, each with its evidence.

    Words, authors and sources that liked and disliked texts do not share; at most 5 in 100 of them come by
    chance. Nothing changes until one is accepted; a vetoed one is not suggested again.

    Example: palate rule suggest
    """
    from palate.rules.suggest import propose

    with open_library(ctx, store) as library:
        rules = propose(library, open_reader(ctx, library, reader, taste))
        _show(rules, as_json=wants_json(ctx, json))
        if rules:
            show.note(
                "take one up with palate rule accept NUMBER, or never see it again with palate rule veto NUMBER"
            )
        else:
            show.note("the verdicts so far speak for no rule beyond chance")


def accept(
    ctx: typer.Context,
    number: NumberArgument,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Accept a suggested rule, or take up a vetoed one after all.

    Example: palate rule accept 3
    """
    with open_library(ctx, store) as library:
        taste_id = open_reader(ctx, library, reader, taste).number
        with library.store.writing() as tables:
            accepted = tables.rules.settle(taste_id, number, "accepted")
        _show([accepted], as_json=wants_json(ctx, json))


def veto(
    ctx: typer.Context,
    number: NumberArgument,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Veto a rule: it does nothing, and is never suggested again.

    Example: palate rule veto 3
    """
    with open_library(ctx, store) as library:
        taste_id = open_reader(ctx, library, reader, taste).number
        with library.store.writing() as tables:
            vetoed = tables.rules.settle(taste_id, number, "vetoed")
        _show([vetoed], as_json=wants_json(ctx, json))


def _show(rules: Sequence[StoredRule], *, as_json: bool) -> None:
    for number, rule, state, evidence in rules:
        if as_json:
            fields = {
                "number": number,
                "action": rule.action,
                "field": rule.field,
                "value": rule.value,
                "amount": rule.amount,
            }
            show.out_json({**fields, "state": state, "evidence": vars(evidence) if evidence else None})
            continue
        said = ""
        if evidence:
            said = f"{evidence.liked} of {evidence.of_liked} liked, {evidence.disliked} of {evidence.of_disliked} disliked"
            said += f" (p = {evidence.chance:.1g})"
        show.out("\t".join([str(number), state, show.clean(str(rule)), said]).rstrip("\t"))
