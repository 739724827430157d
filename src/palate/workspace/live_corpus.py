"""LiveCorpus: a generation of a store with the texts that came and went since it was written."""

import numpy as np

from palate.encoder.cached import CachedEncoder
from palate.parts import Store
from palate.store.state import StoreState
from palate.store.tables import Tables
from palate.workspace.corpus import Corpus, Removals
from palate.workspace.generation import Generation
from palate.workspace.reading import source_of
from palate.workspace.reencoding import encode_missing
from palate.workspace.segment import Segment, joined, make_segment, without

SMALL_TEXTS = 2_000  # up to which a store is fitted anew at once
REFIT_LOSS = 0.5  # share of the fitted texts that were removed, from which a new fit is due
REFIT_GROWTH = 0.1  # share of the fitted texts that have come since, from which a new fit is due
FOLD_GROWTH, FOLD_TEXTS = 0.02, 500  # share of all texts, and their number, from which the tail is written


class LiveCorpus:
    """Follows a store from a generation on: new texts become its tail, removed ones are hidden.

    Its indices hold as long as it does. The tail is made of segments in memory, each longer than the next, so
    a text is copied a few times at most.

    corpus: the view as of the last `catch_up`, None where there was none yet. last_removal: newest entry of
    the removals that it goes by.
    """

    def __init__(self, generation: Generation) -> None:
        self.generation = generation
        self.corpus: Corpus | None = None
        self._layout = object()
        self._tail: list[Segment] = []
        self._last_row = generation.last_row
        self.last_removal = generation.last_removal
        self._heirs: dict[int, int] = {}  # representatives of removed rows that segments may still have

    def catch_up(self, state: StoreState, store: Store[Tables], encoder: CachedEncoder) -> Corpus:
        """Takes the texts and removals that came since; returns the same view until there is something
        new.
        """
        if state.last_removal > self.last_removal:
            self._take_removals(store)
        if state.last_row > self._last_row:
            self._take_texts(state, store, encoder)
        if self.corpus is None:
            self.corpus = Corpus(
                self.generation.space,
                [*self.generation.segments, *self._tail],
                generation_id=self.generation.generation_id,
                fit_row=self.generation.fit_row,
                layout=self._layout,
                removals=_removals(self._heirs),
            )
        return self.corpus

    @property
    def has_removals(self) -> bool:
        """Whether texts were removed that segments may still have."""
        return bool(self._heirs)

    @property
    def fold_is_due(self) -> bool:
        """Whether the tail has grown so much that it is to be written."""
        return sum(map(len, self._tail)) >= max(FOLD_TEXTS, FOLD_GROWTH * self._n_texts)

    @property
    def refit_is_due(self) -> bool:
        """Whether so many texts have come or gone since the fit that a new one is due."""
        fitted = self.generation.fit_texts
        growth = (self._n_texts - fitted) / max(fitted, 1)
        return growth >= REFIT_GROWTH or growth <= -REFIT_LOSS

    def is_outgrown(self, state: StoreState) -> bool:
        """Whether a new fit cannot wait: the texts that came since outnumber the fitted ones, or the store is
        small and has grown.
        """
        fitted = self.generation.fit_texts
        total = self._n_texts + state.last_row - self._last_row
        grown = total - fitted
        return grown > fitted or (total <= SMALL_TEXTS and grown >= max(1, REFIT_GROWTH * fitted))

    def folded(self) -> list[Segment]:
        """Returns the segments with the tail as one more, and without what was removed; those that lose
        nothing stay the objects they are.
        """
        segments = [*self.generation.segments, *([joined(self._tail)] if self._tail else [])]
        if not self._heirs or self.corpus is None:
            return segments
        kept, begin = list[Segment](), 0
        for segment in segments:
            representatives = self.corpus.representatives[begin : begin + len(segment)]
            begin += len(segment)
            gone = np.isin(segment.rows, self.corpus.removals.rows)
            if gone.any() or not np.array_equal(representatives, segment.representatives):
                segment = without(segment, segment.rows[gone], representatives)
            if len(segment):
                kept.append(segment)
        return kept

    def has_texts_of(self, generation: Generation) -> bool:
        """Whether a generation has the same fit, and its texts stand here at the same indices."""
        if self.corpus is None or self.generation.generation_id != generation.generation_id:
            return False
        rows = np.concatenate([np.zeros(0, np.int64), *(segment.rows for segment in generation.segments)])
        return len(rows) <= len(self.corpus) and np.array_equal(rows, self.corpus.rows[: len(rows)])

    def move_to(self, generation: Generation) -> None:
        """Goes on from a generation that has more of these texts in its segments; indices stay."""
        self.generation, self.corpus = generation, None
        self._tail = [part for part in self._tail if part.rows[-1] > generation.last_row]
        self._last_row = max([generation.last_row, *(int(part.rows[-1]) for part in self._tail)])

    @property
    def _n_texts(self) -> int:
        return self.generation.texts + sum(map(len, self._tail)) - len(self._heirs)

    def _take_removals(self, store: Store[Tables]) -> None:
        with store.reading() as tables:
            for entry, row, representative in tables.removals.after(self.last_removal):
                self._heirs[row], self.last_removal = representative, entry
                self.corpus = None

    def _take_texts(self, state: StoreState, store: Store[Tables], encoder: CachedEncoder) -> None:
        encode_missing(store, encoder, after_row=self._last_row)
        with store.reading() as tables:
            for texts in source_of(tables, encoder, self._last_row)():
                self._tail.append(make_segment(self.generation.space, texts))
                self._last_row = int(texts.rows[-1])
                self.corpus = None
        while len(self._tail) > 1 and len(self._tail[-2]) <= len(self._tail[-1]):
            self._tail[-2:] = [joined(self._tail[-2:])]
        self._last_row = max(self._last_row, state.last_row)


def _removals(heirs: dict[int, int]) -> Removals:
    """Returns removals whose representatives are there, or the text itself where no text of its group is."""
    rows = sorted(heirs)
    representatives = []
    for row in rows:
        heir = heirs[row]
        while heir in heirs and heirs[heir] != heir:
            heir = heirs[heir]
        representatives.append(row if heir in heirs else heir)
    return Removals(np.array(rows, dtype=np.int64), np.array(representatives, dtype=np.int64))
