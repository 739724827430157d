"""Options that commands share, and what they name: the store, the reader, the form of the answer.

Imports nothing heavy, as all of cli/ at module level: `palate --help` must be quick.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from palate.cli.lazy import load_lazily
from palate.errors import BadStore, BadValue

if TYPE_CHECKING:
    from palate.library import Library
    from palate.listing import Listing
    from palate.open_store import OpenStore
    from palate.reader import Reader

Typed = TypeVar("Typed", str, str | None)


def speakable(typed: Typed) -> Typed:
    """Returns typed text unchanged. Raises BadValue for bytes that are not UTF-8, which Python hands on as
    lone surrogates.
    """
    try:
        (typed or "").encode()
    except UnicodeEncodeError as error:
        raise BadValue(
            f"the argument is not UTF-8 at character {error.start + 1}; type it in UTF-8"
        ) from None
    return typed


ME, MAIN = "me", "main"  # the reader and the taste that are made on first use
STORE_HELP = "Names the store, one file. Default: palate.db in your data folder."
READER_HELP = "Names the reader. Default: me."

StoreOption = Annotated[
    Path | None,
    typer.Option("--store", metavar="PATH", help=f"{STORE_HELP} PALATE_STORE names another."),
]
ReaderOption = Annotated[str | None, typer.Option("--reader", metavar="NAME", help=READER_HELP)]
TasteOption = Annotated[
    str, typer.Option("--taste", metavar="NAME", help="Names one of the reader's tastes, as one a topic.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Answers in JSON Lines on stdout.")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, metavar="N", help="Shows at most so many texts.")]
PrivateOption = Annotated[
    bool,
    typer.Option(
        "--allow-private-network", help="Fetches from private, loopback and link-local addresses, too."
    ),
]
TEXT_HELP = "its id, the first 4 characters of it or more, or its number in the reader's last list"
TextArgument = Annotated[
    str,
    typer.Argument(
        metavar="TEXT",
        help=f"A text: {TEXT_HELP}.",
        callback=speakable,
        show_default=False,
    ),
]


@dataclass(frozen=True)
class Given:
    """The options before the command; those after it win."""

    store: Path | None = None
    reader: str | None = None
    json: bool = False


def given(ctx: typer.Context) -> Given:
    """Returns the options before the command."""
    return ctx.obj if isinstance(ctx.obj, Given) else Given()


def wants_json(ctx: typer.Context, own: bool) -> bool:
    """Tells whether --json stands before or after the command."""
    return own or given(ctx).json


def store_path(ctx: typer.Context, own: Path | None, *, create: bool = False) -> Path:
    """Returns the file of the store. create: makes the default folder. Raises BadStore where that cannot be
    done.
    """
    path = own or given(ctx).store
    if path is None:
        from platformdirs import user_data_path

        path = user_data_path("palate") / "palate.db"
        if create:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                reason = error.strerror or error
                raise BadStore(
                    f"the folder {path.parent} cannot be made: {reason}; name another place with --store"
                ) from None
    return path


def open_library(
    ctx: typer.Context,
    own: Path | None,
    *,
    create: bool = False,
    encoder: str | None = None,
    any_encoder: bool = False,
) -> Library:
    """Opens the store. Raises BadStore, StoreTooNew, EncoderChanged."""
    load_lazily()
    from palate.library import Library

    return Library(
        store_path(ctx, own, create=create), encoder=encoder, create=create, any_encoder=any_encoder
    )


def open_without_encoder(ctx: typer.Context, own: Path | None) -> OpenStore:
    """Opens a store that is there, without its encoder, which takes time to load and may be gone."""
    load_lazily()
    from palate.open_store import OpenStore

    return OpenStore(store_path(ctx, own), create=False)


def open_reader(ctx: typer.Context, library: Library, own: str | None, taste: str) -> Reader:
    """Opens the reader. Only me and its main taste are made on first use: a mistyped name makes no reader."""
    name = own or given(ctx).reader or ME
    speakable(name + taste)
    return library.reader(name, taste=taste, create=(name, taste) == (ME, MAIN))


def listing(ctx: typer.Context, opened: OpenStore, own: str | None, taste: str) -> Listing:
    """Returns the list that the reader was shown last, by which a text may be named."""
    return opened.listing(own or given(ctx).reader or ME, taste)
