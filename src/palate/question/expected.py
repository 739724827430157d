"""Expected: ask about what would change the taste most."""

from typing import Literal

import numpy as np
from scipy.sparse import csr_array

from palate.features import Block, Features
from palate.parts import Candidates, Rows, Vector
from palate.question.distinct import distinct


class Expected:
    """Asks about the texts with the longest expected gradient of the log loss, over both answers; among equal
    ones the first.

    For a linear taste that is 2 p (1 - p) |x|: uncertain texts with many features. Use it where texts differ
    in how much they say. Costs O(m (d + terms)).
    Source: Settles, Craven and Ray, Multiple-instance active learning (NIPS 2007), eq. 4 (expected gradient
    length)."""

    pool: Literal["even", "best", "all"] = "even"

    def choose(self, candidates: Candidates, n: int, rng: np.random.Generator) -> Rows:  # noqa: ARG002  draws nothing
        gradient_lengths = 2 * candidates.mean * (1 - candidates.mean) * lengths(candidates.features)
        return distinct(np.argsort(-gradient_lengths, kind="stable"), candidates.vectors, n)


def lengths(features: Features) -> Vector:
    """Returns (m,) Euclidean lengths of all of a text's features.

    >>> lengths(Features({"a": np.array([[3.0, 0.0]]), "b": np.array([[4.0]])})).tolist()
    [5.0]
    """
    return np.asarray(
        np.sqrt(sum((_squares(block) for block in features.blocks.values()), np.zeros(len(features))))
    )


def _squares(block: Block) -> Vector:
    squares = (
        block.multiply(block).sum(axis=1)
        if isinstance(block, csr_array)
        else np.einsum("md,md->m", block, block)
    )
    return np.asarray(squares, dtype=np.float64)
