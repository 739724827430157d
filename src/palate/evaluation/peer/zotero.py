"""zotero-arxiv-daily: cosine to the liked texts, the newest weighted most."""

import numpy as np

from palate.encoder.windows import unit
from palate.evaluation.arrays import IntVector, Vector
from palate.evaluation.replay_corpus import ReplayCorpus


class Zotero:
    """10 times the weighted mean cosine to the liked texts; the r-th newest weighs 1 / (1 + log10 r) of all
    weights together.

    It ignores dislikes, as a Zotero library holds none. Without a like all texts tie at 0. Its author
    encodes with another model; here the vectors are those that every system of the replay gets. Costs O(n d)
    a call. Source: TideDra/zotero-arxiv-daily, src/zotero_arxiv_daily/reranker/base.py."""

    name = "zotero"
    calibrated = False

    def __init__(self, corpus: ReplayCorpus, _: np.random.Generator) -> None:
        self.vectors = unit(corpus.vectors)

    def scores(self, rows: IntVector, likings: Vector) -> Vector:
        newest_first = rows[likings > 0][::-1]
        if len(newest_first) == 0:
            return np.zeros(len(self.vectors))
        weights = 1 / (1 + np.log10(np.arange(1, len(newest_first) + 1)))
        # a mean of cosines is a cosine to the mean, unscaled
        query = (weights / weights.sum()) @ self.vectors[newest_first]
        return np.asarray(10 * (self.vectors @ query), dtype=np.float64)
