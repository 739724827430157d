"""CachedEncoder: encode each content once."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from palate.parts import Encoder, Matrix, Store, Vector


class VectorCache(Protocol):
    """Vectors by content hash, kept as float16."""

    def get(self, encoder_id: int, hashes: Sequence[str]) -> dict[str, Vector]: ...
    def put(self, encoder_id: int, hashes: Sequence[str], vectors: Matrix) -> None: ...


class HasVectors(Protocol):
    """The part of a store's tables that is needed here."""

    @property
    def vectors(self) -> VectorCache: ...


class CachedEncoder:
    """An encoder that looks first among what it encoded before. Its vectors are rounded to float16 either
    way, so that a text has the same vector, to the bit, on the first day and later.

    encoder_id: the store's, of the encoder.
    """

    def __init__(self, encoder: Encoder, store: Store[HasVectors], encoder_id: int) -> None:
        self.inner = encoder
        self.encoder_id = encoder_id
        self._store = store

    def known(self, hashes: Sequence[str]) -> dict[str, Vector]:
        """The vectors (d,) that were made before, by content hash."""
        with self._store.reading() as tables:
            return tables.vectors.get(self.encoder_id, hashes)

    def encode(self, hashes: Sequence[str], contents: Sequence[str]) -> Matrix:
        """(n, d) float32 vectors of the contents, whose content hashes come first."""
        known = self.known(hashes)
        missing = {h: content for h, content in zip(hashes, contents, strict=True) if h not in known}
        if missing:
            made = self.inner.encode(list(missing.values())).astype(np.float16)
            with self._store.writing() as tables:
                tables.vectors.put(self.encoder_id, list(missing), made)
            known.update(zip(missing, made, strict=True))
        return np.array([known[h] for h in hashes], dtype=np.float32).reshape(len(hashes), self.inner.dims)
