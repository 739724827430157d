"""What a person gives (a path, an address, "-", a list, a data frame) -> a Source."""

import os
import re
import stat
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from palate.address import is_address, shown_address
from palate.errors import BadSource
from palate.given import is_one, one_text
from palate.source.fetch import Fetcher
from palate.source.fetch_cache import FetchCache
from palate.source.items import GUESSED_COLUMNS, Columns, Source

HOST_LIKE = re.compile(r"[\w-]+(\.[\w-]+)*\.[A-Za-z]{2,}(:\d+)?(/\S*)?")


def open_source(
    source: str | os.PathLike[str] | Iterable[Any],
    *,
    columns: Columns = GUESSED_COLUMNS,
    fetcher: Fetcher | None = None,
    stdin: BinaryIO | None = None,
) -> Source:
    """Returns the source that is meant by a path, an http(s) address, "-" (standard input), a list or a data
    frame.

    The list holds Text, str (a text without a title), hits or mappings from column to value; a Text or a hit
    may be given alone, a string is a path or an address. columns: where the guesses for a table's columns are
    wrong. fetcher: for addresses; default: a Fetcher with its default limits. Opening checks that the place
    is there and reads standard input; the rest is read, and refused, when it is iterated. Raises BadSource,
    FetchRefused; TypeError for a value of another kind.

    >>> [text.content for text in open_source(["Cats sleep.", {"title": "Dogs", "text": "They bark."}])]
    ['Cats sleep.', 'Dogs\\nThey bark.']
    >>> open_source("no-such-file.csv")
    Traceback (most recent call last):
    palate.errors.BadSource: no file or folder called 'no-such-file.csv'; expected a path, an address ... or -
    """
    # the readers of all formats come with it, which would slow down every start of palate
    from palate.document.reader import DocumentReader
    from palate.document.spooling import spooled
    from palate.source.sources import DocumentSource, ItemSource, UrlSource, frame_rows, is_frame

    cache = FetchCache(fetcher or Fetcher())
    if isinstance(source, str | os.PathLike):
        if source == "-":
            document = DocumentReader("standard input", spooled(stdin or sys.stdin.buffer))
            return DocumentSource(document, columns, cache, streamed=True)
        if isinstance(source, str) and is_address(source):
            return UrlSource(source.strip(), columns, cache)
        return _at_path(os.fspath(source), columns, cache)
    if is_frame(source):
        return ItemSource("data frame", lambda: frame_rows(source), columns)
    if is_one(source):
        return ItemSource("list", lambda: [one_text(source)], columns)
    if isinstance(source, bytes | bytearray | Mapping) or not isinstance(source, Iterable):
        raise TypeError(
            f"expected a path, an address, a list or a data frame, got {type(source).__name__};"
            " one row or text is given in a list"
        )
    items = tuple(source)
    return ItemSource("list", lambda: items, columns)


def _at_path(given: str, columns: Columns, cache: FetchCache) -> Source:
    from palate.document.reader import DocumentReader
    from palate.document.spooling import spooled
    from palate.source.sources import DocumentSource, FolderSource, file_document

    try:
        mode = os.stat(given).st_mode
    except PermissionError as error:
        raise BadSource(f"{given} may not be read; check the permissions of its folders") from error
    except (OSError, ValueError) as error:  # not there; or a text that no path can be
        raise BadSource(_not_there(given)) from error
    path = Path(given)
    if stat.S_ISDIR(mode):
        return FolderSource(path, columns, cache)
    if not stat.S_ISREG(mode):  # a pipe can be read one time only
        with path.open("rb") as pipe:
            document = DocumentReader(path.name, spooled(pipe))
        return DocumentSource(document, columns, cache, streamed=True)
    document = file_document(path, path.name)
    document.open().close()
    return DocumentSource(document, columns, cache)


def _not_there(given: str) -> str:
    given = shown_address(given)
    shown = given if len(given) <= 100 else given[:100] + "…"
    scheme = re.match(r"([A-Za-z][\w+.-]*)://", given)
    if scheme:
        return (
            f"{shown!r} cannot be read: {scheme[1]}:// is not fetched; "
            "expected https:// or http://, or a path"
        )
    message = f"no file or folder called {shown!r}"
    if HOST_LIKE.fullmatch(given) and "/" in given:
        return f"{message}; if it is an address, write https://{given}"
    if re.search(r"\s", given) and not re.search(r"\.\w{1,8}$", given):
        return f"{message}; a text itself is given in a list, or through standard input with -"
    near = _nearest(given)
    return (
        f"{message}; did you mean {near!r}?"
        if near
        else f"{message}; expected a path, an address with https:// or -"
    )


def _nearest(given: str) -> str:
    import difflib

    folder, name = os.path.split(given)
    try:
        names = os.listdir(folder or ".")
    except (OSError, ValueError):
        return ""
    near = difflib.get_close_matches(name, names, n=1)
    return os.path.join(folder, near[0]) if near else ""
