"""Listing: the texts that a reader was shown last, by their numbers, and what else a person calls a text."""

import warnings
from collections.abc import Iterable

from palate.errors import CacheNotice, UnknownName
from palate.parts import Store
from palate.store.shown import ShownTexts
from palate.store.sqlite import IN_MEMORY
from palate.store.tables import Tables
from palate.text import well_formed

PREFIX_CHARACTERS = 4  # of an id, at least
CANDIDATES_SHOWN = 5


class Listing:
    """The last list of one reader's taste, kept beside the store. Get it from `OpenStore.listing`.

    >>> from palate.open_store import OpenStore
    >>> with OpenStore(":memory:") as store:
    ...     store.listing("me").id_of("3")
    Traceback (most recent call last):
    palate.errors.UnknownName: there is no text '3', and no list of 'me' to count in; make one with: palate
    rank
    """

    def __init__(self, store: Store[Tables], reader: str, taste_id: int | None) -> None:
        self._store, self._reader, self._taste_id = store, reader, taste_id
        self._shown = ShownTexts(store.path)

    def keep(self, ids: Iterable[str]) -> None:
        """Keeps a list of texts, in place of the one before; of a store in memory none. A folder that cannot
        be written is told as a CacheNotice.
        """
        if self._taste_id is None or self._store.path == IN_MEMORY:
            return
        with self._store.reading() as tables:
            rows = [tables.texts.row_of(text_id) for text_id in ids]
        try:
            self._shown.put(self._taste_id, [row for row in rows if row is not None])
        except OSError as error:
            warnings.warn(
                f"the numbers of this list cannot be used ({error.strerror or error}); judge by ids",
                CacheNotice,
                stacklevel=2,
            )

    def id_of(self, name: str) -> str:
        """Returns the id of the text that a person names: by its id, its number in the last list, or the
        beginning of its id, of four characters or more. What comes first in this order counts.

        Raises UnknownName, with the mend, where there is none, and where several ids begin so."""
        name = well_formed(name)
        rows = self._rows() if name.isascii() and name.isdecimal() else []
        with self._store.reading() as tables:
            if tables.texts.row_of(name) is not None:
                return name
            if rows and 1 <= int(name) <= len(rows):
                return self._numbered(tables, name, rows[int(name) - 1])
            several = CANDIDATES_SHOWN + 1
            ids = tables.texts.ids_beginning(name, several) if len(name) >= PREFIX_CHARACTERS else []
        if len(ids) == 1:
            return ids[0]
        if ids:
            more = " and more" if len(ids) == several else ""
            raise UnknownName(
                f"{name!r} begins several ids: {', '.join(ids[:CANDIDATES_SHOWN])}{more}; give more of it"
            )
        raise UnknownName(f"there is no text {name!r}{self._mend(name, len(rows))}")

    def _rows(self) -> list[int]:
        return [] if self._taste_id is None else self._shown.get(self._taste_id)

    def _numbered(self, tables: Tables, number: str, row: int) -> str:
        """The id of the text of a row or of its newest version."""
        ids = tables.texts.ids([row, *tables.removals.successors([row]).values()])
        if not ids:
            raise UnknownName(f"the text with number {number} was removed; list again with: palate rank")
        return next(iter(ids.values()))

    def _mend(self, name: str, n_listed: int) -> str:
        if not (name.isascii() and name.isdecimal()):
            return (
                "; give its id, as rank and find show it, the first"
                f" {PREFIX_CHARACTERS} characters of it or more, or its number in the last ranking"
            )
        if n_listed:
            return (
                f", and the last list of {self._reader!r} has {n_listed}; list more with: palate rank --limit"
            )
        return f", and no list of {self._reader!r} to count in; make one with: palate rank"
