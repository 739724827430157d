"""Progress: how much of what the reader would like has been seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
    wants_json,
)

if TYPE_CHECKING:
    from palate.question.stopping import RecallEstimate


def progress(
    ctx: typer.Context,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """How much of what you would like you have seen: an estimate with its 95 % interval, and the texts saved
    so far.

    It is learned from how your likes thin out, so it holds for a reader who judges the best texts first; a
    share of "palate ask --strategy random" among them does no harm. Before there is enough to go by it says
    so.

    Example: palate progress
    """
    with open_library(ctx, store) as library:
        seen = open_reader(ctx, library, reader, taste).progress()
    if wants_json(ctx, json):
        show.out_json(progress_fields(seen))
    else:
        show.out(sentence(seen))


def progress_fields(seen: RecallEstimate) -> dict[str, Any]:
    """share, low and high in [0, 1]; found, left and saved in texts."""
    return {
        "known": seen.known,
        "share": seen.share,
        "low": seen.low,
        "high": seen.high,
        "found": seen.found,
        "left": seen.left,
        "saved": seen.saved,
    }


def sentence(seen: RecallEstimate) -> str:
    """The answer in one line.

    >>> from palate.question.stopping import RecallEstimate
    >>> sentence(RecallEstimate(share=0.94, low=0.9, high=0.97, found=47, left=3, saved=412))
    'seen: 94 % (90-97) of what you would like: 47 found, about 3 left; 412 texts saved'
    """
    if not seen.known:
        return f"seen: not known yet; {_likes(seen.found)} so far"
    saved = f"; {seen.saved} text{'' if seen.saved == 1 else 's'} saved" if seen.saved > 0 else ""
    return f"seen: {seen} of what you would like: {seen.found} found, about {seen.left} left{saved}"


def _likes(found: int) -> str:
    return f"{found} like{'' if found == 1 else 's'}"
