"""OpenStore: what can be done with a store without its encoder; and a new store from an export."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from palate.encoder.choose import full_name
from palate.errors import BadValue, UnknownName
from palate.results import EncoderInfo, ReaderInfo
from palate.store.encoders import EncoderRow
from palate.store.health import back_up
from palate.store.readers import TasteRow
from palate.store.sqlite import SqliteStore
from palate.store.transfer import export_store
from palate.store.transfer import import_store as read_export
from palate.text import Text

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
        self.store = SqliteStore(os.fspath(path), create=create)

    @property
    def path(self) -> str:
        """The file of the store, or ":memory:"."""
        return self.store.path

    @property
    def n_texts(self) -> int:
        """The number of texts, near-copies included."""
        return self.store.texts.count()

    @property
    def encoder_name(self) -> str | None:
        """The name of the encoder in use, as `make_encoder` takes it; None for a new store."""
        return self.store.encoders.state().name

    def texts(self) -> Iterator[Text]:
        """Yields every text, oldest first, a thousand at a time from the store."""
        last = self.store.texts.last_row()
        for start in range(1, last + 1, TEXTS_PER_READ):
            by_row = self.store.texts.get(range(start, min(start + TEXTS_PER_READ, last + 1)))
            yield from (by_row[row] for row in sorted(by_row))

    def readers(self) -> list[ReaderInfo]:
        """Lists every taste of every reader, oldest reader first."""
        return [_reader_info(row) for row in self.store.readers.tastes()]

    def remove_reader(self, name: str) -> list[ReaderInfo]:
        """Removes a reader with all tastes, judgements and rules; returns the tastes that are gone.

        Raises UnknownName where there is no such reader."""
        infos = self.readers()
        removed = [info for info in infos if info.reader == name]
        if not removed:
            names = ", ".join(dict.fromkeys(info.reader for info in infos)) or "none yet"
            raise UnknownName(f"there is no reader called {name!r} (there are: {names})")
        self.store.readers.remove(name)
        return removed

    def encoders(self) -> list[EncoderInfo]:
        """Lists the encoders whose vectors the store holds, oldest first. Reads every vector's key."""
        n_texts = self.n_texts
        return [_encoder_info(row, n_texts) for row in self.store.encoders.all()]

    def remove_encoder(self, name: str) -> EncoderInfo:
        """Drops the vectors of an encoder that is not in use; returns what it had.

        name: its name or fingerprint. Raises UnknownName where the store has no vectors of it, BadValue where
        it is in use."""
        row = self.store.encoders.find(full_name(name))
        if not self.store.encoders.remove(row.number):
            raise BadValue(
                f"{row.name} is in use; move the store to another one first: palate encoder use NAME"
            )
        return _encoder_info(row, self.n_texts)

    def export(self, out: TextIO) -> int:
        """Writes the whole store as JSON Lines from one consistent view; returns the number of lines.

        Equal stores give equal lines; `import_store` reads them."""
        return export_store(self.store, out)

    def back_up(self, path: str | os.PathLike[str]) -> None:
        """Copies the store to a new file, also while others write. Raises BadStore where the file is there
        already, or its folder is not."""
        back_up(self.store, Path(path))

    def close(self) -> None:
        """Closes the store."""
        self.store.close()

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
    fresh, n_lines = not os.path.exists(path), 0
    with OpenStore(path) as opened:
        try:
            n_lines = read_export(opened.store, lines)
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
