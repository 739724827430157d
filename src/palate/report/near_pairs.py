"""Near pairs: which texts of one or two lists are equal, or nearly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from palate.feature.minhash import band_keys, jaccard
from palate.feature.terms import content_terms, hash_terms
from palate.text import content_hash

ALIKE = 0.7  # share of the terms, from which on two texts are near-copies, as where texts are added
MAX_IN_BAND = 50  # texts of one key that are compared with each other; more are compared with the first


class NearPairs(NamedTuple):
    """exact: groups of indices of texts with the same words. near: pairs (i, j), i < j, of others that are
    near-copies.
    """

    exact: list[list[int]]
    near: list[tuple[int, int]]

    def groups(self, n: int) -> list[list[int]]:
        """Returns the groups of two or more of n texts that copies and near-copies join."""
        joined = list(range(n))

        def root(index: int) -> int:
            while joined[index] != index:
                joined[index] = joined[joined[index]]
                index = joined[index]
            return index

        pairs = [(group[0], other) for group in self.exact for other in group[1:]]
        for one, other in [*pairs, *self.near]:
            joined[root(other)] = root(one)
        found: dict[int, list[int]] = {}
        for index in sorted({index for pair in [*pairs, *self.near] for index in pair}):
            found.setdefault(root(index), []).append(index)
        return list(found.values())


def near_pairs(contents: Sequence[str]) -> NearPairs:
    """Finds the texts that are equal but for white space, and those that share seven tenths of their terms.

    Costs 100 microseconds a text. Texts with fewer than eight terms are compared for equality alone.
    Source: see `palate.feature.minhash`.

    >>> text = "the quick brown fox jumps over a lazy dog while seven hens watch from their old coop at noon"
    >>> near_pairs([text, text + " ", text.replace("seven", "eight"), "the sly fox"])
    NearPairs(exact=[[0, 1]], near=[(0, 2)])
    """
    by_words: dict[str, list[int]] = {}
    for index, content in enumerate(contents):
        by_words.setdefault(content_hash("", content), []).append(index)
    exact = [group for group in by_words.values() if len(group) > 1]
    firsts = [group[0] for group in by_words.values()]
    terms = content_terms(hash_terms([contents[index] for index in firsts]))
    keys, enough = band_keys(terms)
    compared: set[tuple[int, int]] = set()
    for band in range(keys.shape[1]):
        column = np.where(enough, keys[:, band], 0)
        order = np.flatnonzero(enough)[np.argsort(column[enough], kind="stable")]
        ends = np.flatnonzero(np.diff(column[order])) + 1
        for group in np.split(order, ends):
            if len(group) > 1:
                compared.update(_pairs(sorted(group.tolist())))
    ids = [terms.ids[begin:end].tolist() for begin, end in zip(terms.starts, terms.starts[1:], strict=False)]
    near = [(firsts[i], firsts[j]) for i, j in sorted(compared) if jaccard(ids[i], ids[j]) >= ALIKE]
    return NearPairs(exact, near)


def _pairs(group: list[int]) -> list[tuple[int, int]]:
    if len(group) > MAX_IN_BAND:
        return [(group[0], other) for other in group[1:]]
    return [(one, other) for at, one in enumerate(group) for other in group[at + 1 :]]
