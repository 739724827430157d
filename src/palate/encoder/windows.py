"""Windows: texts longer than a transformer's window are cut into windows of word pieces, each is encoded, and
the mean is taken. Nothing is left out.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from palate.parts import Matrix

Pieces = Sequence[int]

WINDOW_SCHEME = "windows-1"  # a part of fingerprints: raise the number when anything here changes a vector
BLOCK_TEXTS = 2000  # texts tokenised at a time; bounds memory, not the result


def split_windows(pieces: Pieces, max_pieces: int) -> list[Pieces]:
    """Returns as few runs of at most `max_pieces` pieces as can be, equal in size to within one, without
    overlap.

    >>> split_windows([1, 2, 3, 4, 5], 2)
    [[1], [2, 3], [4, 5]]
    """
    count = -(-len(pieces) // max_pieces)
    edges = [len(pieces) * index // count for index in range(count + 1)] if count else []
    return [pieces[start:end] for start, end in pairwise(edges)]


def encode_by_windows(
    contents: Sequence[str],
    *,
    dims: int,
    max_pieces: int,
    tokenise: Callable[[list[str]], list[list[int]]],
    encode: Callable[[list[Pieces]], Matrix],
) -> Matrix:
    """Returns (n, d) float32 unit rows: for each text the mean of its windows' unit vectors, weighted by
    their word pieces.

    A text that fits into one window gets that window's vector, a text without a word piece the zero vector. A
    text's row depends on no other text, as long as a window's vector depends on no other window.

    max_pieces: the most word pieces in one window, special tokens not counted. tokenise: n texts to their
    word pieces without special tokens. encode: m windows to (m, d) vectors of any length.
    """
    rows = np.zeros((len(contents), dims), np.float32)
    for start in range(0, len(contents), BLOCK_TEXTS):
        block = list(contents[start : start + BLOCK_TEXTS])
        windows = [
            (index, run)
            for index, pieces in enumerate(tokenise(block))
            for run in split_windows(pieces, max_pieces)
        ]
        if not windows:
            continue
        indices, runs = zip(*windows, strict=True)
        sums = np.zeros((len(block), dims))
        weights = np.array([len(run) for run in runs], np.float64)
        np.add.at(sums, np.array(indices), unit(encode(list(runs)).astype(np.float64)) * weights[:, None])
        rows[start : start + len(block)] = unit(sums)
    return rows


def unit(rows: Matrix) -> Matrix:
    """Returns each row scaled to length 1; a zero row stays zero."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths == 0, 1, lengths)
