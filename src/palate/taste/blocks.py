"""Blocks: which of a text's features a taste reads, and at what scale."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from palate.features import Block, Features

Array = np.ndarray[Any, np.dtype[np.floating[Any]]]


def chosen(features: Features, names: Iterable[str]) -> dict[str, Block]:
    """The named blocks. Raises ValueError where one is not there."""
    names = tuple(names)
    missing = [name for name in names if name not in features.blocks]
    if missing:
        raise ValueError(
            f"this taste reads the blocks {', '.join(names)}; the texts have {', '.join(features.blocks)}"
        )
    return {name: features.blocks[name] for name in names}


def joined(features: Features, scales: Mapping[str, float]) -> Array:
    """(n, d) of dense blocks side by side, each times the root of its scale. Raises ValueError for one that
    is missing or sparse.

    >>> features = Features({"semantic": np.ones((1, 2)), "topic": np.ones((1, 1))})
    >>> joined(features, {"semantic": 1.0, "topic": 4.0}).tolist()
    [[1.0, 1.0, 2.0]]
    """
    parts = []
    for name, block in chosen(features, scales).items():
        if isinstance(block, csr_array):
            raise ValueError(f"this taste reads dense blocks alone, and {name} is sparse")
        parts.append(np.sqrt(scales[name]) * np.asarray(block, dtype=np.float64))
    return np.hstack(parts)


def parted(weights: Array, features: Features, scales: Mapping[str, float]) -> dict[str, Array]:
    """Weights (d,) on `joined` features as weights on each block."""
    ends = np.cumsum([features.blocks[name].shape[1] for name in scales])[:-1]
    parts = np.split(weights, ends)
    return {name: np.sqrt(scale) * part for (name, scale), part in zip(scales.items(), parts, strict=True)}
