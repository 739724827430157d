"""VectorIndex: the index of a store's vectors: whether one is used, and how it follows the store."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from threading import RLock
from typing import Literal, NamedTuple

import numpy as np

from palate.index.faiss_calls import faiss_module
from palate.index.ivf import IvfIndex
from palate.index.rescored import RescoredIndex
from palate.parts import Index, Mask, Matrix, Rows, Vector
from palate.workspace.cache import INDEX_RECORD, CacheFile, CacheFolder
from palate.workspace.corpus import Corpus
from palate.workspace.exact_corpus import ExactCorpus
from palate.workspace.index_file import IndexRecord, checks_of, notice, read_record

INDEXED_TEXTS = 200_000  # from which an index is used: below, comparing with all takes some 20 ms
UNCODED_TEXTS, UNCODED_SHARE = 2_000, 0.01  # new texts, and their share of all, from which they are added
RETRAINED_GROWTH = 2.0  # of the texts since the centres of the lists were learned, from which they are again
VECTORS_AT_ONCE = 65_536
NO_FILE = CacheFile("", "", 0)  # of an index in memory

Progress = Callable[[int, int], None]
Reason = Literal["too small", "without faiss", "not built", "in use"]


class Coded(NamedTuple):
    """An index of codes, whose ids are store rows, with what it covers."""

    codes: IvfIndex
    record: IndexRecord


class VectorIndex:
    """Gives the index to search a corpus with: exact below 200,000 texts, without the extra [index], or until
    one is built; else an `IvfIndex` over store rows, with texts that came since compared one by one.

    Its file lies in the store's cache, is mapped and shared by all processes, and is believed by its hash. A
    row is never given to another text, so it stays true when a new generation is fitted; what was removed is
    never found, and is not in the file once it is renewed. Any number of threads may use it.

    folder: of the cache; None keeps it in memory. mark: gives the one the store gave itself.
    """

    def __init__(self, folder: CacheFolder | None, mark: Callable[[], str]) -> None:
        self._folder, self._mark = folder, mark
        self._lock = RLock()
        self._renewing = RLock()  # a removal waits for a build, which may still have what is removed
        self._coded: Coded | None = None
        self._looked_at: tuple[int, int, int] | None = None  # at the record's file, when it was last read

    def of(self, corpus: Corpus, encoder: str) -> Index:
        """Returns what finds the nearest texts of a corpus. encoder: its fingerprint."""
        coded = self._current(corpus, encoder)
        exact = ExactCorpus(corpus)
        if coded is None:
            return exact
        uncoded = np.arange(_covered(corpus, coded), len(corpus))
        return RescoredIndex(CorpusCodes(corpus, coded.codes), exact, corpus.vectors, uncoded)

    def reason(self, corpus: Corpus, encoder: str) -> Reason:
        """Returns why an index is used, or is not."""
        if len(corpus) < INDEXED_TEXTS:
            return "too small"
        if not has_faiss():
            return "without faiss"
        return "not built" if self._current(corpus, encoder) is None else "in use"

    def coded(self, corpus: Corpus, encoder: str) -> Coded | None:
        """Returns the index that is in use; None where search is exact."""
        return self._current(corpus, encoder)

    def is_due(self, corpus: Corpus, encoder: str) -> bool:
        """Whether an index is to be built, or texts have come or gone that it does not know of."""
        reason = self.reason(corpus, encoder)
        coded = self._current(corpus, encoder)
        if coded is None:
            return reason == "not built"
        covered = _covered(corpus, coded)
        return len(corpus) - covered > max(UNCODED_TEXTS, UNCODED_SHARE * len(corpus)) or self._has_gone(
            corpus, coded
        )

    def renew(self, corpus: Corpus, encoder: str, progress: Progress = lambda *_: None) -> bool:
        """Builds the index, or takes into it what came and went since; False where none is to be used.

        Where its file cannot be written, a notice says so, and this process goes on with it in memory. Raises
        what `progress` raises, and nothing has changed then."""
        if self.reason(corpus, encoder) in ("too small", "without faiss"):
            return False
        with self._renewing:
            before = self._current(corpus, encoder)
            if before is None or len(corpus) >= RETRAINED_GROWTH * before.record.trained:
                codes, trained = _built(corpus, progress), int(np.count_nonzero(~corpus.removed))
            else:
                codes, trained = _followed(corpus, before, progress), before.record.trained
            with self._lock:
                self._publish(corpus, encoder, codes, trained)
        return True

    def compact(self, corpus: Corpus, encoder: str) -> None:
        """Takes removed texts out of the file before it returns, or deletes the file."""
        with self._renewing:
            coded = self._current(corpus, encoder)
            if coded is None:
                self._drop()
            elif self._has_gone(corpus, coded):
                self.renew(corpus, encoder)

    def _current(self, corpus: Corpus, encoder: str) -> Coded | None:
        with self._lock:
            if len(corpus) < INDEXED_TEXTS or not has_faiss():
                return None
            if self._coded is not None and self._coded.record.encoder != encoder:
                self._coded = None
            stamp = self._stamp()
            if self._folder is not None and stamp is not None and stamp != self._looked_at:
                self._looked_at = stamp
                self._coded = self._read(self._folder, corpus, encoder) or self._coded
            return self._coded

    def _read(self, folder: CacheFolder, corpus: Corpus, encoder: str) -> Coded | None:
        record = read_record(folder, self._mark(), encoder, faiss_module().__version__)
        if record is None:
            return None
        if not record.fits(corpus):
            notice(folder, "is that of other texts")
            return None
        try:
            return Coded(IvfIndex.load(folder.path / record.file.name), record)
        except ValueError as error:
            notice(folder, f"cannot be read ({error})")
            return None

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            status = os.stat(self._folder.path / INDEX_RECORD) if self._folder is not None else None
        except OSError:
            return None
        return None if status is None else (status.st_ino, status.st_mtime_ns, status.st_size)

    def _publish(self, corpus: Corpus, encoder: str, codes: IvfIndex, trained: int) -> None:
        folder, last_row = self._folder, int(corpus.rows[-1])
        texts = int(np.count_nonzero(~corpus.removed))
        faiss, checks = faiss_module().__version__, checks_of(corpus)
        before = self._coded
        if folder is not None:
            try:
                file = folder.put(lambda path: _save(codes, path), "faiss")
                record = IndexRecord(self._mark(), encoder, last_row, texts, trained, faiss, checks, file)
                folder.replace(INDEX_RECORD, record.to_bytes())
                codes = IvfIndex.load(folder.path / file.name)
            except OSError as error:
                notice(folder, f"cannot be written ({error.strerror or error})")
                folder = None
        if folder is None:
            record = IndexRecord("", encoder, last_row, texts, trained, faiss, checks, NO_FILE)
            self._drop()
        self._coded, self._looked_at = Coded(codes, record), self._stamp()
        if folder is not None and before is not None and before.record.file != record.file:
            (folder.path / before.record.file.name).unlink(missing_ok=True)

    def _drop(self) -> None:
        """Deletes the file of an index."""
        if self._folder is not None:
            try:
                self._folder.drop_index()
            except OSError as error:
                notice(self._folder, f"cannot be deleted ({error.strerror or error})")

    @staticmethod
    def _has_gone(corpus: Corpus, coded: Coded) -> bool:
        """Whether texts of the index were removed since: rows only ever go."""
        covered = _covered(corpus, coded)
        return int(np.count_nonzero(~corpus.removed[:covered])) < coded.record.texts


class CorpusCodes:
    """An index whose ids are store rows, as one whose ids are the indices of a corpus."""

    def __init__(self, corpus: Corpus, codes: IvfIndex) -> None:
        self._corpus, self._codes = corpus, codes

    def search(self, vector: Vector, n: int, *, allowed: Mask | None = None) -> Rows:
        """Returns the indices of at most n candidates that were not removed."""
        corpus = self._corpus
        by_row = None if allowed is None else self._by_row(allowed)
        found = corpus.indices_of(self._codes.search(vector, n, allowed=by_row))
        return found[~corpus.removed[found]] if len(corpus.removals.rows) else found

    def _by_row(self, allowed: Mask) -> Mask:
        rows, first = self._corpus.rows, int(self._corpus.rows[0])
        mask = np.zeros(int(rows[-1]) + 1, np.bool_)
        if len(mask) - first == len(rows):
            mask[first : first + len(allowed)] = allowed
        else:
            mask[rows[: len(allowed)][allowed]] = True
        return mask


@cache
def has_faiss() -> bool:
    """Whether the extra [index] is installed."""
    return find_spec("faiss") is not None


class _Vectors:
    """The vectors of some texts of a corpus, read anew each time, in parts."""

    def __init__(self, corpus: Corpus, indices: Rows) -> None:
        self._corpus, self._indices = corpus, indices

    def __iter__(self) -> Iterator[Matrix]:
        for begin in range(0, len(self._indices), VECTORS_AT_ONCE):
            yield self._corpus.vectors(self._indices[begin : begin + VECTORS_AT_ONCE])


def _covered(corpus: Corpus, coded: Coded) -> int:
    """Returns how many texts of a corpus, its first ones, came before the index was made."""
    return int(np.searchsorted(corpus.rows, coded.record.last_row, side="right"))


def _built(corpus: Corpus, progress: Progress) -> IvfIndex:
    """Returns an index of all texts of a corpus, with lists that are learned from them."""
    indices = np.flatnonzero(~corpus.removed)
    parts = _Vectors(corpus, indices)
    return IvfIndex.build(parts, len(indices), ids=corpus.rows[indices], progress=progress)


def _followed(corpus: Corpus, before: Coded, progress: Progress) -> IvfIndex:
    """Returns an index without the texts that went, and with those that came."""
    present = corpus.rows[~corpus.removed]
    ids = np.full(max(before.record.last_row, int(corpus.rows[-1])) + 1, -1, np.int64)
    ids[present] = present
    codes = before.codes.renumbered(ids)
    new = present[present > before.record.last_row]
    indices, done = corpus.indices_of(new), 0
    for part in _Vectors(corpus, indices):
        codes.add(part, new[done : done + len(part)])
        done += len(part)
        progress(done, len(new))
    return codes


def _save(codes: IvfIndex, path: Path) -> None:
    codes.save(path)
    with path.open("rb") as file:
        os.fsync(file.fileno())
