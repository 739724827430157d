"""LightFM: readers as factors, texts as the sum of the factors of their words and of themselves."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from palate.errors import MissingExtra
from palate.evaluation.arrays import IntVector, Vector
from palate.evaluation.peer.crowd_likes import crowd_likes, likes_row
from palate.evaluation.peer.tfidf import tfidf
from palate.evaluation.replay_corpus import ReplayCorpus
from palate.feedback import CrowdFeedback
from palate.parts import Matrix

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

COMPONENTS = 30
EPOCHS = 30
ITEM_PENALTY = 1e-6
FROZEN = 1e20  # adagrad's sum of squared gradients, of what shall not move


class LightFm:
    """A hybrid of collaboration and content, learned by WARP: for each like a text that ranks above it is
    drawn and pushed below.

    Use it as the hybrid baseline: it knows new texts by their words. The features of a text are itself and
    its words, which together weigh 1. A new reader starts at random and is learned from the likes alone,
    while texts stand still, by as many epochs; dislikes count as not judged, and without a like all texts
    tie at 0. Raises MissingExtra without [peers].
    Source: Kula, Metadata Embeddings for User and Item Cold-start Recommendations, 2015; the package
    lightfm-next 1.19 (lightfm itself cannot be built any more), with components and penalty of the hybrid
    example of its documentation, epochs of its quick start, and defaults else.
    """

    name = "lightfm"
    calibrated = False

    def __init__(self, corpus: ReplayCorpus, rng: np.random.Generator) -> None:
        self.texts = text_factors(corpus.required_crowd(), corpus.contents)
        self.seed = int(rng.integers(2**31))

    def scores(self, rows: IntVector, likings: Vector) -> Vector:
        n_texts = len(self.texts.biases)
        if not (likings > 0).any() or not self.texts.factors.any():
            return np.zeros(n_texts)
        model = _model(self.seed)
        likes = likes_row(rows, likings, n_texts)
        model.fit_partial(likes, epochs=0)  # draws the reader's start
        model.item_embeddings, model.item_biases = self.texts.factors.copy(), self.texts.biases.copy()
        model.item_embedding_gradients = np.full_like(model.item_embeddings, FROZEN)
        model.item_bias_gradients = np.full_like(model.item_biases, FROZEN)
        model.fit_partial(likes, epochs=EPOCHS)
        return np.asarray(self.texts.factors @ model.user_embeddings[0] + self.texts.biases, np.float64)


class TextFactors(NamedTuple):
    """factors: (n, components), biases: (n,), float32."""

    factors: Matrix
    biases: NDArray[np.float32]


@lru_cache(maxsize=2)
def text_factors(crowd: CrowdFeedback, contents: tuple[str, ...]) -> TextFactors:
    """Trains LightFM on the crowd's likes and returns what it says of each text."""
    features = text_features(contents)
    model = _model(0)
    likes = crowd_likes(crowd)
    if likes.nnz == 0:
        return TextFactors(np.zeros((len(contents), 1), np.float32), np.zeros(len(contents), np.float32))
    model.item_alpha = ITEM_PENALTY
    model.fit(likes, item_features=features, epochs=EPOCHS)
    biases, factors = model.get_item_representations(features)
    return TextFactors(factors, biases)


def text_features(contents: tuple[str, ...]) -> csr_matrix:
    """Returns (n, n + words) float32: each text itself and its words, in rows that sum to 1."""
    from scipy.sparse import csr_matrix, diags, eye, hstack

    words = tfidf(contents, stop_words="english", min_df=2, max_df=0.1) > 0
    features = csr_matrix(hstack([eye(len(contents)), words]), dtype=np.float32)
    return csr_matrix(diags(1 / np.asarray(features.sum(axis=1)).ravel()) @ features, dtype=np.float32)


def _model(seed: int) -> Any:
    try:
        from lightfm import LightFM
    except ImportError:
        raise MissingExtra("the system lightfm", "peers") from None
    return LightFM(no_components=COMPONENTS, loss="warp", random_state=seed)
