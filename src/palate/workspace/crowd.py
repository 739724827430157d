"""CrowdKeeper: when the readers of a store are a crowd, what is learned from them, and when it is learned
anew.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import NamedTuple

import numpy as np

from palate.feature.crowd import Arrays, arrays_from_bytes, crowd_to_bytes, make_crowd
from palate.feedback import CrowdFeedback, standing
from palate.parts import Matrix, Rows, Store
from palate.store.crowd import CrowdState, PublicEntry, StoredCrowd
from palate.store.sqlite import IN_MEMORY
from palate.store.tables import Tables
from palate.workspace.background import Background
from palate.workspace.corpus import Corpus
from palate.workspace.placed_crowd import PlacedCrowd

MIN_READERS = 5  # who are not private and have judged enough: with fewer there is no crowd
MIN_TEXTS = 5  # that a reader has judged who has judged enough
RELEARN_GROWTH = 0.1  # share by which the log has to grow before the crowd is learned anew
RELEARN_ENTRIES = 20  # and the number of entries
TEXTS_AT_ONCE = 16_384  # whose vectors are in memory

# by the row of a text, removed or not, the row of what stands for its group
Groups = Callable[[Corpus, Sequence[int]], Mapping[int, int]]


class CrowdSummary(NamedTuple):
    """What the stored crowd was learned from. since: entries of public readers that came after it."""

    readers: int
    judgements: int
    since: int


class CrowdKeeper:
    """Keeps the crowd of one store: serves the stored one, and learns another in the background when it is
    stale.

    It is stale when those who are not private have added more than a tenth to the log, and 20 entries or
    more, or the encoder is another. Likings are taken as they are: a liking above 0 is a like, whoever gave
    it, and `RatedCrowd` takes out by itself how freely a reader likes. A near-copy counts as the text that
    stands for its group, and the judgement that stands is the latest, as for a taste; judgements of a group
    that was removed count for nothing."""

    def __init__(self, store: Store[Tables], groups_of: Groups) -> None:
        self._store, self._groups_of = store, groups_of
        self._background = Background("palate crowd")
        self._learning = Lock()
        self._placed: PlacedCrowd | None = None
        self._served: tuple[Corpus, Corpus] | None = None  # without and with the crowd
        self._source: tuple[int, CrowdState] | None = None  # what is served was read from
        self._entries: int | None = None  # of the log, that the served crowd was learned from
        self._due: tuple[int, CrowdState] | None = None  # when it was last asked whether to learn

    def with_crowd(self, corpus: Corpus, encoder_id: int, state: CrowdState) -> Corpus:
        """Returns the corpus with the stored crowd, the same object until there is another.

        Begins to learn a new crowd where that is due.
        """
        served = self._serve(corpus, encoder_id, state)
        if (encoder_id, state) != self._due:
            self._due = encoder_id, state
            if self._stale(state):
                return self._learn_when_due(corpus, encoder_id, served)
        return served

    def learn(self, corpus: Corpus, encoder_id: int) -> None:
        """Learns from all public judgements, and stores it; nothing is stored where too few have judged
        enough.
        """
        with self._learning:
            with self._store.reading() as tables:
                log = tables.crowd.public_log()
            groups = self._groups_of(corpus, [entry.row for entry in log.entries if entry.row is not None])
            rows = np.unique(corpus.representatives[~corpus.removed])
            judged = _standing(log.entries, groups, rows)
            counts = Counter(entry.reader_id for _, entry in judged)
            if sum(count >= MIN_TEXTS for count in counts.values()) < MIN_READERS:
                return
            data = _learned(judged, rows, corpus, len(log.entries))
            with self._store.writing() as tables:
                tables.crowd.put(StoredCrowd(log.head, encoder_id, len(counts), data), len(log.entries))

    def _learn_when_due(self, corpus: Corpus, encoder_id: int, served: Corpus) -> Corpus:
        """Begins to learn a new crowd; that of a store in memory, which is small, is there when this
        returns.
        """
        if self._store.path != IN_MEMORY:
            self._background.begin(lambda: self.learn(corpus, encoder_id))
            return served
        self.learn(corpus, encoder_id)
        with self._store.reading() as tables:
            return self._serve(corpus, encoder_id, tables.state().crowd)

    def summary(self, encoder_id: int) -> CrowdSummary | None:
        """Returns what the stored crowd was learned from; None where there is none for this encoder."""
        with self._store.reading() as tables:
            stored = tables.crowd.get()
            since = tables.crowd.count_since(stored.head) if stored is not None else 0
        arrays = _arrays(stored, encoder_id)
        if stored is None or arrays is None:
            return None
        return CrowdSummary(stored.n_readers, int(arrays["judgements"]), since)

    def wait(self) -> None:
        """Returns when nothing is being learned. Raises its error."""
        self._background.wait()

    def _serve(self, corpus: Corpus, encoder_id: int, state: CrowdState) -> Corpus:
        source = encoder_id, state._replace(newest_entry=0, n_public=0)
        if self._served is not None and self._served[0] is corpus and self._source == source:
            return self._served[1]
        if self._source != source or self._served is None or self._served[0].layout is not corpus.layout:
            self._read(corpus, encoder_id, state)
        elif self._placed is not None:
            self._placed = self._placed.grown(corpus)
        with_crowd = corpus if self._placed is None else corpus.with_crowd(self._placed)
        self._served, self._source = (corpus, with_crowd), source
        return with_crowd

    def _read(self, corpus: Corpus, encoder_id: int, state: CrowdState) -> None:
        stored = None
        if state.stored is not None:
            with self._store.reading() as tables:
                stored = tables.crowd.get()
        arrays = _arrays(stored, encoder_id)
        self._placed = None if arrays is None else PlacedCrowd(arrays, corpus, state.stored)
        self._entries = None if arrays is None else int(arrays["entries"])

    def _stale(self, state: CrowdState) -> bool:
        if self._entries is None or state.stored is None:
            if state.n_public < MIN_READERS:
                return False
            with self._store.reading() as tables:
                return tables.crowd.count_readers(MIN_TEXTS) >= MIN_READERS
        head = state.stored[0]
        if state.newest_entry - head < RELEARN_ENTRIES:
            return False
        with self._store.reading() as tables:
            grown = tables.crowd.count_since(head)
        return grown >= RELEARN_ENTRIES and grown > RELEARN_GROWTH * self._entries


def _arrays(stored: StoredCrowd | None, encoder_id: int) -> Arrays | None:
    """Returns what was learned on vectors of this encoder, by this version."""
    return arrays_from_bytes(stored.data) if stored is not None and stored.encoder_id == encoder_id else None


def _standing(
    entries: list[PublicEntry], groups: Mapping[int, int], rows: Rows
) -> list[tuple[int, PublicEntry]]:
    """Returns the likings that stand, each with the text that stands for its group; none of groups that are
    not among the rows."""
    here = set(np.intersect1d(rows, list(groups.values())).tolist())
    by_taste: dict[int, list[PublicEntry]] = {}
    for entry in entries:
        if entry.row is None or entry.row in groups:
            by_taste.setdefault(entry.taste_id, []).append(entry)
    found = [
        (group, entry)
        for of_taste in by_taste.values()
        for group, entry in standing(of_taste, groups.__getitem__).items()
        if entry.liking is not None and group in here
    ]
    return sorted(found, key=lambda each: each[1].entry)


def _learned(judged: list[tuple[int, PublicEntry]], rows: Rows, corpus: Corpus, n_entries: int) -> bytes:
    """Returns what is learned of the groups of these rows, as bytes."""
    _, tastes = np.unique([entry.taste_id for _, entry in judged], return_inverse=True)
    indices = np.searchsorted(rows, [group for group, _ in judged])
    likings = np.array([entry.liking for _, entry in judged], dtype=np.float64)
    crowd = make_crowd(
        CrowdFeedback(tastes, indices, likings, len(rows)), _semantic_rows(corpus, corpus.indices_of(rows))
    )
    return crowd_to_bytes(
        crowd,
        {
            "rows": rows,
            "mean": corpus.space.semantic.mean.astype(np.float32),
            "matrix": corpus.space.semantic.matrix.astype(np.float32),
            "entries": np.array(n_entries),
            "judgements": np.array(len(judged)),
        },
    )


def _semantic_rows(corpus: Corpus, indices: Rows) -> Matrix:
    parts = [np.zeros((0, len(corpus.space.semantic.mean)), np.float32)]
    for begin in range(0, len(indices), TEXTS_AT_ONCE):
        vectors = corpus.vectors(indices[begin : begin + TEXTS_AT_ONCE])
        parts.append(corpus.space.semantic.transform(vectors))
    return np.concatenate(parts)
