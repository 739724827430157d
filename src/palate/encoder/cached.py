"""CachedEncoder: encode each content once."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from palate.parts import Encoder, Matrix, Vector


class VectorCache(Protocol):
    """Vectors by content hash, kept as float16."""

    def get(self, encoder: int, hashes: Sequence[str]) -> dict[str, Vector]: ...
    def put(self, encoder: int, hashes: Sequence[str], vectors: Matrix) -> None: ...


class CachedEncoder:
    """An encoder that looks first among what it encoded before. Its vectors are rounded to float16 either
    way, so that a text has the same vector, to the bit, on the first day and later.

    number: the cache's number of the encoder.
    """

    def __init__(self, encoder: Encoder, cache: VectorCache, number: int) -> None:
        self.inner = encoder
        self.number = number
        self._cache = cache

    def known(self, hashes: Sequence[str]) -> dict[str, Vector]:
        """The vectors (d,) that were made before, by content hash."""
        return self._cache.get(self.number, hashes)

    def encode(self, hashes: Sequence[str], contents: Sequence[str]) -> Matrix:
        """(n, d) float32 vectors of the contents, whose content hashes come first."""
        known = self.known(hashes)
        missing = {h: content for h, content in zip(hashes, contents, strict=True) if h not in known}
        if missing:
            made = self.inner.encode(list(missing.values())).astype(np.float16)
            self._cache.put(self.number, list(missing), made)
            known.update(zip(missing, made, strict=True))
        return np.array([known[h] for h in hashes], dtype=np.float32).reshape(len(hashes), self.inner.dims)
