"""Keeper: the corpus of a store as it grows, shrinks and is fitted anew."""

import warnings
from threading import RLock

import numpy as np

from palate.encoder.cached import CachedEncoder
from palate.errors import BadStore, CacheNotice
from palate.parts import Store
from palate.store.generations import GenerationRow
from palate.store.state import StoreState
from palate.store.tables import Tables
from palate.workspace.cache import CacheFolder, Manifest
from palate.workspace.corpus import Corpus, Removals
from palate.workspace.fitting import empty_space
from palate.workspace.generation import Generation, Progress, build, read, rewritten
from palate.workspace.reading import source_of
from palate.workspace.reencoding import encode_missing
from palate.workspace.segment import Segment, joined, make_segment, without

SMALL_TEXTS = 2_000  # up to which a store is fitted anew at once
REFIT_GROWTH = 0.1  # share of the fitted texts that have come since, from which a new fit is due
FOLD_GROWTH, FOLD_TEXTS = 0.02, 500  # share of all texts, and their number, from which the tail is written


class Keeper:
    """Keeps the generation in use, the tail of texts that came after it, and what was removed since.

    A generation is made when a store has none, folded when its tail has grown, and replaced when the store has
    grown by a tenth. The store names the generation in use, so every process sees the same one; its cache is
    believed only by its hash, and made anew where it is not whole.

    folder: of the cache; None keeps all in memory.
    """

    def __init__(self, store: Store[Tables], folder: CacheFolder | None) -> None:
        self._store, self._folder = store, folder
        self._lock = RLock()
        self._generation: Generation | None = None
        self._encoder_id = -1
        self._digest: str | None = None  # of the manifest in use, as the store names it
        self._tail: list[Segment] = []
        self._tail_row = 0
        self._removal = 0
        self._gone: dict[
            int, int
        ] = {}  # removed rows that segments may still have, with their representatives
        self._corpus: Corpus | None = None

    def corpus(
        self, state: StoreState, encoder: CachedEncoder, progress: Progress = lambda *_: None
    ) -> Corpus:
        """Returns the corpus of a state of the store, the same object until there is something new."""
        with self._lock:
            record = state.generation
            digest = record.digest if record is not None and record.encoder_id == encoder.encoder_id else None
            if self._generation is None or self._encoder_id != encoder.encoder_id:
                self._encoder_id = encoder.encoder_id
                self._open(state, encoder, progress)
            elif self._folder is not None and digest and digest != self._digest:
                self._open(state, encoder, progress)
            if self._outgrown(state):
                self._replace(state, encoder, progress)
            changed = self._catch_up(state, encoder)
            if self._corpus is None or changed:
                self._corpus = self._view()
            return self._corpus

    @property
    def last(self) -> Corpus | None:
        """The corpus that was returned last."""
        return self._corpus

    @property
    def fold_is_due(self) -> bool:
        """Whether the tail has grown so much that it is to be written."""
        tail = sum(map(len, self._tail))
        written = self._folder is not None and self._generation is not None
        manifest = self._generation.manifest if self._generation is not None else None
        return written and manifest is not None and tail >= max(FOLD_TEXTS, FOLD_GROWTH * self._total)

    @property
    def growth(self) -> float:
        """How many texts have come since the fit, as a share of those that were fitted."""
        if self._generation is None:
            return 0.0
        return (self._total - self._generation.fit_texts) / max(self._generation.fit_texts, 1)

    def fold(self) -> bool:
        """Writes the tail as a segment, and the segments without what was removed; False where that was not
        possible: then the tail goes on in memory.
        """
        with self._lock:
            generation, corpus = self._generation, self._corpus
            if generation is None or generation.manifest is None or corpus is None or self._folder is None:
                return False
            segments = [*generation.segments, *([joined(self._tail)] if self._tail else [])]
            if self._gone:
                segments = _compacted(segments, corpus)
            try:
                made = rewritten(generation, segments, self._removal, self._folder)
                digest = self._publish(made, expected=self._digest)
            except OSError as error:
                self._give_notice(error)
                return False
            if digest is None:
                return False
            if self._gone:
                self._forget_layout()
            self._use(made, digest, keep_layout=not self._gone)
            return True

    @property
    def refit_is_due(self) -> bool:
        """Whether the store has grown or shrunk so much that a new fit is due."""
        return abs(self.growth) >= REFIT_GROWTH

    def refit(self, state: StoreState, encoder: CachedEncoder, progress: Progress = lambda *_: None) -> None:
        """Fits a new generation on all texts and makes it the one in use, for every process.

        Readers go on with the old one meanwhile. Raises what `progress` raises, and nothing has changed then.
        """
        made = self._built(state, encoder, state.last_row, progress)
        with self._lock:
            if made is not None:
                self._adopt(*made)

    def _outgrown(self, state: StoreState) -> bool:
        """Whether the texts that came since the fit outnumber the fitted ones, or the store is small and has grown."""
        assert self._generation is not None
        total = self._total + state.last_row - self._tail_row
        grown = total - self._generation.fit_texts
        fitted = self._generation.fit_texts
        return grown > fitted or (total <= SMALL_TEXTS and abs(grown) >= max(1, REFIT_GROWTH * fitted))

    def _replace(self, state: StoreState, encoder: CachedEncoder, progress: Progress) -> None:
        made = self._built(state, encoder, state.last_row, progress)
        if made is not None:
            self._adopt(*made)
        else:
            with self._store.reading() as tables:
                self._open(tables.state(), encoder, progress)

    def _open(self, state: StoreState, encoder: CachedEncoder, progress: Progress) -> None:
        """Takes the generation that the store names, or makes it anew."""
        record, mark = state.generation, self._mark()
        mine = record is not None and record.encoder_id == encoder.encoder_id
        if record is not None and mine and record.digest and self._folder is not None:
            found = read(self._folder, record.digest, mark, encoder.inner.fingerprint)
            if found is not None and found.generation_id == record.generation_id:
                same = self._generation is not None and _same_texts(self._generation, found, self._corpus)
                self._use(found, record.digest, keep_layout=same)
                return
        fit_row = record.fit_row if record is not None and mine else state.last_row
        made = self._built(state, encoder, fit_row, progress)
        if made is None:  # another process was quicker
            with self._store.reading() as tables:
                state = tables.state()
            self._open(state, encoder, progress)
        else:
            self._adopt(*made)

    def _built(
        self, state: StoreState, encoder: CachedEncoder, fit_row: int, progress: Progress
    ) -> tuple[Generation, str] | None:
        """Makes a generation and, where there is a folder, publishes it; None where another process has meanwhile."""
        encode_missing(self._store, encoder)
        record = state.generation
        folder = self._folder
        with self._store.reading() as tables:
            state = tables.state()
            fit_row = min(fit_row, state.last_row) or state.last_row
            source, dims = source_of(tables, encoder), encoder.inner.dims
            total = tables.texts.count(up_to=fit_row)
            if not total:
                space = empty_space(dims)
                return Generation(space, (), record.generation_id if record else 0, 0, 0), ""
            try:
                made = build(source, total, dims, fit_row, folder, progress)
            except OSError as error:
                self._give_notice(error)
                made, folder = build(source, total, dims, fit_row, None, progress), None
        fit_digest = made.fit_file.sha256 if made.fit_file else ""
        last_id = record.generation_id if record is not None else 0
        again = record is not None and bool(fit_digest) and record.fit_digest == fit_digest
        generation_id = last_id if again else last_id + 1
        manifest = None
        if made.fit_file is not None and folder is not None:
            manifest = Manifest(
                self._mark(),
                encoder.inner.fingerprint,
                generation_id,
                fit_row,
                made.texts,
                made.fit_file,
                made.files,
                state.last_removal,
            )
        generation = Generation(made.space, made.segments, generation_id, fit_row, made.texts, manifest)
        if manifest is None:
            self._removal = state.last_removal
            return generation, ""
        digest = self._publish(generation, expected=record.digest if record is not None else None)
        return None if digest is None else (generation, digest)

    def _publish(self, generation: Generation, *, expected: str | None) -> str | None:
        """Names a generation in the store; None where another process has named one since, or the store cannot
        be written: then nothing has changed. Raises OSError where the manifest cannot be written.
        """
        assert generation.manifest is not None and self._folder is not None
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
        before = self._generation.manifest if self._generation is not None else None
        self._folder.clean(generation.manifest, before)
        return digest

    def _adopt(self, generation: Generation, digest: str) -> None:
        self._use(generation, digest, keep_layout=False)

    def _use(self, generation: Generation, digest: str, *, keep_layout: bool) -> None:
        """Makes a generation the one in use; the tail keeps what is newer."""
        if not keep_layout:
            self._forget_layout()
        else:
            self._tail = [part for part in self._tail if part.rows[-1] > generation.last_row]
        self._generation, self._digest = generation, digest
        self._tail_row = max([generation.last_row, *(int(part.rows[-1]) for part in self._tail)])
        if generation.manifest is not None and not keep_layout:
            self._removal = generation.manifest.removal
        self._corpus = None

    def _forget_layout(self) -> None:
        self._tail, self._gone, self._layout = [], {}, object()

    def _catch_up(self, state: StoreState, encoder: CachedEncoder) -> bool:
        """Takes the texts and removals that came since; returns whether there were any."""
        assert self._generation is not None
        changed = False
        if state.last_removal > self._removal:
            with self._store.reading() as tables:
                for entry, row, representative in tables.removals.after(self._removal):
                    self._gone[row], self._removal = representative, entry
            changed = True
        if state.last_row > self._tail_row:
            encode_missing(self._store, encoder, after_row=self._tail_row)
            with self._store.reading() as tables:
                for texts in source_of(tables, encoder, self._tail_row)():
                    self._tail.append(make_segment(self._generation.space, texts))
                    self._tail_row = int(texts.rows[-1])
                    changed = True
            while len(self._tail) > 1 and len(self._tail[-2]) <= len(self._tail[-1]):
                self._tail[-2:] = [joined(self._tail[-2:])]
            self._tail_row = max(self._tail_row, state.last_row)
        return changed

    def _view(self) -> Corpus:
        assert self._generation is not None
        segments = [*self._generation.segments, *self._tail]
        return Corpus(
            self._generation.space,
            segments,
            generation_id=self._generation.generation_id,
            layout=self._layout,
            removals=_removals(self._gone),
        )

    def _give_notice(self, error: Exception) -> None:
        where = self._folder.path if self._folder is not None else self._store.path
        reason = error.strerror if isinstance(error, OSError) else str(error)
        warnings.warn(
            f"the cache {where} cannot be written ({reason}); palate goes on in memory, at the cost of reading"
            " all texts each time it starts",
            CacheNotice,
            stacklevel=3,
        )

    def _mark(self) -> str:
        with self._store.reading() as tables:
            return tables.settings.get("store_mark") or ""

    @property
    def _total(self) -> int:
        return (
            (self._generation.texts if self._generation else 0) + sum(map(len, self._tail)) - len(self._gone)
        )


