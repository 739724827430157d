"""`palate like`, `dislike` and `skip`: verdicts on some texts of the last list."""

from __future__ import annotations

from typing import Annotated

import typer

from palate.cli.judgements import judge_each
from palate.cli.options import (
    MAIN,
    TEXT_HELP,
    JsonOption,
    ReaderOption,
    StoreOption,
    TasteOption,
    speakable,
    wants_json,
)


def _speakable(texts: list[str]) -> list[str]:
    return [speakable(text) for text in texts]


TextsArgument = Annotated[
    list[str],
    typer.Argument(metavar="TEXT", help=f"Texts, each by {TEXT_HELP}.", callback=_speakable),
]


def like(
    ctx: typer.Context,
    texts: TextsArgument,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Records that the reader likes some texts, all or none, by number in the last list or by id.

    Example: palate like 3

    Example: palate like 1 4 s017
    """
    judge_each(ctx, store, [(text, "like") for text in texts], reader, taste, as_json=wants_json(ctx, json))


def dislike(
    ctx: typer.Context,
    texts: TextsArgument,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Records that the reader dislikes some texts, all or none, by number in the last list or by id.

    Example: palate dislike 3

    Example: palate dislike 1 4 s017
    """
    judge_each(
        ctx, store, [(text, "dislike") for text in texts], reader, taste, as_json=wants_json(ctx, json)
    )


def skip(
    ctx: typer.Context,
    texts: TextsArgument,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Leaves some texts out of rankings from now on, which teaches nothing.

    Example: palate skip 3

    Example: palate skip 1 4 s017
    """
    judge_each(ctx, store, [(text, "skip") for text in texts], reader, taste, as_json=wants_json(ctx, json))
