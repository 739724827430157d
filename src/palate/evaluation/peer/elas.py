"""ASReview's models: tf-idf, balanced weights and a linear classifier, trained anew on each judgement.

The settings are those of ASReview 3.0.8 (asreview/models/models.py); tests hold the rankings to the package's
own. What differs: ASReview leaves the order in which liblinear visits the records to numpy's global seed,
here it is drawn once per reader; and ASReview takes the first record of the file among ties, here the replay
decides."""

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from palate.evaluation.arrays import BoolVector, IntVector, Vector
from palate.evaluation.peer.tfidf import tfidf
from palate.evaluation.replay_corpus import ReplayCorpus

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


class Elas:
    """A linear classifier on the judged records. Before both a like and a dislike are known all records tie
    at 0.

    ratio: the weight of all likes together over that of all dislikes. ASReview itself refuses to train on one
    class."""

    calibrated = False

    def __init__(self, name: str, vectors: "csr_matrix", classifier: Any, ratio: float) -> None:
        self.name = name
        self.vectors = vectors  # (n, d)
        self.classifier = classifier
        self.ratio = ratio

    def scores(self, rows: IntVector, likings: Vector) -> Vector:
        from sklearn.exceptions import ConvergenceWarning

        liked = likings > 0
        n, dims = self.vectors.shape
        if dims == 0 or liked.all() or not liked.any():
            return np.zeros(n)
        with warnings.catch_warnings():
            # ASReview too takes the best after 1,000 rounds
            warnings.simplefilter("ignore", ConvergenceWarning)
            self.classifier.fit(
                self.vectors[rows], liked.astype(np.int64), sample_weight=balanced(liked, self.ratio)
            )
        if hasattr(self.classifier, "predict_proba"):
            return np.asarray(self.classifier.predict_proba(self.vectors)[:, 1])
        return np.asarray(self.classifier.decision_function(self.vectors))


def balanced(liked: BoolVector, ratio: float) -> Vector:
    """Returns weights with mean 1 in which all likes together weigh ratio times all dislikes together
    (ASReview's Balanced).

    >>> balanced(np.array([True, False, False, False]), ratio=3.0).round(3).tolist()
    [3.0, 0.333, 0.333, 0.333]
    """
    n_liked = int(liked.sum())
    weights = np.where(liked, 1.0, n_liked / (ratio * (len(liked) - n_liked)))
    # summed from left to right, as ASReview does: equal to the last bit
    return weights * (len(liked) / sum(weights))


def elas_u4(corpus: ReplayCorpus, rng: np.random.Generator) -> Elas:
    """Makes ASReview's default model: words and pairs of words, linear SVM."""
    vectors = tfidf(corpus.contents, ngram_range=(1, 2), sublinear_tf=True, min_df=1, max_df=0.95)
    from sklearn.svm import LinearSVC  # tfidf has told where it is missing

    classifier = LinearSVC(loss="squared_hinge", C=0.11, random_state=int(rng.integers(2**31)))
    return Elas("elas-u4", vectors, classifier, ratio=9.8)


def elas_u3(corpus: ReplayCorpus, rng: np.random.Generator) -> Elas:  # noqa: ARG001  naive Bayes draws nothing
    """Makes ASReview's model in the manner of its version 1: words, naive Bayes."""
    vectors = tfidf(corpus.contents, stop_words="english")
    from sklearn.naive_bayes import MultinomialNB  # tfidf has told where it is missing

    return Elas("elas-u3", vectors, MultinomialNB(alpha=3.822), ratio=1.2)


def tfidf_logistic(corpus: ReplayCorpus, rng: np.random.Generator) -> Elas:  # noqa: ARG001  it draws nothing
    """Makes ASReview's logistic regression on words, every part with its defaults: `asreview simulate -e
    tfidf -c logistic -b balanced`.
    """
    vectors = tfidf(corpus.contents)
    from sklearn.linear_model import LogisticRegression  # tfidf has told where it is missing

    return Elas("tfidf-logistic", vectors, LogisticRegression(), ratio=1.0)