def _removals(gone: dict[int, int]) -> Removals:
    """Returns removals whose representatives are there, or the text itself where no text of its group is."""
    rows = sorted(gone)
    heirs = []
    for row in rows:
        heir = gone[row]
        while heir in gone and gone[heir] != heir:
            heir = gone[heir]
        heirs.append(row if heir in gone else heir)
    return Removals(np.array(rows, dtype=np.int64), np.array(heirs, dtype=np.int64))


def _compacted(segments: list[Segment], corpus: Corpus) -> list[Segment]:
    """Returns the segments without what was removed; those that lose nothing stay the objects they are."""
    kept, begin = list[Segment](), 0
    for segment in segments:
        representatives = corpus.representatives[begin : begin + len(segment)]
        begin += len(segment)
        gone = np.isin(segment.rows, corpus.removals.rows)
        if gone.any() or not np.array_equal(representatives, segment.representatives):
            segment = without(segment, segment.rows[gone], representatives)
        if len(segment):
            kept.append(segment)
    return kept


def _same_texts(before: Generation, after: Generation, corpus: Corpus | None) -> bool:
    """Whether a generation has the texts of the one before it at the same indices, and its fit."""
    if corpus is None or before.generation_id != after.generation_id:
        return False
    rows = np.concatenate([np.zeros(0, np.int64), *(segment.rows for segment in after.segments)])
    return len(rows) <= len(corpus) and bool(np.array_equal(rows, corpus.rows[: len(rows)]))
