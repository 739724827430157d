"""Keeper: which generation of a store is in use, and how it is made, published and replaced."""

import warnings
from dataclasses import replace
from threading import RLock

from palate.encoder.cached import CachedEncoder
from palate.errors import BadStore, CacheNotice
from palate.parts import Store
from palate.store.generations import GenerationRow
from palate.store.state import StoreState
from palate.store.tables import Tables
from palate.workspace.cache import CacheFolder, Manifest
from palate.workspace.corpus import Corpus
from palate.workspace.fitting import empty_space
from palate.workspace.generation import Generation, Progress, build, read, rewritten
from palate.workspace.live_corpus import LiveCorpus
from palate.workspace.reading import source_of
from palate.workspace.reencoding import encode_missing


class Keeper:
    """Keeps the generation in use, and has its live corpus follow the store.

    A generation is made when a store has none, folded when its tail has grown, and replaced when the store
    has grown by a tenth. The store names the generation in use, so every process sees the same one; its cache
    is believed only by its hash, and made anew where it is not whole.

    folder: of the cache; None keeps all in memory.
    """

    def __init__(self, store: Store[Tables], folder: CacheFolder | None) -> None:
        self._store, self._folder = store, folder
        self._lock = RLock()
        self._encoder_id = -1
        self._digest: str | None = None  # of the manifest in use, as the store names it
        self._live: LiveCorpus | None = None

    def corpus(
        self, state: StoreState, encoder: CachedEncoder, progress: Progress = lambda *_: None
    ) -> Corpus:
        """Returns the corpus of a state of the store, the same object until there is something new."""
        with self._lock:
            if self._named(state, encoder) != self._digest and self._folder is not None:
                with self._store.reading() as tables:
                    state = tables.state()  # another thread may have replaced the generation since the look
            digest, live = self._named(state, encoder), self._live
            is_another = self._folder is not None and digest and digest != self._digest
            if live is None or self._encoder_id != encoder.encoder_id or is_another:
                self._encoder_id = encoder.encoder_id
                live = self._open(state, encoder, progress)
            if live.is_outgrown(state):
                live = self._make(state, encoder, state.last_row, progress)
            return live.catch_up(state, self._store, encoder)

    @property
    def last(self) -> Corpus | None:
        """The corpus that was returned last; None where its generation was replaced since."""
        return self._live.corpus if self._live is not None else None

    @property
    def fold_is_due(self) -> bool:
        """Whether the tail has grown so much that it is to be written."""
        live = self._live
        return live is not None and live.generation.manifest is not None and live.fold_is_due

    @property
    def refit_is_due(self) -> bool:
        """Whether the store has grown so much, or lost so many of its texts, that a new fit is due."""
        return self._live is not None and self._live.refit_is_due

    def fold(self) -> bool:
        """Writes the tail as a segment, and the segments without what was removed; False where that was not
        possible: then the tail goes on in memory.
        """
        with self._lock:
            live, folder = self._live, self._folder
            if folder is None or live is None or live.corpus is None or live.generation.manifest is None:
                return False
            try:
                made = rewritten(live.generation, live.folded(), live.last_removal, folder)
                digest = self._publish(made, expected=self._digest)
            except OSError as error:
                self._give_notice(error)
                return False
            if digest is None:
                return False
            self._use(made, digest, keep_layout=not live.has_removals)
            return True

    def refit(self, state: StoreState, encoder: CachedEncoder, progress: Progress = lambda *_: None) -> None:
        """Fits a new generation on all texts and makes it the one in use, for every process.

        Readers go on with the old one meanwhile. Raises what `progress` raises, and nothing has changed then.
        """
        made = self._built(state, encoder, state.last_row, progress)
        with self._lock:
            if made is not None:
                self._use(*made)

    def _open(self, state: StoreState, encoder: CachedEncoder, progress: Progress) -> LiveCorpus:
        """Takes the generation that the store names, or makes it anew."""
        record, live = state.generation, self._live
        if record is None or record.encoder_id != encoder.encoder_id:
            return self._make(state, encoder, state.last_row, progress)
        if record.digest and self._folder is not None:
            found = read(self._folder, record.digest, self._mark(), encoder.inner.fingerprint)
            if isinstance(found, Generation):
                if found.generation_id == record.generation_id:
                    keep_layout = live is not None and live.has_texts_of(found)
                    return self._use(found, record.digest, keep_layout=keep_layout)
            elif found:
                with self._store.reading() as tables:
                    newest = tables.state()
                if self._named(newest, encoder) != record.digest:  # replaced while it was read
                    return self._open(newest, encoder, progress)
                where = self._folder.path
                warnings.warn(f"the cache {where} {found}; it is made anew", CacheNotice, stacklevel=2)
        return self._make(state, encoder, record.fit_row, progress)

    def _make(
        self, state: StoreState, encoder: CachedEncoder, fit_row: int, progress: Progress
    ) -> LiveCorpus:
        """Makes a generation, or takes that of another process that was quicker."""
        made = self._built(state, encoder, fit_row, progress)
        if made is not None:
            return self._use(*made)
        with self._store.reading() as tables:
            state = tables.state()
        return self._open(state, encoder, progress)

    def _built(
        self, state: StoreState, encoder: CachedEncoder, fit_row: int, progress: Progress
    ) -> tuple[Generation, str] | None:
        """Makes a generation and, where there is a folder, publishes it; None where another process has
        meanwhile.
        """
        encode_missing(self._store, encoder)
        record, folder = state.generation, self._folder
        last_id = record.generation_id if record is not None else 0
        with self._store.reading() as tables:
            state = tables.state()
            fit_row = min(fit_row, state.last_row) or state.last_row
            source, dims = source_of(tables, encoder), encoder.inner.dims
            total = tables.texts.count(up_to=fit_row)
            if not total:
                return Generation(empty_space(dims), (), last_id, 0, 0, last_removal=state.last_removal), ""
            try:
                made = build(source, total, dims, fit_row, folder, progress)
            except OSError as error:
                self._give_notice(error)
                made, folder = build(source, total, dims, fit_row, None, progress), None
        fit_digest = made.fit_file.sha256 if made.fit_file else ""
        again = record is not None and bool(fit_digest) and record.fit_digest == fit_digest
        generation = Generation(
            made.space,
            made.segments,
            last_id if again else last_id + 1,
            fit_row,
            made.texts,
            last_removal=state.last_removal,
        )
        if made.fit_file is None or folder is None:
            return generation, ""
        manifest = Manifest(
            self._mark(),
            encoder.inner.fingerprint,
            generation.generation_id,
            fit_row,
            made.texts,
            made.fit_file,
            made.files,
            state.last_removal,
        )
        generation = replace(generation, manifest=manifest)
        digest = self._publish(generation, expected=record.digest if record is not None else None)
        return None if digest is None else (generation, digest)

    def _publish(self, generation: Generation, *, expected: str | None) -> str | None:
        """Names a generation in the store; None where another process has named one since, or the store
        cannot be written: then nothing has changed. Raises OSError where the manifest cannot be written."""
        assert generation.manifest is not None
        assert self._folder is not None
        digest = self._folder.publish(generation.manifest)
        row = GenerationRow(
            generation.generation_id,
            self._encoder_id,
            generation.fit_row,
            digest,
            generation.manifest.fit.sha256,
        )
        try:
            with self._store.writing() as tables:
                named = tables.generations.put(row, expected)
        except BadStore as error:
            self._give_notice(error)
            return digest if expected is None else None
        if not named:
            return None
        before = self._live.generation.manifest if self._live is not None else None
        self._folder.clean(generation.manifest, before)
        return digest

    def _use(self, generation: Generation, digest: str, *, keep_layout: bool = False) -> LiveCorpus:
        """Makes a generation the one in use. keep_layout: where it has the texts in use at their indices."""
        if self._live is not None and keep_layout:
            self._live.move_to(generation)
        else:
            self._live = LiveCorpus(generation)
        self._digest = digest
        return self._live

    @staticmethod
    def _named(state: StoreState, encoder: CachedEncoder) -> str | None:
        """Returns the digest of the generation that a state names for an encoder."""
        record = state.generation
        return record.digest if record is not None and record.encoder_id == encoder.encoder_id else None

    def _give_notice(self, error: Exception) -> None:
        where = self._folder.path if self._folder is not None else self._store.path
        reason = error.strerror if isinstance(error, OSError) else str(error)
        warnings.warn(
            f"the cache {where} cannot be written ({reason}); palate goes on in memory,"
            " at the cost of reading all texts each time it starts",
            CacheNotice,
            stacklevel=3,
        )

    def _mark(self) -> str:
        with self._store.reading() as tables:
            return tables.settings.get("store_mark") or ""
