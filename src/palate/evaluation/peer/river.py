"""River's online logistic regression on its own online tf-idf."""

from functools import lru_cache

import numpy as np
from scipy.sparse import csr_array

from palate.evaluation.arrays import IntVector, Vector
from palate.evaluation.replay_corpus import ReplayCorpus


class River:
    """The pipeline TFIDF() | LogisticRegression() with the defaults of both classes: words, plain SGD at rate
    0.01, no penalty.

    Words are counted over the judged texts alone, as they come; each judgement is one step. All texts are
    valued at once, which river does one by one. Costs O(words of the corpus) a call.
    Source: river 0.26.1, river/feature_extraction/vectorize.py and river/linear_model/log_reg.py; tests hold
    it to them."""

    name = "river"
    calibrated = True

    def __init__(self, corpus: ReplayCorpus, _: np.random.Generator) -> None:
        self.counts, self.squares = word_counts(corpus.contents)  # (n, v)
        self.weights = np.zeros(self.counts.shape[1])
        self.intercept = 0.0
        self.seen = np.zeros(self.counts.shape[1])  # in how many judged texts each word was
        self.n = 0  # judged texts

    def scores(self, rows: IntVector, likings: Vector) -> Vector:
        for row, liking in zip(rows[self.n :], likings[self.n :], strict=True):
            self._learn(int(row), 1.0 if liking > 0 else -1.0)
        idf = self._idf(self.seen)
        lengths = np.sqrt(self.squares @ idf**2)
        logits = (self.counts @ (idf * self.weights)) / np.where(lengths == 0, 1, lengths) + self.intercept
        return np.asarray(1 / (1 + np.exp(-logits)))

    def _learn(self, row: int, sign: float) -> None:
        words = slice(self.counts.indptr[row], self.counts.indptr[row + 1])
        indices = self.counts.indices[words]
        self.n += 1
        self.seen[indices] += 1
        values = self.counts.data[words] * self._idf(self.seen[indices])
        values /= np.linalg.norm(values) or 1.0
        step = float(
            LEARNING_RATE * sign / (1 + np.exp(sign * (values @ self.weights[indices] + self.intercept)))
        )
        self.weights[indices] += step * values
        self.intercept += step

    def _idf(self, seen: Vector) -> Vector:
        return np.asarray(np.log((1 + self.n) / (1 + seen)) + 1)


LEARNING_RATE = 0.01  # of the weights and of the intercept


@lru_cache(maxsize=2)
def word_counts(contents: tuple[str, ...]) -> tuple[csr_array, csr_array]:
    """Returns (n, v) how often each text has each word as river cuts it, and the squares of that.

    >>> word_counts(("Re-read: re-read it", "A b"))[0].toarray().tolist()
    [[1.0, 2.0], [0.0, 0.0]]
    """
    from sklearn.feature_extraction.text import CountVectorizer, strip_accents_unicode

    vectorizer = CountVectorizer(
        preprocessor=lambda text: strip_accents_unicode(text).lower(),
        token_pattern=r"(?u)\b\w[\w\-]+\b",  # noqa: S106  a token is a word
        dtype=np.float64,
    )
    try:
        counts = csr_array(vectorizer.fit_transform(contents))
    except ValueError:  # no text has a word
        counts = csr_array((len(contents), 0))
    return counts, counts.power(2)
