"""PalateVectorizer: texts to the vectors of an encoder."""

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from palate.estimators.texts import are_texts, contents_of, loaded_encoder
from palate.parts import Matrix


class PalateVectorizer(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """The vectors of texts by one of palate's encoders, as a transformer of scikit-learn.

    Use it before any estimator that reads numbers. There is nothing to learn: `fit` looks up how wide the
    vectors are. Costs their encoding, 0.1 ms a text by the shipped encoder.

    encoder: by its name, static, static:FOLDER, minilm, multilingual or sbert:NAME_OR_PATH. A pickle holds
    the name alone. Raises UnknownName for another, MissingExtra where a package is missing, ValueError for
    what is no sequence of texts.

    >>> vectorizer = PalateVectorizer().fit(["Cats sleep."])
    >>> vectorizer.transform(["Cats sleep.", "Yields rose."]).shape
    (2, 256)
    >>> vectorizer.get_feature_names_out()[:2].tolist()
    ['palatevectorizer0', 'palatevectorizer1']
    """

    def __init__(self, encoder: str = "static") -> None:
        self.encoder = encoder

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: ARG002  scikit-learn's signature
        """Learns nothing; checks that X holds texts. y: is not read."""
        _checked(X)
        self.dims_ = loaded_encoder(self.encoder).dims
        return self

    def transform(self, X: Any) -> Matrix:
        """Returns (n, d) float32 rows of length 1, or 0 for a text in which the encoder reads nothing."""
        check_is_fitted(self)
        contents = _checked(X)
        return np.asarray(loaded_encoder(self.encoder).encode(contents)).reshape(len(contents), self.dims_)

    @property
    def _n_features_out(self) -> int:
        return int(self.dims_)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.string, tags.input_tags.two_d_array = True, False
        tags.transformer_tags.preserves_dtype = []
        return tags


def _checked(X: Any) -> list[str]:
    if not are_texts(X):
        raise ValueError("X is a list, an array or a column of texts, with one text at least")
    return contents_of(X)
