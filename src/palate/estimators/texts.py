"""Texts as scikit-learn hands them over: a list, an array or a column of strings."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from palate.encoder.choose import make_encoder
from palate.given import is_one, one_text

loaded_encoder = lru_cache(maxsize=4)(make_encoder)  # so that no estimator holds, and pickles, a model


def are_texts(X: Any) -> bool:
    """Whether X is a sequence of texts, told by its first; a table or a matrix is none.

    Raises ValueError for one string, whose letters nobody means.

    >>> are_texts(["Cats sleep."]), are_texts([[0.5, 1.0]])
    (True, False)
    """
    if is_one(X):
        raise ValueError("X is one text; give a list of texts, of one it is [text]")
    return getattr(X, "ndim", 1) == 1 and isinstance(X, Iterable) and is_one(next(iter(X), None))


def contents_of(X: Any) -> list[str]:
    """Returns what each of a sequence of texts says. Raises TypeError for what is no text."""
    return [one_text(given).content for given in X]
