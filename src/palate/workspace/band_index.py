"""BandIndex: which texts of a store may be near-copies of new ones."""

from threading import RLock
from typing import NamedTuple, TypeAlias

import numpy as np

from palate.feature.minhash import Keys, Mask
from palate.parts import Rows
from palate.store.state import StoreState
from palate.store.tables import Tables

MAX_SHARING = 50  # texts compared for sharing one key: more share only what many pages have, a footer
TEXTS_AT_ONCE = 50_000  # whose keys are read from the store together

Packed: TypeAlias = np.ndarray[tuple[int], np.dtype[np.uint64]]
_ROW_BITS = np.uint64(32)
_ROW_MASK = np.uint64(0xFFFFFFFF)


class Pairs(NamedTuple):
    """p pairs of a new text, by its index, and a text that it may be a copy of, by its row; ascending."""

    indices: Rows
    rows: Rows


class BandIndex:
    """The band keys of a store in memory, 96 bytes a text: in the store each new text would change 12 random
    pages, and the more texts, the fewer of them are at hand.

    The keys stand, with the row of their text, in a few sorted runs, each less than half as long as the one
    before. Hold `lock` from `follow` to `candidates`. The first `follow` reads all keys, about two seconds
    for a million texts; later ones read what is new.

    Source: O'Neil and others, The log-structured merge-tree (1996).
    """

    def __init__(self) -> None:
        self.lock = RLock()
        self._runs: list[Packed] = []
        self._heirs: dict[int, int] = {}
        self._last_row = self._last_removal = 0

    def follow(self, tables: Tables, state: StoreState) -> None:
        """Takes over what was added and removed since, by whomever. state: a look at the same tables."""
        if self._last_row and state.last_removal > self._last_removal:
            removals = tables.removals.after(self._last_removal)
            self._heirs.update((removal.row, removal.representative) for removal in removals)
        if state.last_row > self._last_row:
            parts, row = list[Packed](), self._last_row
            while len((columns := tables.texts.bands(row, TEXTS_AT_ONCE)).rows):
                parts.append(_packed(columns.keys, columns.rows))
                row = int(columns.rows[-1])
            run = np.concatenate([np.zeros(0, np.uint64), *parts])
            run.sort()
            self._append(run)
        self._last_row, self._last_removal = state.last_row, state.last_removal

    def candidates(self, keys: Keys, enough: Mask, first_row: int) -> Pairs:
        """Returns what to compare n new texts with, which get rows from first_row on: for each key the
        MAX_SHARING oldest texts that have it too, in the store or among the new ones before.

        keys, enough: see `band_keys`.
        """
        indices = np.repeat(np.flatnonzero(enough), keys.shape[1])
        wanted = keys[enough].ravel().astype(np.uint64) << _ROW_BITS
        order = np.argsort(wanted, kind="stable")
        indices, wanted = indices[order], wanted[order]
        left = np.full(len(wanted), MAX_SHARING)
        found: list[tuple[Rows, Rows]] = []
        for run in self._runs:
            _take(run, wanted, wanted | _ROW_MASK, indices, left, found)
        stored = [(index, self._heirs_of(rows)) for index, rows in found]
        found = []
        new = np.sort(wanted | indices.astype(np.uint64))
        _take(new, wanted, wanted | indices.astype(np.uint64), indices, left, found)
        both = [*stored, *((index, rows + first_row) for index, rows in found)]
        packed = [(index << 32) | rows for index, rows in both]
        pairs = np.unique(np.concatenate([np.zeros(0, np.int64), *packed]))
        return Pairs(pairs >> 32, pairs & 0xFFFFFFFF)

    def _append(self, run: Packed) -> None:
        self._runs.append(run)
        while len(self._runs) > 1 and 2 * len(self._runs[-1]) >= len(self._runs[-2]):
            newer, older = self._runs.pop(), self._runs.pop()
            merged = np.concatenate([older, newer])
            merged.sort(kind="stable")  # which takes two sorted halves as they are
            self._runs.append(merged)

    def _heirs_of(self, rows: Rows) -> Rows:
        """Returns the rows of what stands for the groups of texts of which some were removed."""
        if not self._heirs:
            return rows
        heirs = rows.tolist()
        for index, row in enumerate(heirs):
            while (heir := self._heirs.get(row, row)) != row:
                row = heir
            heirs[index] = row
        return np.array(heirs, np.int64)


def _take(
    run: Packed, first: Packed, end: Packed, indices: Rows, left: Rows, found: list[tuple[Rows, Rows]]
) -> None:
    """Appends to found what of a sorted run lies in [first, end), at most `left` of each, and lowers that."""
    begins = np.searchsorted(run, first)
    counts = np.minimum(np.searchsorted(run, end) - begins, left)
    hits = np.flatnonzero(counts)
    begins, counts = begins[hits], counts[hits]
    left[hits] -= counts
    offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    rows = (run[np.repeat(begins, counts) + offsets] & _ROW_MASK).astype(np.int64)
    found.append((np.repeat(indices[hits], counts), rows))


def _packed(keys: "np.ndarray[tuple[int], np.dtype[np.uint32]]", rows: Rows) -> Packed:
    return (keys.astype(np.uint64) << _ROW_BITS) | rows.astype(np.uint64)
