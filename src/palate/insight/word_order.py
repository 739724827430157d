"""Word order: whether the words of a text follow one another as in the other texts; and phrases that many
share."""

from typing import NamedTuple

import numpy as np

from palate.parts import Rows, Vector

TRUST = 0.75  # in what followed a word before; the rest goes to how frequent the next one is
RARE = 5000  # a word is frequent that is more than one in so many
MIN_PAIRS = 3
PHRASE_WORDS = 5
SHARED_BY = 3  # texts, from which on a phrase is shared


class WordSequences(NamedTuple):
    """The words of n texts one after the other. words: (m,) ids from 0. starts: (n + 1,) where each
    begins."""

    words: Rows
    starts: Rows

    @property
    def texts(self) -> Rows:
        """(m,) the text that each word is in."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))


def order_fit(found: WordSequences) -> Vector:
    """Returns (n,) how much better each word of a text is foretold by the one before than by its
    frequency, in nats, on average; NaN for a text with fewer than three pairs of frequent words.

    Vectors that sum up words do not see their order; this does. Only words that are frequent count, which
    all subjects have in common; each text is held against the others alone. Costs O(m log m).
    Source: pointwise mutual information (Church and Hanks 1990) under a bigram model interpolated as Jelinek
    and Mercer (1980).

    >>> words = np.array([*[0, 1, 2, 3, 4] * 9, 4, 2, 0, 3, 1])
    >>> fits = order_fit(WordSequences(words, np.arange(0, 51, 5)))
    >>> bool(fits[0] > 1 > 0 > fits[9])
    True
    """
    words, texts = found.words, found.texts
    n = len(found.starts) - 1
    if len(words) < 2:
        return np.full(n, np.nan)
    v = int(words.max()) + 1
    inside = texts[1:] == texts[:-1]
    frequent = np.bincount(words, minlength=v) >= max(2, len(words) / RARE)
    inside &= frequent[words[:-1]] & frequent[words[1:]]
    first, second, of = words[:-1][inside], words[1:][inside], texts[1:][inside]
    if not len(of):
        return np.full(n, np.nan)
    pairs = _elsewhere(first.astype(np.int64) * v + second, of)
    before = _elsewhere(first, of)
    singles = _elsewhere(second, of)
    usual = (singles + 1) / (len(second) + v)
    likely = TRUST * pairs / np.maximum(before, 1) + (1 - TRUST) * usual
    gains = np.log(likely / usual)
    sizes = np.bincount(of, minlength=n)
    return np.where(sizes >= MIN_PAIRS, np.bincount(of, gains, n) / np.maximum(sizes, 1), np.nan)


def shared_phrases(found: WordSequences) -> Vector:
    """Returns (n,) the share of the five-word phrases of each text that three other texts or more have; 0 for
    a text of fewer words.

    High for boilerplate: notices, footers, forms.
    """
    words, texts = found.words.astype(np.uint64), found.texts
    n = len(found.starts) - 1
    last = len(words) - PHRASE_WORDS + 1
    if last < 1:
        return np.zeros(n)
    keys = np.zeros(last, np.uint64)
    for step in range(PHRASE_WORDS):
        keys = keys * np.uint64(0x9E3779B97F4A7C15) + words[step : step + last] + np.uint64(1)
    inside = texts[PHRASE_WORDS - 1 :] == texts[:last]
    keys, of = keys[inside], texts[:last][inside]
    phrases, codes = np.unique(keys, return_inverse=True)
    different = np.unique(codes.astype(np.int64) * n + of)
    n_texts = np.bincount(different // n, minlength=len(phrases))
    is_shared = n_texts[codes] > SHARED_BY
    return np.bincount(of, is_shared, n) / np.maximum(np.bincount(of, minlength=n), 1)


def _elsewhere(keys: Rows, texts: Rows) -> Vector:
    """Returns how often each key occurs in the texts but its own."""
    _, codes, counts = np.unique(keys, return_inverse=True, return_counts=True)
    n = int(texts.max()) + 1
    _, pairs, own = np.unique(codes.astype(np.int64) * n + texts, return_inverse=True, return_counts=True)
    return np.asarray(counts[codes] - own[pairs], np.float64)
