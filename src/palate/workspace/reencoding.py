"""Reencoding: a store goes over to another encoder, while its readers go on ranking with the one in use."""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any, NamedTuple

from palate.encoder.cached import CachedEncoder
from palate.errors import StoreBusy
from palate.parts import Encoder, Store
from palate.store.tables import Tables

ENCODED_AT_ONCE = 100  # texts between two reports of progress, and what a stop can lose

Encoded = Callable[[int, int], None]  # told how many texts are encoded, and of how many


class UnderWay(NamedTuple):
    """A move in the background. done: texts that were encoded, of all that lacked a vector."""

    name: str
    done: int
    total: int


class Stopped(Exception):
    """A move was stopped between two of its steps; what was made is kept."""


def encoder_id(store: Store[Tables], encoder: Encoder, name: str = "") -> int:
    """The store's id of an encoder, given on first sight; only then another writer is waited for.

    name: by which the encoder is made again, its own if none is given."""
    with store.reading() as tables:
        known = tables.encoders.id_of(encoder)
    if known is not None:
        return known
    with store.writing() as tables:
        return tables.encoders.register(encoder, name)


def encode_missing(
    store: Store[Tables], cached: CachedEncoder, progress: Encoded | None = None, *, after_row: int = 0
) -> int:
    """Makes the vectors that texts after a row lack, ENCODED_AT_ONCE in a transaction; returns how many."""
    with store.reading() as tables:
        missing = tables.texts.lacking_vector(cached.encoder_id, after_row)
    for start in range(0, len(missing), ENCODED_AT_ONCE):
        part = missing[start : start + ENCODED_AT_ONCE]
        with store.reading() as tables:
            texts = tables.texts.get(part)  # without those that were removed since
        cached.fill(list(texts), [text.content for text in texts.values()])
        if progress:
            progress(start + len(part), len(missing))
    return len(missing)


def move(store: Store[Tables], name: str, encoder: Encoder, progress: Encoded | None = None) -> int:
    """Give every text a vector of this encoder, then make it the one in use, in one transaction; returns how
    many were made.

    Until then nothing of what readers see changes, whenever it is stopped or killed, and the next try goes on
    from there. Texts that are added meanwhile get their vectors before the switch."""
    cached = CachedEncoder(encoder, store, encoder_id(store, encoder, name))
    made = 0
    while True:
        before = made

        def report(done: int, total: int, before: int = before) -> None:
            if progress:
                progress(before + done, before + total)

        made += encode_missing(store, cached, report)
        with store.writing() as tables:
            if tables.encoders.use(cached.encoder_id, name):
                tables.encoders.put_figures(cached.encoder_id, _measured(name))
                return made


class Reencoding:
    """At most one move of a store in the background, on a thread of its own."""

    def __init__(self, store: Store[Tables]) -> None:
        self._store = store
        self._thread: Thread | None = None
        self._stop = Event()
        self._failed: Exception | None = None
        self._under_way: UnderWay | None = None
        self._brought: Encoder | None = None  # what the last move came to

    def begin(self, name: str, encoder: Encoder) -> None:
        """Move in the background; another move that is under way is stopped, and what it made is kept."""
        self.stop()
        self._stop.clear()
        self._under_way = UnderWay(name, 0, 0)
        self._thread = Thread(target=self._move_aside, args=(name, encoder), name="palate encoder")
        self._thread.start()

    def under_way(self) -> UnderWay | None:
        """How far the move in the background is; None where there is none. Raises what went wrong with the
        last.
        """
        self._surface()
        return self._under_way

    def brought(self, fingerprint: str | None) -> Encoder | None:
        """The encoder of this fingerprint, if a move has loaded it here."""
        return (
            self._brought if self._brought is not None and self._brought.fingerprint == fingerprint else None
        )

    def wait(self) -> None:
        """Until the move is over. Raises what went wrong with it."""
        if self._thread is not None:
            self._thread.join()
        self._surface()

    def stop(self) -> None:
        """Let a move end after the texts it is at. Raises what went wrong with it."""
        self._stop.set()
        self.wait()

    def _surface(self) -> None:
        failed, self._failed = self._failed, None
        if failed is not None:
            raise failed

    def _move_aside(self, name: str, encoder: Encoder) -> None:
        def report(done: int, total: int) -> None:
            self._under_way = UnderWay(name, done, total)
            if self._stop.is_set():
                raise Stopped

        try:
            while self._brought is not encoder and not self._stop.is_set():
                # another process writes for long: it has waited, and goes on where it was
                with suppress(StoreBusy):
                    move(self._store, name, encoder, report)
                    self._brought = encoder
        except Stopped:
            pass
        except Exception as error:  # told when it is next asked for: readers have the old encoder meanwhile
            self._failed = error
        finally:
            self._under_way = None


def _measured(name: str) -> dict[str, float]:
    """The last figures of an encoder that palate trained, from the palate.json in its folder; empty for
    others.
    """
    path = Path(name.removeprefix("sbert:")) / "palate.json"
    if not name.startswith("sbert:") or not path.is_file():
        return {}
    parts: dict[str, dict[str, Any]] = json.loads(path.read_text("utf-8"))["figures"]
    last = list(parts.values())[-1] if parts else {}
    return {figure: number for figure, number in last.items() if isinstance(number, int | float)}
