"""Terms: words and pairs of neighbouring words, counted and hashed."""

import re
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from palate.features import Terms
from palate.words import is_unspaced, words

SEVERAL = re.compile(r"[^\W_]{2,}")
MAX_REMEMBERED_WORDS = 200_000
BUCKETS = 1 << 22  # hashes of terms; of 300,000 terms about 7 in 100 share theirs with another
PLAIN = BUCKETS  # added to the hash of a stop word, and of a pair with one in it
HASHING = "3"  # what `hash_terms` makes; a store with the terms of another gets them anew
STOP = frozenset(
    "an and are as at be been between both but by can for from had has have he her his if in into is it "
    "its more no not of on or our she so such than that the their them then there these they this to "
    "was we were what when which who will with would you your also about after all any because do does "
    "how may most only other over out some through under up very while".split()
)
# kana that are no katakana write endings and particles; so do these Chinese characters and Korean syllables
PARTICLES = re.compile(
    "[\u3041-\u309f]+|.*[的了是这那们就也都這們].*|니다|습니|에서|으로|했다|한다|있다|하는|이다|되는|하고|에는"
)


def is_stop(word: str) -> bool:
    """Tells whether a word, as `words` gives it, says little of what a text is about.

    >>> is_stop("the"), is_stop("した"), is_stop("的历"), is_stop("足球")
    (True, True, True, False)
    """
    return word in STOP if word.isascii() else bool(PARTICLES.fullmatch(word))


def count_terms(content: str) -> dict[str, int]:
    """Words, as `term_words` gives them, and pairs of neighbouring ones, without stop words.

    >>> count_terms("The cat sat on the cat.")
    {'cat': 2, 'sat': 1, 'cat sat': 1}
    """
    counts: dict[str, int] = {}
    before = ""
    for word in term_words(content):
        if is_stop(word):
            before = ""
            continue
        counts[word] = counts.get(word, 0) + 1
        if before:
            pair = f"{before} {word}"
            counts[pair] = counts.get(pair, 0) + 1
        before = word
    return counts


def term_words(content: str) -> list[str]:
    """Returns the words that terms are made of: `words` without single letters and digits.

    >>> term_words("A cat_2 sat."), term_words("猫 α 2")
    (['cat', 'sat'], ['猫'])
    """
    if content.isascii():
        return SEVERAL.findall(content.lower())
    return [word for word in words(content) if len(word) > 1 or is_unspaced(word)]


def hash_terms(contents: Sequence[str]) -> Terms:
    """What `count_terms` counts, for n texts at once, each term as its `term_id`; after those the stop words
    and pairs with one.

    Stop words and their pairs have ids from 2**22 on. About 60 microseconds a text.

    >>> terms = hash_terms(["The cat sat on the cat.", ""])
    >>> len(terms), len(terms.ids), sorted(content_terms(terms).counts.tolist())
    (2, 8, [1, 1, 2])
    >>> term_id("on the") in terms.ids
    True
    """
    if len(_HASHES) > MAX_REMEMBERED_WORDS:
        _HASHES.clear()
    hashed = [
        np.fromiter(map(_HASHES.__getitem__, found), np.int64, len(found))
        for found in map(term_words, contents)
    ]
    owners = np.repeat(np.arange(len(hashed)), [len(codes) for codes in hashed])
    codes = np.concatenate([*hashed, np.zeros(0, np.int64)])
    together = owners[:-1] == owners[1:]
    one, other = codes[:-1][together], codes[1:][together]
    plain = (one < 0) | (other < 0)
    pairs = _pair(np.abs(one), np.abs(other)) + PLAIN * plain
    ids = np.concatenate([np.abs(codes) % BUCKETS + PLAIN * (codes < 0), pairs])
    keys, counts = np.unique(
        np.concatenate([owners, owners[:-1][together]]) * (2 * BUCKETS) + ids, return_counts=True
    )
    starts = np.searchsorted(keys, np.arange(len(hashed) + 1) * (2 * BUCKETS))
    return Terms(
        (keys % (2 * BUCKETS)).astype(np.uint32),
        np.minimum(counts, 255).astype(np.uint8),
        starts.astype(np.int64),
    )


def content_terms(terms: Terms) -> Terms:
    """Those without stop words: what `count_terms` counts."""
    kept = terms.ids < PLAIN
    starts = np.concatenate([[0], np.cumsum(kept)])[terms.starts]
    return Terms(terms.ids[kept], terms.counts[kept], starts.astype(np.int64))


def term_id(term: str) -> int:
    """The hash of a word, or of two words with a space between: made of CRC-32, equal on every machine.

    In [0, 2**22); of a stop word, and of a pair with one, in [2**22, 2**23).
    """
    hashes = [_HASHES[word] for word in term.split(" ")]
    codes = [abs(code) for code in hashes]
    return (codes[0] % BUCKETS if len(codes) == 1 else int(_pair(*codes))) + PLAIN * (min(hashes) < 0)


def word_ids(words: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Returns (n,) the hashes of n single words, in a tenth of the time that `term_id` takes one by one.

    >>> bool(word_ids(["cat"])[0] == term_id("cat")), bool(word_ids(["the"])[0] == term_id("the"))
    (True, True)
    """
    codes = np.fromiter(map(_HASHES.__getitem__, words), np.int64, len(words))
    return np.asarray(np.abs(codes) % BUCKETS + PLAIN * (codes < 0))


class _Hashes(dict[str, int]):
    """The CRC-32 of each word, negative for a stop word: words recur, and a look-up is the cost of one."""

    def __missing__(self, word: str) -> int:
        code = zlib.crc32(word.encode("utf-8", "surrogatepass"))
        self[word] = -code if is_stop(word) else code
        return self[word]


_HASHES = _Hashes()


def _pair(one: Any, other: Any) -> Any:
    return (((one * 40503 + other * 2654435) >> 7) ^ other) % BUCKETS
