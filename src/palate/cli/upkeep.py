"""Upkeep of a store: out of it and into it, a copy, a check."""

from __future__ import annotations

import gzip
import io
import os
import sys
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any, BinaryIO, TextIO

import typer

from palate.cli import show
from palate.cli.options import JsonOption, StoreOption, open_library, store_path, wants_json
from palate.errors import BadSource, BadValue


def export(
    ctx: typer.Context,
    file: Annotated[
        str, typer.Argument(metavar="FILE|-", help="Where to; a .gz is compressed. Default: standard output.")
    ] = "-",
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Write the whole store as JSON Lines: texts, vectors, readers, judgements. palate import reads it.

    Example: palate export everything.jsonl.gz
    """
    from palate.store.sqlite import SqliteStore
    from palate.store.transfer import export_store

    opened = SqliteStore(store_path(ctx, store), create=False)
    try:
        if file == "-":
            with show.stdout("utf-8") as out:
                export_store(opened, out)
            return
        with written(Path(file)) as out:
            lines = export_store(opened, out)
    finally:
        opened.close()
    if wants_json(ctx, json):
        show.out_json({"lines": lines, "path": file})
    else:
        show.note(f"{lines} lines are in {file}")


def import_(
    ctx: typer.Context,
    file: Annotated[
        str, typer.Argument(metavar="FILE|-", help="What palate export wrote; - for standard input.")
    ],
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Read what palate export wrote into a new or empty store, all of it or nothing.

    Example: palate --store copy.db import everything.jsonl.gz
    """
    from palate.store.sqlite import SqliteStore
    from palate.store.transfer import import_store

    with _lines(file) as lines:
        path = store_path(ctx, store, create=True)
        fresh = not path.exists()
        opened, read = SqliteStore(path), 0
        try:
            read = import_store(opened, lines)
        finally:
            opened.close()
            if fresh and not read:  # an import that failed leaves nothing behind
                path.unlink()
    if wants_json(ctx, json):
        show.out_json({"lines": read})
    else:
        show.note(f"{read} lines are in {store_path(ctx, store)}")


def backup(
    ctx: typer.Context,
    path: Annotated[
        Path,
        typer.Argument(metavar="PATH", help="The copy, a file that is not there yet.", show_default=False),
    ],
    store: StoreOption = None,
    json: JsonOption = False,
) -> None:
    """Copy the store to a new file, also while it is in use. The copy opens like any store.

    Example: palate backup monday.db
    """
    from palate.store.health import back_up
    from palate.store.sqlite import SqliteStore

    opened = SqliteStore(store_path(ctx, store), create=False)
    try:
        back_up(opened, path)
    finally:
        opened.close()
    size = path.stat().st_size
    if wants_json(ctx, json):
        show.out_json({"path": str(path), "bytes": size})
    else:
        show.note(f"{path} is a copy of {store_path(ctx, store)}, {size / 1e6:.1f} MB")


def doctor(ctx: typer.Context, store: StoreOption = None, json: JsonOption = False) -> None:
    """Check whether the store is whole, and say what mends it. The exit code is 1 if a check fails.

    Example: palate doctor
    """
    from palate.store.health import examine

    with open_library(ctx, store, any_encoder=True) as library:
        findings = examine(library.store, library.encoder.fingerprint)
    for finding in findings:
        if wants_json(ctx, json):
            show.out_json(
                {"check": finding.check, "ok": finding.ok, "detail": finding.detail, "mend": finding.mend}
            )
        else:
            mend = f"; to mend it: {finding.mend}" if finding.mend else ""
            show.out(
                f"{'ok' if finding.ok else 'BAD':<4}" + show.clean(f"{finding.check}: {finding.detail}{mend}")
            )
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


@contextmanager
def written(path: Path) -> Iterator[TextIO]:
    """A text file in UTF-8, gzip where it ends in .gz, that has its name only once it is whole. Raises
    BadValue.
    """
    partial = path.with_name(path.name + ".part")
    try:
        if path.is_dir():
            raise IsADirectoryError(21, "it is a folder")
        with ExitStack() as stack:
            raw: BinaryIO = stack.enter_context(partial.open("wb"))
            if path.suffix == ".gz":  # without name and time, so that equal stores give equal files
                raw = stack.enter_context(gzip.GzipFile("", "wb", fileobj=raw, mtime=0))  # type: ignore[assignment]
            yield stack.enter_context(io.TextIOWrapper(raw, encoding="utf-8", newline="\n"))
        os.replace(partial, path)
    except BaseException as error:  # whatever stops it, Ctrl-C too: no half-written file stays
        with suppress(OSError):
            partial.unlink()
        if isinstance(error, OSError):
            raise BadValue(
                f"{path} cannot be written: {error.strerror or error}; name another file"
            ) from None
        raise


@contextmanager
def _lines(file: str) -> Iterator[Iterator[str]]:
    """The lines of an export, packed or not. Raises BadSource for what cannot be read."""
    try:
        stdin: Any = sys.stdin.buffer
        with io.BufferedReader(stdin) if file == "-" else open(file, "rb") as raw:
            packed = raw.peek(2)[:2] == b"\x1f\x8b"
            with (
                gzip.open(raw, "rt", encoding="utf-8")
                if packed
                else io.TextIOWrapper(raw, encoding="utf-8") as lines
            ):
                yield lines
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise BadSource(f"{file} cannot be read: {reason}; give a file that palate export wrote") from None
    except UnicodeDecodeError:
        raise BadSource(f"{file} is not UTF-8; give a file that palate export wrote") from None
