"""What commands that look at many texts share: a plain file, or the store without one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from palate.cli.options import open_library
from palate.cli.show import note, plural
from palate.errors import BadValue

if TYPE_CHECKING:
    from palate.library import Library
    from palate.report.pile import Pile

FileArgument = Annotated[
    Path | None,
    typer.Argument(
        metavar="FILE",
        help="Texts to look at, in any form that add reads; without it the store's.",
        show_default=False,
    ),
]
SeedOption = Annotated[int, typer.Option("--seed", min=0, metavar="N", help="Same seed, same answer.")]
MAX_SKIPPED_SHOWN = 5


@contextlib.contextmanager
def opened_pile(
    ctx: typer.Context, file: Path | None, store: Path | None, *, encoder: str = "static"
) -> Iterator[tuple[Pile, Library | None]]:
    """Gives the texts of a file, or those of the store with it; tells what was skipped. Raises BadValue where
    there are none. encoder: of the texts of a file; a store has its own.
    """
    from palate.report.pile import read_pile, stored_pile

    if file is None:
        with open_library(ctx, store) as library:
            pile = stored_pile(library)
            _require_texts(pile)
            yield pile, library
        return
    pile = read_pile(file, encoder=encoder)
    for where, reason in list(pile.skipped.items())[:MAX_SKIPPED_SHOWN]:
        note(f"skipped {where}: {reason}")
    if pile.skipped:
        note(f"{plural(len(pile.skipped), 'row')} skipped of {file}")
    _require_texts(pile)
    yield pile, None


def _require_texts(pile: Pile) -> None:
    if not len(pile):
        mend = "add some with: palate add" if pile.rows is not None else "a row needs a title or a text"
        raise BadValue(f"{pile.name} has no texts; {mend}")
