"""Crowding: when the readers of a store are a crowd, what is learned from them, and when it is learned
anew.
"""

from collections import Counter
from threading import Lock, Thread
from typing import NamedTuple

import numpy as np

from palate.errors import StoreBusy
from palate.feature.crowd import Arrays, arrays_from_bytes, crowd_from_arrays, crowd_to_bytes, make_crowd
from palate.features import Block, Features
from palate.feedback import CrowdFeedback
from palate.parts import Matrix, Rows, Vector
from palate.store.crowd import CrowdState, Said, StoredCrowd
from palate.store.sqlite import SqliteStore
from palate.threads import one_thread
from palate.workspace.corpus import Corpus

READERS = 5  # who are not private and have said enough: with fewer there is no crowd
JUDGEMENTS = 5  # texts that a reader has judged who has said enough
GROWTH = 0.1  # share by which the log has to grow before the crowd is learned anew
ENTRIES = 20  # and the number of entries


class CrowdSummary(NamedTuple):
    """What the stored crowd was learned from. since: entries of the log that came after it, of those who are
    not private.
    """

    readers: int
    judgements: int
    since: int


class Crowding:
    """Keeps the crowd of one store: serves the stored one, and learns another in the background when it is
    stale.

    It is stale when those who are not private have added more than a tenth to the log, and 20 entries or
    more, or the encoder is another. Likings are taken as they are: what is above 0 was liked, whoever said
    it, and `RatedCrowd` takes out by itself how freely a reader likes. A near-copy counts as the first text
    of its group, and shows what the crowd thinks of that."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        self._busy = Lock()  # held while a crowd is learned
        self._thread: Thread | None = None
        self._failed: Exception | None = None
        self._seen: tuple[Corpus, int, CrowdState] | None = None  # what is served was made for
        # and the entries that its crowd was learned from
        self._served: tuple[Corpus, int | None] | None = None
        self._due: tuple[int, CrowdState] | None = None  # when it was last asked whether to learn

    def beside(self, corpus: Corpus, encoder: int) -> Corpus:
        """The corpus with the stored crowd, the same object until there is another; begins to learn one where
        that is due.
        """
        self._surface()
        state = self._store.crowd.state()
        served, entries = self._serve(corpus, encoder, state)
        if (encoder, state) == self._due or self._busy.locked():
            return served
        self._due = encoder, state
        if not self._stale(state, entries):
            return served
        if self._store.path == ":memory:":  # one connection, which threads cannot share
            self.learn(corpus, encoder)
            return self._serve(corpus, encoder, self._store.crowd.state())[0]
        if self._busy.acquire(blocking=False):
            self._thread = Thread(target=self._learn_aside, args=(corpus, encoder), name="palate crowd")
            self._thread.start()
        return served

    def learn(self, corpus: Corpus, encoder: int) -> None:
        """Learn from what all have said by now, and store it; nothing is stored where too few have said
        enough.
        """
        with self._busy, one_thread():
            self._learn(corpus, encoder)

    def heard(self, encoder: int) -> CrowdSummary | None:
        """Of the stored crowd; None where there is none for this encoder."""
        stored = self._store.crowd.get()
        arrays = _arrays(stored, encoder)
        if stored is None or arrays is None:
            return None
        return CrowdSummary(stored.readers, int(arrays["judgements"]), self._store.crowd.since(stored.head))

    def wait(self) -> None:
        """Until nothing is being learned. Raises what went wrong with it."""
        if self._thread is not None:
            self._thread.join()
        self._surface()

    def _serve(self, corpus: Corpus, encoder: int, state: CrowdState) -> tuple[Corpus, int | None]:
        asked = (corpus, encoder, state._replace(newest=0))
        if (
            self._served is None
            or self._seen is None
            or self._seen[0] is not corpus
            or self._seen[1:] != asked[1:]
        ):
            stored = self._store.crowd.get() if state.stored else None
            arrays = _arrays(stored, encoder)
            self._seen, self._served = asked, (corpus, None)
            if arrays is not None:
                with one_thread():
                    self._served = corpus.beside(PlacedCrowd(arrays, corpus)), int(arrays["entries"])
        return self._served

    def _stale(self, state: CrowdState, entries: int | None) -> bool:
        if entries is None or state.stored is None:
            return self._store.crowd.speakers(JUDGEMENTS) >= READERS
        head = state.stored[0]
        grown = self._store.crowd.since(head) if state.newest - head >= ENTRIES else 0
        return grown >= ENTRIES and grown > GROWTH * entries

    def _learn_aside(self, corpus: Corpus, encoder: int) -> None:
        try:
            self._learn(corpus, encoder)
        except StoreBusy:
            # most likely another process is storing its own, which will do; else the next judgement begins it
            # again
            pass
        except Exception as error:  # told at the next call: a thread has nobody to tell
            self._failed = error
        finally:
            self._busy.release()

    def _learn(self, corpus: Corpus, encoder: int) -> None:
        everyone = self._store.crowd.everyone()
        said = _of_groups(everyone.said, corpus)
        each = Counter(one.reader for one in said)
        if sum(count >= JUDGEMENTS for count in each.values()) < READERS:
            return
        rows = np.unique(corpus.leaders)
        semantic = np.asarray(corpus.space.corpus.blocks["semantic"])[np.searchsorted(corpus.rows, rows)]
        _, tastes = np.unique([one.taste for one in said], return_inverse=True)
        places = np.searchsorted(rows, [one.row for one in said])
        likings = np.array([one.liking for one in said])
        crowd = make_crowd(CrowdFeedback(tastes, places, likings, len(rows)), semantic)
        data = crowd_to_bytes(
            crowd,
            {
                "rows": rows,
                "mean": corpus.space.semantic.mean.astype(np.float32),
                "matrix": corpus.space.semantic.matrix.astype(np.float32),
                "entries": np.array(everyone.entries),
                "judgements": np.array(len(said)),
            },
        )
        self._store.crowd.put(StoredCrowd(everyone.head, encoder, len(each), data), everyone.entries)

    def _surface(self) -> None:
        failed, self._failed = self._failed, None
        if failed is not None:
            raise failed


class PlacedCrowd:
    """A stored crowd with a row for every text of a corpus, texts that were added since among them.

    arrays: of the crowd; also rows (n,), the ascending store rows that its block is of, and mean (d,) and
    matrix (d, d) of the semantic block that it was learned on. A corpus that has grown has a semantic block
    of its own, whose axes may be turned against those, so rows are turned back before the crowd sees them.
    Costs O(new texts), and O(d^3) where there are any."""

    def __init__(self, arrays: Arrays, corpus: Corpus) -> None:
        rows, mean, matrix = arrays["rows"], arrays["mean"], arrays["matrix"]

        def learned_on(places: Rows) -> Matrix:
            vectors = corpus.vectors[np.searchsorted(corpus.rows, rows[places])]
            return np.asarray((vectors - mean) @ matrix)

        self._crowd = crowd_from_arrays(arrays, learned_on)
        self._turn = _turn(corpus.space.semantic.mean, corpus.space.semantic.matrix, mean, matrix)
        self.prior = self._crowd.prior
        self.judgements_per_text = self._crowd.judgements_per_text
        places = np.minimum(np.searchsorted(rows, corpus.leaders), len(rows) - 1)
        new = rows[places] != corpus.leaders
        places[new] = len(rows) + np.arange(new.sum())
        added = self.transform(np.asarray(corpus.space.corpus.blocks["semantic"])[new])
        blocks = [Features({"crowd": block}) for block in (self._crowd.block, added)]
        self.block: Block = Features.joined(blocks)[places].blocks["crowd"]

    def transform(self, rows: Matrix) -> Block:
        """(m, d) of new texts, from the rows of their semantic block."""
        if self._turn is not None:
            rows = np.asarray(rows @ self._turn[0] + self._turn[1])
        return self._crowd.transform(rows)


def _arrays(stored: StoredCrowd | None, encoder: int) -> Arrays | None:
    """What was learned on vectors of this encoder, by this version."""
    return arrays_from_bytes(stored.data) if stored is not None and stored.encoder == encoder else None


def _of_groups(said: list[Said], corpus: Corpus) -> list[Said]:
    """Of each group of near-copies what was said latest, as if of its first text; nothing of texts that came
    after the corpus.
    """
    known = set(corpus.rows.tolist())
    of_leaders = [
        one._replace(row=int(corpus.leaders[corpus.place(one.row)])) for one in said if one.row in known
    ]
    return list({(one.taste, one.row): one for one in of_leaders}.values())


def _turn(mean: Vector, matrix: Matrix, old_mean: Vector, old_matrix: Matrix) -> tuple[Matrix, Vector] | None:
    """Matrix and shift that make of rows (x - mean) @ matrix those of (x - old_mean) @ old_matrix; None where
    they are equal.
    """
    mean, matrix = mean.astype(np.float32), matrix.astype(np.float32)
    if np.array_equal(mean, old_mean) and np.array_equal(matrix, old_matrix):
        return None
    turned = np.linalg.solve(matrix.astype(np.float64), old_matrix.astype(np.float64))
    return turned.astype(np.float32), np.asarray((mean - old_mean) @ old_matrix)
