"""EASE: each text is predicted by a linear model of all other texts that a reader likes, in closed form."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_matrix

from palate.evaluation.arrays import IntVector, Vector
from palate.evaluation.peer.crowd_likes import crowd_likes, likes_row
from palate.evaluation.replay_corpus import ReplayCorpus
from palate.feedback import CrowdFeedback
from palate.parts import Matrix

REGULARISATION = 200.0
TEXTS_AT_ONCE = 1000


class Ease:
    """An item-item model without a diagonal that minimises the squared error of the crowd's likes.

    Use it as the strong linear baseline. A new reader is the product of the likes with the model. Dislikes
    count as not judged. The inverse is taken over readers where they are fewer than texts, which gives the
    same model (Woodbury): costs O(min(readers, n)^3) once and O(readers^2) a call.
    Source: Steck, Embarrassingly Shallow Autoencoders for Sparse Data, WWW 2019, eq. 8; the author chose 200
    to 1,000 for three large data sets.
    """

    name = "ease"
    calibrated = False

    def __init__(self, corpus: ReplayCorpus, _: np.random.Generator) -> None:
        self.model = fitted(corpus.required_crowd())
        self.n_texts = len(corpus.contents)

    def scores(self, rows: IntVector, likings: Vector) -> Vector:
        return scores_of(self.model, likes_row(rows, likings, self.n_texts))


class EaseModel(NamedTuple):
    """P = (X'X + lambda I)^-1, of which B = I - P / diag(P), with X the (readers, n) likes.

    inverse: P itself, (n, n), where texts are the fewer; else M = (XX' + lambda I)^-1, (readers, readers),
    and P is (I - X'MX) / lambda. diagonal: (n,) of P.
    """

    likes: csr_matrix
    inverse: Matrix
    diagonal: Vector
    regularisation: float


@lru_cache(maxsize=2)
def fitted(crowd: CrowdFeedback, regularisation: float = REGULARISATION) -> EaseModel:
    """Fits the model on the likes of a crowd."""
    likes = crowd_likes(crowd).astype(np.float64)
    n_readers, n_texts = likes.shape
    by_text = n_texts <= n_readers
    gram = (likes.T @ likes if by_text else likes @ likes.T).toarray()
    gram[np.diag_indices_from(gram)] += regularisation
    inverse = np.asarray(cho_solve(cho_factor(gram), np.eye(len(gram))))
    if by_text:
        return EaseModel(likes, inverse, np.diag(inverse).copy(), regularisation)
    explained = np.zeros(n_texts)  # diagonal of X'MX
    for first in range(0, n_texts, TEXTS_AT_ONCE):
        part = likes[:, first : first + TEXTS_AT_ONCE].T.tocsr()  # (texts, readers)
        explained[first : first + TEXTS_AT_ONCE] = np.asarray(
            part.multiply(part @ inverse).sum(axis=1)
        ).ravel()
    return EaseModel(likes, inverse, (1 - explained) / regularisation, regularisation)


def scores_of(model: EaseModel, reader: csr_matrix) -> Vector:
    """Returns (n,) x B of a reader's (1, n) likes x."""
    likes, inverse, diagonal, regularisation = model
    liked = np.asarray(reader.todense(), dtype=np.float64).ravel()
    if len(inverse) == len(liked) == likes.shape[1] and likes.shape[1] <= likes.shape[0]:
        product = liked @ inverse
    else:
        product = (liked - likes.T @ (inverse @ (likes @ liked))) / regularisation
    return np.asarray(liked - product / diagonal)
