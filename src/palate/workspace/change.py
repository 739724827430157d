"""Change: how far weights are from those before, block by block."""

from collections.abc import Mapping

import numpy as np

from palate.weights import Sparse, Weights


def length_of(weights: Mapping[str, Weights]) -> float:
    """Returns the length of the weights of all blocks together."""
    return float(np.sqrt(sum(_square(block) for block in weights.values())))


def change_of(
    weights: Mapping[str, Weights], before: Mapping[str, Weights]
) -> tuple[float, dict[str, float]]:
    """Returns what the weights share with those before, as a factor, and by block the length of the rest."""
    names = dict.fromkeys([*weights, *before])
    shared = {name: _dot(weights.get(name), before.get(name)) for name in names}
    squares = {name: _square(before.get(name)) for name in names}
    factor = sum(shared.values()) / max(sum(squares.values()), 1e-300)
    rest = {
        name: _square(weights.get(name)) + factor**2 * squares[name] - 2 * factor * shared[name]
        for name in names
    }
    return factor, {name: float(np.sqrt(max(square, 0.0))) for name, square in rest.items()}


def _dot(one: Weights | None, other: Weights | None) -> float:
    if one is None or other is None:
        return 0.0
    if isinstance(one, Sparse):
        if isinstance(other, Sparse) and np.array_equal(one.columns, other.columns):
            return float(one.values @ other.values)
        return float(
            one.values @ (other.at(one.columns) if isinstance(other, Sparse) else other[one.columns])
        )
    return float(one[other.columns] @ other.values) if isinstance(other, Sparse) else float(one @ other)


def _square(weights: Weights | None) -> float:
    if weights is None:
        return 0.0
    values = weights.values if isinstance(weights, Sparse) else weights
    return float(values @ values)
