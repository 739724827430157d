"""History: all judgements that a taste has learned, in order, for tastes that relearn them."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from palate.features import Features
from palate.taste.blocks import chosen

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]
RELEARN_MS = 0.4  # what each judgement costs that a taste which compares all texts relearns


class History:
    """n judged texts, oldest first: their features, likings (n,) and weights (n,). Adding one costs no copy
    of the others.

    names: the blocks to keep.

    >>> history = History(["semantic"])
    >>> history.add(Features({"semantic": np.eye(2)}), np.array([1.0, -1.0]), np.ones(2))
    >>> len(history), history.features.blocks["semantic"].tolist()
    (2, [[1.0, 0.0], [0.0, 1.0]])
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        self._parts: list[Features] = []
        self.likings: Array = np.zeros(0)
        self.weights: Array = np.zeros(0)

    def __len__(self) -> int:
        return len(self.likings)

    def add(self, features: Features, likings: Array, weights: Array) -> None:
        """Adds n texts. Raises ValueError where a block is not there."""
        self._parts.append(Features(chosen(features, self.names)))
        self.likings = np.concatenate([self.likings, likings])
        self.weights = np.concatenate([self.weights, weights])

    @property
    def features(self) -> Features:
        """Of all n texts, of which there is at least one."""
        if len(self._parts) > 1:
            self._parts = [Features.joined(self._parts)]
        return self._parts[0]

    def delete(self, index: int) -> None:
        """Deletes the text at an index."""
        kept = np.delete(np.arange(len(self)), index)
        self._parts = [self.features[kept]]
        self.likings, self.weights = self.likings[kept], self.weights[kept]
