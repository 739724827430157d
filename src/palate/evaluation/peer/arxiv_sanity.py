"""arxiv-sanity-lite: a linear SVM of the liked texts against all others."""

import warnings

import numpy as np

from palate.evaluation.arrays import IntVector, Vector
from palate.evaluation.peer.tfidf import tfidf
from palate.evaluation.replay_corpus import ReplayCorpus


class ArxivSanity:
    """A linear SVM on tf-idf in which every text that is not liked is a negative, disliked and unjudged ones
    alike.

    Use it as its author does: the likes are one tag. Each call trains on all n texts. With no like, or
    nothing but likes, or a corpus in which no word occurs in five texts and in at most a tenth of them, all
    texts tie at 0 (the site shows none). Source: karpathy/arxiv-sanity-lite, compute.py (features: title,
    abstract, authors), serve.py and send_emails.py (SVM), at the settings of its last version: 20,000
    features, max_df 0.1, C 0.01."""

    name = "arxiv-sanity"
    calibrated = False

    def __init__(self, corpus: ReplayCorpus, rng: np.random.Generator) -> None:
        vectors = tfidf(
            corpus.contents,
            ngram_range=(1, 2),
            token_pattern=r"(?u)\b[a-zA-Z_][a-zA-Z0-9_]+\b",  # noqa: S106  a token is a word
            strip_accents="unicode",
            stop_words="english",
            sublinear_tf=True,
            min_df=5,
            max_df=0.1,
            max_features=20_000,
        )
        self.vectors = vectors.astype(np.float32)  # (n, d), as its features.p holds them
        self.seed = int(rng.integers(2**31))  # the original uses numpy's global one

    def scores(self, rows: IntVector, likings: Vector) -> Vector:
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.svm import LinearSVC

        n, dims = self.vectors.shape
        liked = np.zeros(n, dtype=np.float32)
        liked[rows[likings > 0]] = 1.0
        if dims == 0 or not 0 < liked.sum() < n:
            return np.zeros(n)
        classifier = LinearSVC(
            class_weight="balanced", max_iter=10_000, tol=1e-6, C=0.01, random_state=self.seed
        )
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", ConvergenceWarning
            )  # the original too takes the best after 10,000 rounds
            classifier.fit(self.vectors, liked)
        return np.asarray(classifier.decision_function(self.vectors))
