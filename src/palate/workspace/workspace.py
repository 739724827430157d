"""Workspace: one open store, shared by all its readers and threads."""

import logging
from collections.abc import Sequence
from pathlib import Path
from threading import RLock

import numpy as np

from palate.feature.languages import languages
from palate.feature.terms import HASHING, hash_terms
from palate.features import Features
from palate.parts import Encoder, Index, Matrix, Store
from palate.rule import Rule
from palate.rules.matcher import RuleMatcher
from palate.store.sqlite import IN_MEMORY
from palate.store.state import StoreState
from palate.store.tables import Tables
from palate.text import well_formed
from palate.threads import use_one_blas_thread
from palate.workspace.background import Background
from palate.workspace.band_index import BandIndex
from palate.workspace.cache import CacheFolder
from palate.workspace.corpus import Corpus, Mask
from palate.workspace.crowd import CrowdKeeper
from palate.workspace.encoding import Encoding
from palate.workspace.generation import Progress
from palate.workspace.keeper import Keeper
from palate.workspace.reading import raw_texts
from palate.workspace.vector_index import VectorIndex

log = logging.getLogger(__name__)

SEARCHES_BEFORE_BUILD = 2  # of one process: a command that searches once need not wait for its end
RENEWED_AT_ONCE = 5000  # texts in one transaction
TOLD_FROM = 5000  # texts whose renewal is told: it takes a second or more


