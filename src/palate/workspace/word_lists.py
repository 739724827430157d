"""WordLists: the texts of a segment by word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from palate.feature.keyword import Codes, Keyword
from palate.parts import Rows

LISTS = frozenset({"list_entries", "list_starts"})  # arrays of a segment
TEXT_BITS = 24  # of an entry, which hold the text; the others hold how far its impact is below the highest
TEXTS = np.uint32((1 << TEXT_BITS) - 1)
TOP = 255  # the level of an impact of 1

Entries = np.ndarray[tuple[int], np.dtype[np.uint32]]


class WordLists:
    """For each content word of two texts of the fit or more: its texts in a segment, highest impact first,
    then in order. 290 bytes a text of 60 words, pairs of words included, which have hashes like words.

    The impact of a word in a text is tf / (tf + saturation) of BM25, in 256 levels: no more than 1 / 510 off.
    A list goes by the hash of a term: that of a rare word may have texts of another word or pair, too.

    entries: uint32, (TOP - level) << 24 | text. starts: (f + 1,) where the list of each rank begins.

    Source: impact-ordered lists (Anh, de Kretser and Moffat, SIGIR 2001).
    """

    def __init__(self, entries: Entries, starts: Rows) -> None:
        self._entries, self._starts = entries, starts

    @classmethod
    def of(cls, arrays: Mapping[str, np.ndarray[Any, Any]]) -> Self:
        """Returns those whose arrays a segment has."""
        return cls(arrays["list_entries"], arrays["list_starts"])

    def arrays(self) -> dict[str, np.ndarray[Any, Any]]:
        """Returns what a segment keeps, named as in `LISTS`."""
        return {"list_entries": self._entries, "list_starts": self._starts}

    def entries(self, rank: int) -> Entries:
        """Returns the entries of a word; none where it has no list."""
        if rank + 1 >= len(self._starts):
            return self._entries[:0]
        return self._entries[self._starts[rank] : self._starts[rank + 1]]


def make_lists(arrays: Mapping[str, np.ndarray[Any, Any]], keyword: Keyword) -> WordLists:
    """Makes the lists of a segment from its arrays. Costs about 5 microseconds a text."""
    listed = keyword.listed
    terms = np.asarray(arrays["terms"])
    kept = np.flatnonzero(terms < len(listed))
    kept = kept[listed[terms[kept]]]
    owners = np.searchsorted(np.asarray(arrays["starts"]), kept, side="right") - 1
    counts = arrays["counts"][kept].astype(np.float32)
    impacts = counts / (counts + arrays["saturation"][owners])
    levels = TOP - np.rint(TOP * impacts).astype(np.uint64)
    keys = terms[kept].astype(np.uint64) << np.uint64(32)
    keys |= (levels << np.uint64(TEXT_BITS)) | owners.astype(np.uint64)
    keys.sort()
    ranks = (keys >> np.uint64(32)).astype(np.int64)
    starts = np.searchsorted(ranks, np.arange(len(listed) + 1))
    return WordLists((keys & np.uint64(0xFFFFFFFF)).astype(np.uint32), starts.astype(np.int32))


def texts_of(entries: Entries) -> Codes:
    """Returns the int32 texts of entries."""
    return (entries & TEXTS).view(np.int32)


def impacts_of(entries: Entries) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Returns the impacts of entries."""
    return (np.uint32(TOP) - (entries >> np.uint32(TEXT_BITS))).astype(np.float32) * np.float32(1 / TOP)


def impact_of(entry: np.uint32) -> float:
    """Returns the impact of one entry."""
    return (TOP - (int(entry) >> TEXT_BITS)) / TOP
