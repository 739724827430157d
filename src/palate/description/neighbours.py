"""Neighbours: the words nearest in meaning to a word, as the shipped encoder sees them."""

from functools import cache
from typing import NamedTuple

import numpy as np

from palate.encoder.static import StaticEncoder
from palate.parts import Matrix

SHORTEST_WORD = 3


class Neighbour(NamedTuple):
    """A word. similarity: its cosine to the word it was asked for."""

    word: str
    similarity: float


def neighbours(word: str, *, limit: int, least: float) -> list[Neighbour]:
    """Returns the English words nearest to a word, nearest first, of those of the shipped encoder that are
    whole words; none where it knows nothing of the word.

    Whatever encoder a store has, this one is asked: its words are a table. The first call of a process
    reads it (about 40 ms); each takes 1 ms. least: the lowest cosine.

    >>> [found.word for found in neighbours("imaging", limit=2, least=0.3)] != ["imaging"]
    True
    """
    words, rows, encoder = _table()
    vector = encoder.encode([word])[0]
    cosines = rows @ vector
    nearest = np.argsort(-cosines, kind="stable")[: limit + 1]
    return [
        Neighbour(words[index], float(cosines[index]))
        for index in nearest.tolist()
        if cosines[index] >= least and words[index] != word.lower()
    ][:limit]


@cache
def _table() -> tuple[list[str], Matrix, StaticEncoder]:
    """Returns the whole words, their (n, d) rows of length 1 in single precision, and the encoder."""
    encoder = StaticEncoder()
    pieces = {piece: index for piece, index in encoder.pieces().items() if _is_word(piece)}
    rows = encoder.piece_rows(np.fromiter(pieces.values(), np.int64))
    lengths = np.linalg.norm(rows, axis=1)
    known = np.flatnonzero(lengths)
    words = list(pieces)
    return [words[index] for index in known.tolist()], rows[known] / lengths[known, None], encoder


def _is_word(piece: str) -> bool:
    return len(piece) >= SHORTEST_WORD and piece.isascii() and piece.isalpha()