class Workspace:
    """The texts of a store as numbers, what others think of them, and what rules match.

    Every call that begins with `corpus` sees what is in the store by then, whoever wrote it. Any number of
    threads may call.

    asked: name and encoder that somebody asked for; any_encoder: see `Encoding`. Raises EncoderChanged.
    """

    def __init__(self, store: Store[Tables], asked: tuple[str, Encoder] | None, *, any_encoder: bool) -> None:
        use_one_blas_thread()
        self.store = store
        self.encoding = Encoding(store, asked, any_encoder=any_encoder)
        self.crowd = CrowdKeeper(store, self.representatives)
        self.rules = RuleMatcher(self._matching)
        self.bands = BandIndex()
        self.background = Background("palate corpus")
        self.passes = Background("palate pass")
        folder = None if store.path == IN_MEMORY else CacheFolder(Path(f"{store.path}.cache"))
        self.index = VectorIndex(folder, self._mark)
        self.index_background = Background("palate index")
        self._searches = 0
        self._keeper = Keeper(store, folder)
        self._lock = RLock()
        self._renew()

    @property
    def encoder(self) -> Encoder:
        """What the store's vectors come from, as of the last call."""
        return self.encoding.encoder

    def state(self) -> StoreState:
        """Returns one look at the store."""
        with self.store.reading() as tables:
            return tables.state()

    def corpus(self, state: StoreState | None = None, progress: Progress = lambda *_: None) -> Corpus:
        """Returns all texts as numbers, with what others think: the same object until there is something new.

        state: a look at the store that was just taken. progress: told how a generation comes along, where one
        has to be made first.
        """
        state = state or self.state()
        with self._lock:
            encoder = self.encoding.follow(state)
            before = self._keeper.last
            corpus = self._keeper.corpus(state, encoder, progress)
            if corpus is not before:
                self._maintain_aside()
            return self.crowd.with_crowd(corpus, encoder.encoder_id, state.crowd)

    def encode(self, contents: Sequence[str]) -> Matrix:
        """Returns (n, d) vectors as the store would hold them; nothing is stored."""
        return self.encoding.cached.encode([well_formed(content) for content in contents])

    def features(self, corpus: Corpus, contents: Sequence[str], moments: Sequence[float]) -> Features:
        """Returns the features of texts that need not be stored. moments: seconds since 1970, nan for no
        date.
        """
        ages = corpus.space.ages(np.asarray(moments, dtype=np.float64))
        terms = hash_terms([well_formed(content) for content in contents])
        return corpus.space.features(self.encode(contents), terms, ages)

    def features_of(self, corpus: Corpus, rows: Sequence[int]) -> tuple[list[int], Features]:
        """Returns those of some store rows that a taste can learn from, in their order, and their features.

        A text that was removed still counts where its numbers were kept, under the encoder in use; a replaced
        one without them counts as its new version.
        """
        here = corpus.indices_of(rows)
        if len(here) == len(rows):
            return list(rows), corpus.features(here)
        present = set(corpus.rows[here].tolist())
        missing = [row for row in rows if row not in present]
        encoder = self.encoding.cached
        with self.store.reading() as tables:
            kept = raw_texts(tables.removals.raw(encoder.encoder_id, encoder.inner.dims, missing))
            successors = tables.removals.successors(missing)
        for row in kept.rows.tolist():
            successors.pop(row, None)
        here = corpus.indices_of([*rows, *successors.values()])
        features = corpus.space.features(
            kept.vectors.astype(np.float32), kept.terms, corpus.space.ages(kept.moments)
        )
        both = Features.joined([corpus.features(here), features])
        position = {
            row: index for index, row in enumerate([*corpus.rows[here].tolist(), *kept.rows.tolist()])
        }
        position |= {old: position[new] for old, new in successors.items() if new in position}
        known = [row for row in rows if row in position]
        return known, both[[position[row] for row in known]]

    def representatives(self, corpus: Corpus, rows: Sequence[int]) -> dict[int, int]:
        """Returns the row of the text that stands for the group of each text, also of removed ones."""
        here = corpus.indices_of(rows)
        found = dict(zip(corpus.rows[here].tolist(), corpus.representatives[here].tolist(), strict=True))
        others = [row for row in rows if row not in found]
        if others or len(corpus.removals.rows):
            with self.store.reading() as tables:
                found |= tables.removals.representatives(rows)
        return found

    def matching(self, corpus: Corpus, rule: Rule) -> Mask:
        """Returns (n,) which texts a rule that keeps matches; those it was matched against are remembered."""
        matched = np.zeros(len(corpus), np.bool_)
        matched[self.rules.effect([rule], corpus.rows).kept_indices] = True
        return matched

    def nearest(self, corpus: Corpus) -> Index:
        """Returns what finds the nearest texts of a corpus (see `VectorIndex`). From the second search of a
        process, what is due of the index is done in the background.
        """
        encoder = self.encoder.fingerprint
        self._searches += 1
        if self._searches >= SEARCHES_BEFORE_BUILD and self.index.is_due(corpus, encoder):
            check = self.index_background.check
            self.index_background.begin(lambda: self._renew_index(corpus, encoder, check))
        return self.index.of(corpus, encoder)

    def build_index(self, progress: Progress = lambda *_: None) -> bool:
        """Does now what is due of the index of vectors; False where the store is too small for one, or the
        extra is missing.
        """
        return self._renew_index(self.corpus(), self.encoder.fingerprint, progress)

    def maintain(self, progress: Progress = lambda *_: None) -> None:
        """Does now what is due: a new fit where the store has grown by a tenth, else the writing of its tail.

        Use it after adding many texts: later calls, of other processes too, need not do it.
        """
        with self._lock:
            self.corpus(progress=progress)
            state = self.state()
            if self._keeper.refit_is_due:
                self._keeper.refit(state, self.encoding.cached, progress)
            elif self._keeper.fold_is_due:
                self._keeper.fold()
        corpus, encoder = self.corpus(), self.encoder.fingerprint
        if self.index.is_due(corpus, encoder):
            self._renew_index(corpus, encoder, progress)

    def compact(self) -> None:
        """Takes removed texts out of the cache. The fit stays as it is, and so does every value."""
        with self._lock:
            self.corpus()
            self._keeper.fold()
            self.index.compact(self.corpus(), self.encoder.fingerprint)

    def close(self) -> None:
        """Stops what goes on in the background; what was made is kept. Raises what went wrong with it."""
        try:
            self.encoding.background.stop()
        finally:
            self.passes.wait()
            self.index_background.stop()
            self.background.stop()
            self.crowd.wait()

    def _maintain_aside(self) -> None:
        """Begins what is due in the background, unless something is under way; in memory it is done at
        once.
        """
        if self.store.path == IN_MEMORY:
            if self._keeper.refit_is_due:
                self._keeper.refit(self.state(), self.encoding.cached)
        elif self._keeper.refit_is_due:
            encoder = self.encoding.cached
            self.background.begin(lambda: self._keeper.refit(self.state(), encoder, self.background.check))
        elif self._keeper.fold_is_due:
            self.background.begin(self._fold)

    def _fold(self) -> None:
        self._keeper.fold()

    def _matching(self, rule: Rule, after_row: int) -> Sequence[int]:
        with self.store.reading() as tables:
            return tables.rules.matching(rule, after_row)

    def _renew_index(self, corpus: Corpus, encoder: str, progress: Progress) -> bool:
        """Renews the index, without the texts that went while it was made; other processes remove some, too.
        False where the store has none.
        """
        made = self.index.renew(corpus, encoder, progress)
        if made:
            self.index.compact(self.corpus(), encoder)
        return made

    def _mark(self) -> str:
        with self.store.reading() as tables:
            return tables.settings.get("store_mark") or ""

    def _renew(self) -> None:
        """Makes the terms and languages of a store of an older palate anew; stopped, the next that opens the
        store goes on.
        """
        with self.store.reading() as tables:
            if tables.settings.get("terms") == HASHING:
                return
            last = tables.state().last_row
        if last >= TOLD_FROM:
            log.warning("%s comes from an older palate: its words are made anew, once", self.store.path)
        for start in range(1, last + 1, RENEWED_AT_ONCE):
            with self.store.writing() as tables:
                texts = tables.texts.get(range(start, min(start + RENEWED_AT_ONCE, last + 1)))
                made = hash_terms([text.content for text in texts.values()]).to_bytes()
                tables.texts.put_terms(dict(zip(texts, made, strict=True)))
                tables.texts.put_languages(dict(zip(texts, languages(list(texts.values())), strict=True)))
        with self.store.writing() as tables:
            tables.settings.put(terms=HASHING)
