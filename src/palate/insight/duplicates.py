"""Duplicates: texts that are the same or nearly so, within one set and across two."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np

ALIKE = 0.7  # shared share of words and word pairs from which two texts are nearly the same, as in a store
MAX_SHARING = 8  # texts before it that a text is compared with for one shared key, besides the first

Labels: TypeAlias = Sequence[Any]
Keys: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.uint32]]
Mask: TypeAlias = np.ndarray[tuple[int], np.dtype[np.bool_]]
RowPairs: TypeAlias = np.ndarray[tuple[int, int], np.dtype[np.int64]]
TermIds: TypeAlias = np.ndarray[tuple[int], np.dtype[np.uint32]]


class NearPair(NamedTuple):
    """Two rows whose texts are nearly the same, the earlier first, and the Jaccard similarity of their
    words and word pairs.
    """

    first: int
    second: int
    similarity: float


@dataclass(frozen=True)
class Duplicates:
    """Rows of n texts that say the same.

    exact: groups of two rows or more with the same words, each ascending. near: pairs of rows from different
    groups that are nearly the same. conflicts: pairs of rows, of either kind, with different labels.
    """

    exact: tuple[tuple[int, ...], ...] = ()
    near: tuple[NearPair, ...] = ()
    conflicts: tuple[NearPair, ...] = ()

    @property
    def n_exact(self) -> int:
        """Rows that repeat an earlier one."""
        return sum(len(group) - 1 for group in self.exact)

    def spare_rows(self) -> set[int]:
        """Rows that can go: all but the first of each set of rows that exact or near copies join."""
        links = [(group[0], row) for group in self.exact for row in group[1:]]
        links += [(pair.first, pair.second) for pair in self.near]
        heirs: dict[int, int] = {}

        def root(row: int) -> int:
            while heirs.get(row, row) != row:
                heirs[row] = row = heirs.get(heirs[row], heirs[row])
            return row

        for link in links:
            one, other = sorted(map(root, link))
            heirs[other] = one
        return {row for row in heirs if heirs[row] != row}


@dataclass(frozen=True)
class Leakage:
    """Rows of a training file whose text stands in a test file, too.

    exact, near: pairs (row here, row there, similarity), one for each row here.
    """

    exact: tuple[NearPair, ...] = ()
    near: tuple[NearPair, ...] = ()

    @property
    def rows(self) -> set[int]:
        """The rows here that leak."""
        return {pair.first for pair in (*self.exact, *self.near)}


def exact_groups(contents: Sequence[Hashable]) -> dict[Hashable, list[int]]:
    """Returns the rows of each content, ascending; those of None are left out.

    >>> exact_groups(["a", None, "b", "a", None])
    {'a': [0, 3], 'b': [2]}
    """
    rows: dict[Hashable, list[int]] = {}
    for row, content in enumerate(contents):
        if content is not None:
            rows.setdefault(content, []).append(row)
    return rows


def candidate_pairs(keys: Keys, can_match: Mask) -> RowPairs:
    """Returns (p, 2) pairs of n texts that share one of b keys, the earlier first, without repetition.

    keys: (n, b). can_match: (n,) whether a text's keys say something. A text is compared with the MAX_SHARING
    texts before it that have the key, and with the first of all: many texts with one key, such as a footer's,
    are joined in a chain, at a cost that grows with n alone.

    >>> keys = np.array([[1, 5], [2, 5], [1, 6], [9, 5]], np.uint32)
    >>> candidate_pairs(keys, np.array([True, True, True, False])).tolist()
    [[0, 1], [0, 2]]
    """
    rows = np.flatnonzero(can_match)
    found = [np.zeros(0, np.int64)]
    for column in keys[rows].T:
        order = np.argsort(column, kind="stable")
        ordered, owners = column[order], rows[order]
        for shift in range(1, MAX_SHARING + 1):
            same = np.flatnonzero(ordered[shift:] == ordered[:-shift])
            found.append((owners[same] << 32) | owners[same + shift])
        starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])[: len(ordered)])
        firsts = np.repeat(starts, np.diff(np.append(starts, len(ordered))))
        later = np.flatnonzero(np.arange(len(ordered)) > firsts)
        found.append((owners[firsts[later]] << 32) | owners[later])
    pairs = np.unique(np.concatenate(found))
    return np.column_stack([pairs >> 32, pairs & 0xFFFFFFFF])


def near_pairs(pairs: RowPairs, terms: Callable[[int], TermIds]) -> list[NearPair]:
    """Returns those of (p, 2) pairs that share enough terms. terms: the ids of a row's terms, each once."""
    found, current, one = list[NearPair](), -1, set[int]()
    for first, second in pairs.tolist():  # ascending, so that each set is made once
        if first != current:
            current, one = first, set(terms(first).tolist())
        other = terms(second).tolist()
        if min(len(one), len(other)) < ALIKE * max(len(one), len(other)):
            continue
        shared = len(one.intersection(other))
        similarity = shared / (len(one) + len(other) - shared)
        if similarity >= ALIKE:
            found.append(NearPair(first, second, similarity))
    return found


def label_conflicts(
    groups: Sequence[Sequence[int]], near: Sequence[NearPair], labels: Labels
) -> tuple[NearPair, ...]:
    """Returns the pairs of the same or nearly the same texts whose labels differ; a row without a label
    (None) is in none. Of an exact group each row is compared with the first that has a label.

    >>> label_conflicts([[0, 1, 2]], [NearPair(0, 3, 0.8)], ["a", "a", "b", None])
    (NearPair(first=0, second=2, similarity=1.0),)
    """
    conflicts = list[NearPair]()
    for group in groups:
        labelled = [row for row in group if labels[row] is not None]
        conflicts += [
            NearPair(labelled[0], row, 1.0) for row in labelled[1:] if labels[row] != labels[labelled[0]]
        ]
    # a near pair stands for all copies of its two rows
    rows_of = {group[0]: group for group in groups}
    for pair in near:
        one, other = (
            {labels[row] for row in rows_of.get(first, [first]) if labels[row] is not None}
            for first in pair[:2]
        )
        if one and other and one != other:
            conflicts.append(pair)
    return tuple(sorted(conflicts))
