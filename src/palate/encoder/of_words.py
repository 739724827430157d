"""Vectors of words alone, for texts in which an encoder can read nothing."""

import hashlib
from collections.abc import Sequence

import numpy as np

from palate.parts import Matrix
from palate.words import words


def word_vectors(contents: Sequence[str], dims: int) -> Matrix:
    """Returns (n, d) float32 rows of length 1, or 0 for a text without a word.

    Use it where an encoder gives the zero vector: texts that share words are near to one another, and all
    others about as far apart as chance has it, 1 / sqrt(d). Each word has a row of signs that a hash draws,
    and a text is the sum of its different words. Costs about 2 microseconds a word.
    Source: Kanerva, Kristoferson and Holst, Random indexing of text samples (2000); Achlioptas,
    Database-friendly random projections (2003), for signs.

    >>> soup, recipe, football = word_vectors(["ต้มยำกุ้ง", "สูตรต้มยำ", "ฟุตบอลโลก"], 256)
    >>> bool(soup @ recipe > 0.3), bool(abs(soup @ football) < 0.2)
    (True, True)
    """
    rows = np.zeros((len(contents), dims), np.float32)
    for row, content in zip(rows, contents, strict=True):
        for word in set(words(content)):
            row += _signs(word, dims)
        row /= np.linalg.norm(row) or 1.0
    return rows


def _signs(word: str, dims: int) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    drawn = hashlib.shake_128(word.encode()).digest(-(-dims // 8))
    return np.unpackbits(np.frombuffer(drawn, np.uint8), count=dims).astype(np.int8) * 2 - 1
