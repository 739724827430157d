"""`palate progress`: how much of what the reader would like has been seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from palate.shapes import progress_shape

if TYPE_CHECKING:
    from palate.question.stopping import RecallEstimate


def progress(
    ctx: typer.Context,
    reader: ReaderOption = None,
    taste: TasteOption = MAIN,
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Estimates how much of what you would like you have seen, with a 95 % interval, and the texts saved.

    The estimate follows how your likes thin out, so it holds for a reader who judges the best texts first; a
    share of "palate ask --strategy random" among them does no harm. Where there are too few likes it says so.

    Example: palate progress
    """
    with open_library(ctx, store) as library:
        recall = open_reader(ctx, library, reader, taste).progress()
    if wants_json(ctx, json):
        show.out_json(progress_shape(recall))
    else:
        show.out(sentence(recall))


def sentence(recall: RecallEstimate) -> str:
    """Returns the estimate in one line.

    >>> from palate.question.stopping import RecallEstimate
    >>> sentence(RecallEstimate(share=0.94, low=0.9, high=0.97, found=47, left=3, saved=412))
    'seen: 94 % (90-97) of what you would like: 47 found, about 3 left; 412 texts saved'
    """
    if not recall.known:
        return f"seen: not known yet; {show.plural(recall.found, 'like')} so far"
    saved = f"; {show.plural(recall.saved, 'text')} saved" if recall.saved > 0 else ""
    return f"seen: {recall} of what you would like: {recall.found} found, about {recall.left} left{saved}"
