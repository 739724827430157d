"""RawColumns: n texts as the arrays that features are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from palate.parts import Matrix, Rows


class RawColumns(NamedTuple):
    """n texts in order of row; text i has the keywords ids[starts[i]:starts[i + 1]].

    rows, representatives: (n,) int64. vectors: (n, d) float16. ids: uint32 hashes. counts: uint8, one for
    each id. starts: (n + 1,) int64. dates: when each was published or, where that is not known, added.
    """

    rows: Rows
    representatives: Rows
    vectors: Matrix
    ids: np.ndarray[tuple[int], np.dtype[np.uint32]]
    counts: np.ndarray[tuple[int], np.dtype[np.uint8]]
    starts: np.ndarray[tuple[int], np.dtype[np.int64]]
    dates: list[str]

    @classmethod
    def of(cls, records: Sequence[Sequence[Any]], dims: int) -> RawColumns:
        """From (row, representative, vector, ids, counts, date) of each text, as a database gives them."""
        rows, representatives, vectors, ids, counts, dates = (
            zip(*records, strict=True) if records else [()] * 6
        )
        starts = np.zeros(len(records) + 1, np.int64)
        np.cumsum(np.fromiter(map(len, counts), np.int64, len(records)), out=starts[1:])
        return cls(
            np.array(rows, np.int64),
            np.array(representatives, np.int64),
            np.frombuffer(b"".join(vectors), "<f2").reshape(-1, dims),
            np.frombuffer(b"".join(ids), "<u4"),
            np.frombuffer(b"".join(counts), np.uint8),
            starts,
            list(dates),
        )


class BandColumns(NamedTuple):
    """The keys that near-copies share. rows: (k,) int64, the text of each key. keys: (k,) uint32."""

    rows: Rows
    keys: np.ndarray[tuple[int], np.dtype[np.uint32]]

    @classmethod
    def of(cls, records: Sequence[Sequence[Any]]) -> BandColumns:
        """From (row, keys) of each text, as a database gives them."""
        rows, keys = zip(*records, strict=True) if records else ([], [])
        counts = np.fromiter(map(len, keys), np.int64, len(keys)) // 4
        return cls(np.repeat(np.array(rows, np.int64), counts), np.frombuffer(b"".join(keys), "<u4"))
