"""Inputs: what a classifier is given, texts or vectors, as features that a taste reads."""

from collections.abc import Sequence
from typing import Self

import numpy as np

from palate.estimators.texts import loaded_encoder
from palate.feature.semantic import Semantic
from palate.feature.terms import hash_terms
from palate.features import Features
from palate.parts import Matrix, Vector
from palate.workspace.fitting import fit_texts
from palate.workspace.space import Space


class TextInput:
    """Texts: their vectors and words, seen against the texts of the fit, as a library sees them."""

    scales = {"semantic": 2.0, "keyword": 2.0}  # noqa: RUF012

    def __init__(self, encoder: str, space: Space) -> None:
        self._encoder, self._space = encoder, space

    @classmethod
    def fit(cls, contents: Sequence[str], encoder: str) -> Self:
        """Returns the input as these texts make it. encoder: by its name."""
        return cls(encoder, fit_texts(_encoded(contents, encoder), hash_terms(contents)).space)

    def features(self, contents: Sequence[str]) -> Features:
        """Returns the features of n texts."""
        return self._space.features(_encoded(contents, self._encoder), hash_terms(contents))


def _encoded(contents: Sequence[str], encoder: str) -> Matrix:
    loaded = loaded_encoder(encoder)
    return np.asarray(loaded.encode(contents)).reshape(len(contents), loaded.dims)


class VectorInput:
    """Vectors of any scale: their distance from the average of the fit, in its spread."""

    scales = {"semantic": 1.0}  # noqa: RUF012

    def __init__(self, mean: Vector, scale: float, semantic: Semantic) -> None:
        self._mean, self._scale, self._semantic = mean, scale, semantic

    @classmethod
    def fit(cls, vectors: Matrix) -> Self:
        """Returns the input as these (n, d) vectors make it."""
        mean = vectors.mean(axis=0)
        scale = float(np.sqrt(((vectors - mean) ** 2).sum(axis=1).mean())) or 1.0
        return cls(mean, scale, Semantic.fit((vectors - mean) / scale))

    def features(self, vectors: Matrix) -> Features:
        """Returns the features of n vectors."""
        return Features({"semantic": self._semantic.transform((vectors - self._mean) / self._scale)})
