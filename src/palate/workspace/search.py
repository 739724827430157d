"""Search: the texts nearest to words and a vector together."""

from collections.abc import Collection, Sequence

import numpy as np

from palate.parts import Rows, Store, Vector
from palate.store.tables import Tables
from palate.value import Match
from palate.workspace.corpus import Corpus

FUSED_TEXTS = 100  # how deep the lists of words and of vectors go into a search
RANK_CONSTANT = 60  # of reciprocal rank fusion, as in its paper


def fused(
    store: Store[Tables],
    corpus: Corpus,
    vector: Vector,
    nearest: tuple[Rows, Vector],
    matching: Sequence[int],
    limit: int,
    exact: Collection[int] | None = None,
) -> list[Match]:
    """Returns the texts that are near by vector, or are among the rows that match by words, best first.

    nearest: what an index of the corpus found. exact: rows that come before all others, where a phrase was
    looked for: the upper half of the range is theirs. Relevance is the sum of the reciprocal ranks, as a
    share of that of a text which is first in both lists.

    Source: reciprocal rank fusion (Cormack, Clarke and Buettcher, SIGIR 2009).
    """
    indices, cosines = nearest
    near = dict(zip(corpus.rows[indices].tolist(), cosines.tolist(), strict=True))
    here = corpus.indices_of(matching)
    known = set(corpus.rows[here[~corpus.removed[here]]].tolist())
    relevance: dict[int, float] = {}
    for ranking in (list(near), [row for row in matching if row in known]):
        for rank, row in enumerate(ranking, 1):
            relevance[row] = relevance.get(row, 0.0) + 0.5 * (RANK_CONSTANT + 1) / (RANK_CONSTANT + rank)
    if exact is not None:
        first = set(exact)
        relevance = {row: 0.5 * (share + (row in first)) for row, share in relevance.items()}
    best = sorted(relevance, key=lambda row: (-relevance[row], row))[:limit]
    length = float(np.linalg.norm(vector)) or 1.0
    others = [row for row in best if row not in near]
    near |= dict(
        zip(others, (corpus.vectors(corpus.indices_of(others)) @ vector / length).tolist(), strict=True)
    )
    with store.reading() as tables:
        texts = tables.texts.get(best)
    return [Match(texts[row], near[row], relevance[row]) for row in best if row in texts]
