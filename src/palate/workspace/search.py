"""Search: the texts nearest to a vector, and to words and a vector together."""

from collections.abc import Collection, Sequence

import numpy as np

from palate.parts import Rows, Store, Vector
from palate.store.tables import Tables
from palate.value import SimilarText
from palate.workspace.corpus import Corpus, Mask
from palate.workspace.segment import Segment

FUSED_TEXTS = 100  # how deep the lists of words and of vectors go into a search
RANK_CONSTANT = 60  # of reciprocal rank fusion, as in its paper
TEXTS_AT_ONCE = 8192


def nearest(corpus: Corpus, vector: Vector, n: int, allowed: Mask | None = None) -> tuple[Rows, Vector]:
    """Returns the indices of the n texts nearest to a vector and their cosine, nearest first, then in order.

    allowed: (n texts,) which ones to look at; None for all.

    Exact: 8-bit vectors are compared first, and those that could be among the nearest by their whole vectors.
    Costs O(n d) for the texts of the corpus, 10 ms for 100,000 of 256 dims.
    """
    length = float(np.linalg.norm(vector))
    unit = (vector / length if length else vector).astype(np.float32)
    rough = np.concatenate(
        [np.zeros(0, np.float32), *(_rough_cosines(segment, unit) for segment in corpus.segments)]
    )
    left_out = corpus.removed if allowed is None else corpus.removed | ~allowed
    rough[left_out] = -np.inf
    slack = 2 * max((segment.error for segment in corpus.segments), default=0.0) + 1e-5
    n = min(n, int(np.count_nonzero(~left_out)))
    if not n:
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    level = np.partition(rough, len(rough) - n)[len(rough) - n]
    candidates = np.flatnonzero(rough >= level - slack)
    cosines = corpus.vectors(candidates) @ unit
    best = np.argsort(-cosines, kind="stable")[:n]
    return candidates[best], cosines[best]


def fused(
    store: Store[Tables],
    corpus: Corpus,
    vector: Vector,
    matching: Sequence[int],
    limit: int,
    exact: Collection[int] = (),
    allowed: Mask | None = None,
) -> list[SimilarText]:
    """Returns the texts that are near by vector, or are among the rows that match by words, best first.

    exact: rows that come before all others. allowed: (n texts,) which texts may be found by vector.

    Source: reciprocal rank fusion (Cormack, Clarke and Buettcher, SIGIR 2009).
    """
    indices, cosines = nearest(corpus, vector, max(FUSED_TEXTS, limit), allowed)
    near = dict(zip(corpus.rows[indices].tolist(), cosines.tolist(), strict=True))
    here = corpus.indices_of(matching)
    known = set(corpus.rows[here[~corpus.removed[here]]].tolist())
    scores: dict[int, float] = {}
    first = set(exact)
    for ranking in (list(near), [row for row in matching if row in known]):
        for rank, row in enumerate(ranking, 1):
            scores[row] = scores.get(row, 0.0) + 1 / (RANK_CONSTANT + rank)
    best = sorted(scores, key=lambda row: (row not in first, -scores[row], row))[:limit]
    length = float(np.linalg.norm(vector)) or 1.0
    others = [row for row in best if row not in near]
    near |= dict(
        zip(others, (corpus.vectors(corpus.indices_of(others)) @ vector / length).tolist(), strict=True)
    )
    with store.reading() as tables:
        texts = tables.texts.get(best)
    return [SimilarText(texts[row], near[row]) for row in best if row in texts]


def _rough_cosines(segment: Segment, unit: Vector) -> Vector:
    arrays, found = segment.arrays, np.empty(len(segment), np.float32)
    for begin in range(0, len(segment), TEXTS_AT_ONCE):
        part = slice(begin, begin + TEXTS_AT_ONCE)
        found[part] = arrays["quantised"][part].astype(np.float32) @ unit
    return found * arrays["quantum"]
