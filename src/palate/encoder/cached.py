"""CachedEncoder: encode each text of a store once."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from palate.encoder.of_words import word_vectors
from palate.parts import Encoder, Matrix, Store


class VectorCache(Protocol):
    """Vectors by row of text, kept as float16."""

    def put(self, encoder_id: int, rows: Sequence[int], vectors: Matrix) -> None: ...


class HasVectors(Protocol):
    """The part of a store's tables that is needed here."""

    @property
    def vectors(self) -> VectorCache: ...


class CachedEncoder:
    """An encoder and where a store keeps its vectors. They are rounded to float16 either way, so that a text
    has the same vector, to the bit, on the first day and later. A text in which the encoder reads nothing,
    as one of another script, gets the vector of its words, see of_words.py.

    encoder_id: the store's, of the encoder.
    """

    def __init__(self, encoder: Encoder, store: Store[HasVectors], encoder_id: int) -> None:
        self.inner = encoder
        self.encoder_id = encoder_id
        self._store = store

    def encode(self, contents: Sequence[str]) -> Matrix:
        """Returns (n, d) float32 vectors; nothing is stored."""
        vectors = self.inner.encode(contents).reshape(len(contents), self.inner.dims)
        unread = np.flatnonzero(~vectors.any(axis=1))
        if len(unread):
            vectors = vectors.copy()
            vectors[unread] = word_vectors([contents[index] for index in unread.tolist()], self.inner.dims)
        return vectors.astype(np.float16).astype(np.float32)

    def fill(self, rows: Sequence[int], contents: Sequence[str]) -> None:
        """Stores the vectors of the texts at these rows, whose contents are given too."""
        vectors = self.encode(contents)
        with self._store.writing() as tables:
            tables.vectors.put(self.encoder_id, rows, vectors)
