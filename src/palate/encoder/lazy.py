"""LazyEncoder: an encoder that is loaded when there is a text to encode."""

from collections.abc import Callable, Sequence
from functools import cached_property

from palate.parts import Encoder, Matrix


class LazyEncoder:
    """The facts of an encoder without loading it, and the encoder itself from the first text on.

    Use it for a transformer that made the vectors of a store: to import torch and load a model takes seconds,
    and a ranking needs neither, so that a store can be ranked even where its model has gone.

    load: returns the encoder of this fingerprint, or raises; called once, when it is first needed.

    >>> lazy = LazyEncoder("sbert:somewhere", "sbert:sha256-00:whole", 384, load=lambda: 1 / 0)
    >>> lazy.dims
    384
    """

    def __init__(self, name: str, fingerprint: str, dims: int, load: Callable[[], Encoder]) -> None:
        self.name, self.fingerprint, self.dims = name, fingerprint, dims
        self._load = load

    @cached_property
    def _inner(self) -> Encoder:
        return self._load()

    def encode(self, contents: Sequence[str]) -> Matrix:
        """Returns (n, d) float32 rows of length 1. Raises what loading the encoder raises."""
        return self._inner.encode(contents)
