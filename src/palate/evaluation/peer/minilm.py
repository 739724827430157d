"""MiniLM's cosine: texts by the nearness of their meaning to what the reader wrote and liked."""

import numpy as np

from palate.encoder.choose import make_encoder
from palate.encoder.windows import unit
from palate.evaluation.arrays import IntVector, Vector
from palate.evaluation.peer.rocchio import rocchio
from palate.evaluation.replay_corpus import ReplayCorpus


class MinilmCosine:
    """The cosine of all-MiniLM-L6-v2's vectors to the description's and the mean liked one.

    Use it as the semantic search that most would build first. Its vectors are MiniLM's whatever the encoder
    of the replay. Judgements change the query by Rocchio's rule; without a description it is the mean of the
    likes less a little of the dislikes. Without either all texts tie at 0. Raises MissingExtra without
    [minilm]. Source: Reimers and Gurevych, Sentence-BERT, 2019.
    """

    name = "minilm-cosine"
    calibrated = False

    def __init__(self, corpus: ReplayCorpus, _: np.random.Generator) -> None:
        self.encoder = make_encoder("minilm")
        self.corpus = corpus
        self.description = np.zeros(self.encoder.dims)

    def describe(self, description: str) -> None:
        """Takes what the reader wrote."""
        self.description = unit(self.encoder.encode([description]))[0]

    def scores(self, rows: IntVector, likings: Vector) -> Vector:
        vectors = self.corpus.minilm
        query = rocchio(self.description, vectors[rows[likings > 0]], vectors[rows[likings <= 0]])
        return np.asarray(vectors @ query, dtype=np.float64) / (float(np.linalg.norm(query)) or 1.0)
