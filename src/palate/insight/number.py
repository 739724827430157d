"""Number: a text as one integer, such that close texts get close numbers."""

import hashlib
from functools import cache

import numpy as np

from palate.parts import Matrix

BITS = 64


@cache
def _planes(dims: int) -> Matrix:
    """Returns (d, 64) of -1 and 1, drawn by SHA-256 from their own names: equal on every machine and with
    every NumPy.
    """
    digests = b"".join(hashlib.sha256(f"palate number {dims} {row}".encode()).digest() for row in range(dims))
    bits = np.unpackbits(np.frombuffer(digests, np.uint8)).reshape(dims, -1)[:, :BITS]
    return bits * 2.0 - 1.0


def number_of(sums: Matrix) -> int:
    """Returns the locality-sensitive hash, in [0, 2**64), of one text's exact vector sums (1, d) (see
    StaticEncoder.sums).

    Use it as a key for other programs: texts whose vectors lie at an angle of t radians differ in about 64 t
    / pi bits (Hamming distance), so half the bits for unrelated texts and none for a re-wrapped copy. Sums
    and projections are exact, so the number is the same on every machine. A text without a word piece has the
    number 0. Source: Charikar, Similarity estimation techniques from rounding algorithms (STOC 2002).

    >>> from palate.encoder.static import StaticEncoder
    >>> texts = ("two cats", "two kittens", "bond yields")
    >>> cats, kittens, bonds = (number_of(StaticEncoder().sums([text])) for text in texts)
    >>> (cats ^ kittens).bit_count() < (cats ^ bonds).bit_count()
    True
    """
    projected = sums[0] @ _planes(sums.shape[1])
    return int.from_bytes(np.packbits(projected > 0).tobytes(), "big")
