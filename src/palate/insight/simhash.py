"""SimHash: the words of a text as 64 bits, such that texts that share most words differ in few bits."""

import hashlib
from collections.abc import Mapping
from functools import lru_cache

import numpy as np

BITS = 64
MAX_REMEMBERED_WORDS = 200_000

Signs = np.ndarray[tuple[int], np.dtype[np.int64]]


def simhash(weights: Mapping[str, int]) -> int:
    """Returns the SimHash, in [0, 2**64), of words with whole weights: bit by bit, the side on which most of
    the weight lies.

    Use it to find texts of nearly the same words, whatever they mean; `number_of` is for texts of like
    meaning. Two texts whose rows of weights lie at an angle of t radians differ in about 64 t / pi bits. Each
    word votes by the first 64 bits of its SHA-256, and sums of whole numbers are exact, so the number is the
    same on every machine. Where no word is given it is 0. Costs about 2 microseconds a word.
    Source: Charikar, Similarity estimation techniques from rounding algorithms (STOC 2002); Manku, Jain and
    Das Sarma, Detecting near-duplicates for web crawling (WWW 2007).

    >>> first = simhash({"two": 1, "cats": 1, "sleep": 1})
    >>> bits_apart(first, simhash({"two": 2, "cats": 2, "sleep": 2})), simhash({})
    (0, 0)
    """
    votes = np.zeros(BITS, np.int64)
    for word, weight in weights.items():
        votes += weight * _signs(word)
    return int.from_bytes(np.packbits(votes > 0).tobytes(), "big")


def rarity(n_texts: int, n_with: int) -> int:
    """Returns the weight of a word that n_with of n_texts have: 1 and the whole part of log2(n_texts /
    n_with).

    An inverse document frequency in whole numbers, so that a SimHash under it stays exact. A word that no
    text has counts as if one had it.

    >>> rarity(1000, 1000), rarity(1000, 125), rarity(1000, 0)
    (1, 4, 10)
    """
    return max(1, (n_texts // max(1, n_with)).bit_length())


def bits_apart(first: int, second: int) -> int:
    """Returns in how many bits two numbers differ: their Hamming distance, 0 to 64.

    >>> bits_apart(0b1100, 0b1010)
    2
    """
    return (first ^ second).bit_count()


@lru_cache(MAX_REMEMBERED_WORDS)
def _signs(word: str) -> Signs:
    digest = hashlib.sha256(word.encode("utf-8", "surrogatepass")).digest()[: BITS // 8]
    return np.unpackbits(np.frombuffer(digest, np.uint8)).astype(np.int64) * 2 - 1
