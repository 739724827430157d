"""Indexing: which index of vectors a store has, what it finds of what there is, and how it is built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np

from palate.errors import BadValue, MissingExtra
from palate.parts import Index, Matrix, Rows
from palate.workspace.exact_corpus import ExactCorpus
from palate.workspace.vector_index import INDEXED_TEXTS
from palate.workspace.workspace import Workspace

N_NEAREST = 10  # of a sampled text that are compared
WHY = {
    "too small": f"below {INDEXED_TEXTS:,} texts comparing with all is quick",
    "without faiss": "the extra [index] is not installed; run: pip install 'palate[index]'",
    "not built": "none is built yet; run: palate index build",
    "in use": f"from {INDEXED_TEXTS:,} texts, with the extra [index]",
}


@dataclass(frozen=True)
class IndexInfo:
    """Which index a store is searched with. kind: exact or ivf. why: one clause.

    texts: of the store. indexed: those in the index; the others are compared one by one. lists: that they are
    divided into. file_bytes: of the index, mapped and shared by all processes. queries: texts sampled as
    queries. found_share: how many of their true 10 nearest are found. search_ms, exact_ms: medians, with the
    index and without.
    """

    kind: str
    why: str
    texts: int
    indexed: int
    lists: int
    file_bytes: int
    queries: int
    found_share: float
    search_ms: float
    exact_ms: float

    def shape(self) -> dict[str, Any]:
        """Returns what `--json` shows."""
        return {**self.__dict__}


def index_info(workspace: Workspace, *, sampled: int, seed: int) -> IndexInfo:
    """See `Library.index_info`."""
    corpus, encoder = workspace.corpus(), workspace.encoder.fingerprint
    coded = workspace.index.coded(corpus, encoder)
    reason = workspace.index.reason(corpus, encoder)
    present = np.flatnonzero(~corpus.removed)
    rng = np.random.default_rng(seed)
    queries = corpus.vectors(np.sort(rng.permutation(present)[:sampled]))
    exact, exact_ms = _nearest(ExactCorpus(corpus), queries)
    found, search_ms = (exact, exact_ms) if coded is None else _nearest(workspace.nearest(corpus), queries)
    shares = [
        len(np.intersect1d(mine, true)) / len(true)
        for mine, true in zip(found, exact, strict=True)
        if len(true)
    ]
    return IndexInfo(
        "exact" if coded is None else "ivf",
        WHY[reason],
        len(present),
        0 if coded is None else len(coded.codes),
        0 if coded is None else coded.codes.lists,
        0 if coded is None else coded.record.file.size,
        len(queries),
        float(np.mean(shares)) if shares else 1.0,
        search_ms,
        exact_ms,
    )


def build_index(workspace: Workspace, progress: Callable[[int, int], None]) -> IndexInfo:
    """See `Library.build_index`."""
    corpus = workspace.corpus()
    reason = workspace.index.reason(corpus, workspace.encoder.fingerprint)
    if reason == "too small":
        raise BadValue(
            f"the store has {len(corpus):,} texts; an index is used from {INDEXED_TEXTS:,}, and below it"
            " search compares with all, which needs no index"
        )
    if reason == "without faiss":
        raise MissingExtra("an index of vectors", "index")
    workspace.build_index(progress)
    return index_info(workspace, sampled=100, seed=0)


def _nearest(index: Index, queries: Matrix) -> tuple[list[Rows], float]:
    """Returns the nearest texts of each query, and the median time of a search in ms."""
    found, durations = list[Rows](), list[float]()
    for query in queries:
        begun = perf_counter()
        found.append(index.nearest(query, N_NEAREST)[0])
        durations.append(perf_counter() - begun)
    return found, round(1000 * float(np.median(durations)), 2) if durations else 0.0
