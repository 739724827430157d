"""OpenStore: what can be done with a store without its encoder; and a new store from an export."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from palate.encoder.choose import full_name
from palate.errors import BadValue, UnknownName
from palate.feedback import Feedback
from palate.given import GivenText, Several, TextRef, is_one, texts_of
from palate.listed import Listed
from palate.listing import Listing
from palate.results import EncoderInfo, ReaderInfo, SourceInfo
from palate.source_list import list_sources
from palate.store.encoders import EncoderRow
from palate.store.naming import find_row, row_of
from palate.store.readers import TasteRow
from palate.store.sqlite import SqliteStore
from palate.text import Text, well_formed

TEXTS_PER_READ = 1000


class OpenStore:
    """An open store: its texts, readers and encoders, an export, a copy.

    Use it where nothing is encoded: loading an encoder takes time, and the store of an encoder that is gone
    opens too. `Library` is an OpenStore with an encoder. Raises BadStore, StoreTooNew.

    >>> with OpenStore(":memory:") as store:
    ...     store.n_texts, store.readers(), store.encoders()
    (0, [], [])
    """

    def __init__(self, path: str | os.PathLike[str], *, create: bool = True) -> None:
        self._store = SqliteStore(os.fspath(path), create=create)

    @property
    def path(self) -> str:
        """The file of the store, or ":memory:"."""
        return self._store.path

    @property
    def n_texts(self) -> int:
        """The number of texts, near-copies included."""
        with self._store.reading() as tables:
            return tables.texts.count()

    @property
    def encoder_name(self) -> str | None:
        """The name of the encoder in use, as `make_encoder` takes it; None for a new store."""
        with self._store.reading() as tables:
            return tables.state().encoder_name

    def __bool__(self) -> bool:
        """An open store is true, also one without texts: `if store` asks whether there is a store."""
        return True

    def __len__(self) -> int:
        """The number of texts, near-copies included."""
        return self.n_texts

    def __iter__(self) -> Iterator[Text]:
        """Yields every text; see `texts`."""
        return self.texts()

    def __getitem__(self, text_id: TextRef) -> Text:
        """Returns a text; see `text`."""
        return self.text(text_id)

    def __contains__(self, text: object) -> bool:
        """Whether a text is there: by its id, or as a Text or a hit, recognised as in judging."""
        if not is_one(text):
            return False
        with self._store.reading() as tables:
            return find_row(tables, text) is not None

    def remembered(self, key: str) -> str | None:
        """Returns what was kept with the store under a key; None where nothing was."""
        with self._store.reading() as tables:
            return tables.settings.get(key)

    def remember(self, key: str, value: str) -> None:
        """Keeps a value with the store, in place of what was under its key."""
        with self._store.writing() as tables:
            tables.settings.put(**{key: value})

    def texts(self) -> Iterator[Text]:
        """Yields every text, oldest first, a thousand at a time from the store."""
        with self._store.reading() as tables:
            last = tables.state().last_row
        for start in range(1, last + 1, TEXTS_PER_READ):
            with self._store.reading() as tables:
                by_row = tables.texts.get(range(start, min(start + TEXTS_PER_READ, last + 1)))
            yield from (by_row[row] for row in sorted(by_row))

    def text(self, text_id: TextRef) -> Text:
        """Returns the text with this id, as the store has it now. Raises UnknownName."""
        with self._store.reading() as tables:
            row = row_of(tables, text_id)
            return tables.texts.get([row])[row]

    def texts_at(self, rows: Sequence[int]) -> list[Text]:
        """Returns the texts of some rows of the store, of those that are there."""
        with self._store.reading() as tables:
            texts = tables.texts.get(rows)
        return [texts[row] for row in rows if row in texts]

    def row_of(self, text_id: TextRef) -> int:
        """Returns the store's row of the text with this id. Raises UnknownName."""
        with self._store.reading() as tables:
            return row_of(tables, text_id)

    def ids_of(self, texts: GivenText | Several[GivenText]) -> list[str]:
        """Returns the ids that texts have here, recognised as in adding; those that are not there are left
        out.
        """
        from palate.store.recognising import stored_ids

        with self._store.reading() as tables:
            ids = stored_ids(texts_of(texts), tables)
        return [text_id for text_id in dict.fromkeys(ids) if text_id is not None]

    def listing(self, reader: str = "me", taste: str = "main") -> Listing:
        """Returns the list that a reader was shown last, by which a text may be named."""
        with self._store.reading() as tables:
            row = tables.readers.find(well_formed(reader), well_formed(taste))
        return Listing(self._store, reader, row.taste_id if row else None)

    def sources(self, judged: Iterable[Feedback] = ()) -> list[SourceInfo]:
        """Lists the sources of the texts, most texts first. judged: by which they are counted as liked and
        disliked, as `Reader.judged` gives it.
        """
        return list_sources(self._store, judged)

    def readers(self) -> Listed[ReaderInfo]:
        """Lists every taste of every reader, oldest reader first."""
        with self._store.reading() as tables:
            infos = [_reader_info(row) for row in tables.readers.tastes()]
        return Listed(infos, [field.name for field in fields(ReaderInfo)])

    def remove_reader(self, name: str) -> list[ReaderInfo]:
        """Removes a reader with all tastes, judgements and rules; returns the tastes that are gone.

        Raises UnknownName where there is no such reader."""
        with self._store.writing() as tables:
            infos = [_reader_info(row) for row in tables.readers.tastes()]
            removed = [info for info in infos if info.reader == name]
            if not removed:
                names = ", ".join(dict.fromkeys(info.reader for info in infos)) or "none yet"
                raise UnknownName(f"there is no reader called {name!r} (there are: {names})")
            tables.readers.remove(name)
        return removed

    def encoders(self) -> list[EncoderInfo]:
        """Lists the encoders whose vectors the store holds, oldest first. Reads every vector's key."""
        with self._store.reading() as tables:
            n_texts = tables.texts.count()
            return [_encoder_info(row, n_texts) for row in tables.encoders.all()]

    def remove_encoder(self, name: str) -> EncoderInfo:
        """Drops the vectors of an encoder that is not in use; returns what it had.

        name: its name or fingerprint. Raises UnknownName where the store has no vectors of it, BadValue where
        it is in use."""
        with self._store.writing() as tables:
            row = tables.encoders.find(full_name(name))
            if not tables.encoders.remove(row.encoder_id):
                raise BadValue(
                    f"{row.name} is in use; move the store to another one first: palate encoder use NAME"
                )
            return _encoder_info(row, tables.texts.count())

    def export(self, out: TextIO) -> int:
        """Writes the whole store as JSON Lines from one consistent view; returns the number of lines.

        Equal stores give equal lines; `import_store` reads them."""
        from palate.store.transfer import export_store

        return export_store(self._store, out)

    def back_up(self, path: str | os.PathLike[str]) -> None:
        """Copies the store to a new file, also while others write. Raises BadStore where the file is there
        already, or its folder is not."""
        from palate.store.health import back_up

        back_up(self._store, Path(path))

    def close(self) -> None:
        """Closes the store."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def import_store(path: str | os.PathLike[str], lines: Iterable[str]) -> int:
    """Reads what `OpenStore.export` wrote into a new or empty store, all or nothing; returns the number of
    lines.

    A store that was not there before is not left behind by an import that fails. Raises BadStore, naming the
    line, where the store is not empty or a line is not what an export holds."""
    from palate.store.transfer import import_store as read_export

    fresh, n_lines = not os.path.exists(path), 0
    with OpenStore(path) as opened:
        try:
            n_lines = read_export(opened._store, lines)
        finally:
            if fresh and not n_lines:
                opened.close()
                os.unlink(path)
    return n_lines


def _reader_info(row: TasteRow) -> ReaderInfo:
    return ReaderInfo(
        row.reader,
        row.name,
        row.kind,
        row.likes,
        row.dislikes,
        row.judgements,
        row.serving,
        bool(row.private),
    )


def _encoder_info(row: EncoderRow, n_texts: int) -> EncoderInfo:
    return EncoderInfo(
        row.name, row.fingerprint, row.dims, row.texts, n_texts, row.in_use, row.made_at, row.figures
    )
