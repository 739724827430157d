"""Files that commands write whole or not at all, and exports that they read."""

from __future__ import annotations

import gzip
import io
import os
import sys
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

from palate.errors import BadSource, BadValue

GZIP_MAGIC = b"\x1f\x8b"


@contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """Opens a text file in UTF-8, gzip where it ends in .gz, that has its name only once it is whole.

    What is there and no regular file, like a device or a named pipe, is written to as it is, and stays.
    Raises BadValue where it cannot be written."""
    direct = path.exists() and not path.is_file()
    partial = path if direct else path.with_name(path.name + ".part")
    try:
        if path.is_dir():
            raise IsADirectoryError(21, "it is a folder")
        with ExitStack() as stack:
            raw: io.BufferedWriter | gzip.GzipFile = stack.enter_context(partial.open("wb"))
            if path.suffix == ".gz":  # without name and time, so that equal stores give equal files
                raw = stack.enter_context(gzip.GzipFile("", "wb", fileobj=raw, mtime=0))
            yield stack.enter_context(io.TextIOWrapper(raw, encoding="utf-8", newline="\n"))
        if not direct:
            os.replace(partial, path)
    except BaseException as error:  # also after Ctrl-C, no half-written file stays
        if not direct:
            with suppress(OSError):
                partial.unlink()
        if isinstance(error, OSError):
            raise BadValue(
                f"{path} cannot be written: {error.strerror or error}; name another file"
            ) from None
        raise


@contextmanager
def export_lines(file: str) -> Iterator[Iterator[str]]:
    """Opens an export, compressed or not, - being standard input. Raises BadSource where it cannot be
    read.
    """
    try:
        stdin: Any = sys.stdin.buffer
        with io.BufferedReader(stdin) if file == "-" else open(file, "rb") as raw:
            compressed = raw.peek(2)[:2] == GZIP_MAGIC
            with (
                gzip.open(raw, "rt", encoding="utf-8")
                if compressed
                else io.TextIOWrapper(raw, encoding="utf-8") as lines
            ):
                yield lines
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise BadSource(f"{file} cannot be read: {reason}; give a file that palate export wrote") from None
    except UnicodeDecodeError:
        raise BadSource(f"{file} is not UTF-8; give a file that palate export wrote") from None
