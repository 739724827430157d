"""Features: texts as named blocks of numbers, each of its own scale, so that a taste can use any set and
`why` can name each.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_array, vstack

Vector = np.ndarray[tuple[int], np.dtype[np.floating[Any]]]
Matrix = np.ndarray[tuple[int, int], np.dtype[np.floating[Any]]]
Rows = np.ndarray[tuple[int], np.dtype[np.integer[Any]]]
Block = Matrix | csr_array


@dataclass(frozen=True)
class Features:
    """n texts. Every block has n rows, dense (n, d) or sparse (n, v), with a mean squared row length near 1.

    >>> features = Features({"semantic": np.eye(3)})
    >>> len(features), features[[2, 0]].blocks["semantic"].tolist()
    (3, [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
    """

    blocks: Mapping[str, Block]

    def __len__(self) -> int:
        return int(next(iter(self.blocks.values())).shape[0])

    def __getitem__(self, rows: Any) -> "Features":
        return Features({name: block[rows] for name, block in self.blocks.items()})

    @classmethod
    def joined(cls, parts: Sequence["Features"]) -> "Features":
        """Those of all parts, which have the same blocks, one below the other; there is at least one part."""
        if len(parts) == 1:
            return parts[0]
        return cls({name: _stacked([part.blocks[name] for part in parts]) for name in parts[0].blocks})


def _stacked(blocks: list[Block]) -> Block:
    sparse = [block for block in blocks if isinstance(block, csr_array)]
    return (
        csr_array(vstack(sparse, format="csr"))
        if sparse
        else np.vstack([np.asarray(block) for block in blocks])
    )


SAMPLE_TEXTS = 100  # of a background


@dataclass(frozen=True, eq=False)
class Background:
    """What a taste may know of the texts it will value before any feedback.

    average: one row, the average text. sample: of up to 100 texts, judged or not, at the `sample_rows` of
    all. prior: the weights that a block has before any feedback, zeros where a block is not named.
    judgements_per_text: of other readers."""

    average: Features
    sample: Features
    prior: Mapping[str, np.ndarray[tuple[int], np.dtype[np.floating[Any]]]]
    judgements_per_text: float = 0.0


def sample_rows(n: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Ascending rows of the texts, out of n, that stand for all in a background; always the same.

    >>> sample_rows(3).tolist(), len(sample_rows(1000))
    ([0, 1, 2], 100)
    """
    return np.sort(np.random.default_rng(0).permutation(n)[:SAMPLE_TEXTS])


@dataclass(frozen=True)
class Terms:
    """The keywords of n texts, ragged: text i has ids[starts[i]:starts[i+1]], each occurring as often as
    counts says.

    ids: uint32 hashes, ascending within a text. counts: uint8, capped at 255. starts: (n + 1,).

    >>> terms = Terms(np.array([3, 7], np.uint32), np.array([1, 2], np.uint8), np.array([0, 2, 2]))
    >>> len(terms), [len(counts) for ids, counts in terms.to_bytes()]
    (2, [2, 0])
    """

    ids: np.ndarray[tuple[int], np.dtype[np.uint32]]
    counts: np.ndarray[tuple[int], np.dtype[np.uint8]]
    starts: np.ndarray[tuple[int], np.dtype[np.int64]]

    @classmethod
    def from_bytes(cls, stored: Iterable[tuple[bytes, bytes]]) -> "Terms":
        """From the (ids, counts) bytes of each text, as `to_bytes` gives them."""
        pairs = list(stored)
        ids = np.frombuffer(b"".join(ids for ids, _ in pairs), "<u4")
        counts = np.frombuffer(b"".join(counts for _, counts in pairs), np.uint8)
        return cls(
            ids,
            counts,
            np.concatenate([[0], np.cumsum([len(counts) for _, counts in pairs])]).astype(np.int64),
        )

    def to_bytes(self) -> list[tuple[bytes, bytes]]:
        """The ids (little-endian uint32) and counts (uint8) of each text."""
        ids = self.ids.astype("<u4")
        spans = zip(self.starts[:-1], self.starts[1:], strict=True)
        return [(ids[first:last].tobytes(), self.counts[first:last].tobytes()) for first, last in spans]

    def __len__(self) -> int:
        return len(self.starts) - 1
