"""Words of many texts as hashes, without a loop over words: what near-copies are told by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple, TypeAlias

import numpy as np

from palate.words import UNSPACED_BLOCKS

BASE = 0x9E3779B97F4A7C15  # odd, so that it can be divided by, modulo 2^64
BMP = 1 << 16  # beyond which characters are taken for letters
PAIR_FACTOR = np.uint64(0xC2B2AE3D27D4EB4F)
SPACE, LETTER, ALONE = 0, 1, 2

Hashes: TypeAlias = np.ndarray[tuple[int], np.dtype[np.uint64]]
Indices: TypeAlias = np.ndarray[tuple[int], np.dtype[np.int64]]
Flags: TypeAlias = np.ndarray[tuple[int], np.dtype[np.bool_]]
TermIds: TypeAlias = np.ndarray[tuple[int], np.dtype[np.uint32]]


class HashedWords(NamedTuple):
    """w words in order. hashes: (w,). owners: (w,) the text that each is of. is_single: (w,) whether it is
    a single letter or digit of a script with blanks.
    """

    hashes: Hashes
    owners: Indices
    is_single: Flags


def hash_words(contents: Sequence[str]) -> HashedWords:
    """Returns the words of n texts, without regard to case. A word is a run of letters and digits, and each
    character of a script without blanks. Costs about 10 microseconds a text of 60 words.

    The hash is a polynomial in the characters, taken as a difference of sums over the whole text.
    Source: Karp and Rabin, Efficient randomized pattern-matching algorithms (1987).

    >>> words = hash_words(["The cat", "the CAT!"])
    >>> words.owners.tolist(), bool((words.hashes[:2] == words.hashes[2:]).all())
    ([0, 0, 1, 1], True)
    """
    joined = [content.casefold() for content in contents]
    ends = np.cumsum([len(content) + 1 for content in joined], dtype=np.int64)
    codes = np.frombuffer(("\n".join(joined) + "\n").encode("utf-32-le", "replace"), np.uint32)
    classes = _classes()[np.minimum(codes, BMP)]
    before = np.concatenate([np.zeros(1, np.uint8), classes[:-1]])
    is_letter = classes == LETTER
    begins = np.flatnonzero((classes == ALONE) | (is_letter & (before != LETTER)))
    after = np.concatenate([classes[1:], np.zeros(1, np.uint8)])
    stops = np.flatnonzero((classes == ALONE) | (is_letter & (after != LETTER))) + 1
    is_single = (stops - begins == 1) & (classes[begins] == LETTER)
    powers, inverses = _powers(len(codes))
    sums = np.concatenate(
        [np.zeros(1, np.uint64), np.cumsum((codes + np.uint64(1)) * powers, dtype=np.uint64)]
    )
    hashes = _mixed((sums[stops] - sums[begins]) * inverses[begins])
    return HashedWords(hashes, np.searchsorted(ends, begins, side="right"), is_single)


def hash_content_terms(
    contents: Sequence[str], is_stop: Callable[[Hashes], Flags]
) -> tuple[TermIds, Indices]:
    """Returns the terms of n texts: words of two characters or more, and pairs of neighbouring ones, without
    stop words; text i has ids[starts[i]:starts[i + 1]], ascending, each once.

    is_stop: tells which hashes are those of stop words.

    >>> ids, starts = hash_content_terms(["cat sat", "sat cat sat", ""], lambda hashes: hashes == 0)
    >>> starts.tolist()
    [0, 3, 7, 7]
    """
    words = hash_words(contents)
    kept = ~words.is_single & ~is_stop(words.hashes)
    together = kept[:-1] & kept[1:] & (words.owners[:-1] == words.owners[1:])
    pairs = _mixed(words.hashes[:-1][together] * PAIR_FACTOR + words.hashes[1:][together])
    ids = np.concatenate([words.hashes[kept], pairs]) >> np.uint64(32)
    owners = np.concatenate([words.owners[kept], words.owners[:-1][together]]).astype(np.uint64)
    keys = np.unique((owners << np.uint64(32)) | ids)
    starts = np.searchsorted(keys, np.arange(len(contents) + 1, dtype=np.uint64) << np.uint64(32))
    return (keys & np.uint64(0xFFFFFFFF)).astype(np.uint32), starts.astype(np.int64)


@cache
def _classes() -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """(BMP + 1,) what each character is; the last stands for all beyond."""
    classes = np.array([chr(code).isalnum() for code in range(BMP)] + [True], np.uint8)
    for first, end in UNSPACED_BLOCKS:
        classes[first:end] *= ALONE
    classes[BMP] = ALONE
    return classes


_KNOWN: list[tuple[Hashes, Hashes]] = []


def _powers(n: int) -> tuple[Hashes, Hashes]:
    """Returns BASE to the powers 0 to n - 1, and their inverses, modulo 2^64; the longest made is kept."""
    if not _KNOWN or len(_KNOWN[0][0]) < n:
        inverse = pow(BASE, -1, 1 << 64)
        _KNOWN[:] = [(_cumulated(BASE, n), _cumulated(inverse, n))]
    powers, inverses = _KNOWN[0]
    return powers[:n], inverses[:n]


def _cumulated(base: int, n: int) -> Hashes:
    factors = np.full(n, base, np.uint64)
    factors[:1] = 1
    return np.cumprod(factors, dtype=np.uint64)


def _mixed(hashes: Hashes) -> Hashes:
    """Returns the hashes with every bit spread over all (the finaliser of SplitMix64)."""
    hashes = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    hashes = (hashes ^ (hashes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return hashes ^ (hashes >> np.uint64(31))
