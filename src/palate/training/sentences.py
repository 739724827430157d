"""Sentence models: loading one for training, and the vectors of texts by it."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from palate.encoder.sbert_model import load_sbert
from palate.parts import Matrix, Vector
from palate.training.run.start import model_folder_of

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BATCH = 64


def load_sentence_model(
    name: str, window: int | None = None, config: Mapping[str, Any] = MappingProxyType({})
) -> "SentenceTransformer":
    """Loads the sentence model of this name, see `model_folder_of`; a plain transformer, such as one that
    `palate train masked` made, gets a fresh mean over its word pieces.

    window: most word pieces of a text. config: of the transformer, in place of its own.
    Raises BadSource where it cannot be loaded, MissingExtra without [bert].
    """
    model = load_sbert(model_folder_of(name), name, config=config)
    if window is not None:
        model.max_seq_length = min(window, model.max_seq_length or window)
    return model


def encode_unique(model: "SentenceTransformer", texts: Sequence[str]) -> Mapping[str, Vector]:
    """Returns the vector of each different text, float64."""
    unique = list(dict.fromkeys(texts))
    vectors = model.encode(unique, batch_size=BATCH, show_progress_bar=False, convert_to_numpy=True)
    return dict(zip(unique, vectors.astype(np.float64), strict=True))


def cosines(left: Matrix, right: Matrix) -> Vector:
    """Returns the (n,) cosines of the rows of two matrices; 0 where a row is the zero vector.

    >>> cosines(np.array([[3.0, 4.0], [0.0, 0.0]]), np.array([[4.0, 3.0], [1.0, 0.0]])).round(2).tolist()
    [0.96, 0.0]
    """
    lengths = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
    return np.asarray(np.einsum("nd,nd->n", left, right) / np.where(lengths == 0, 1, lengths))
