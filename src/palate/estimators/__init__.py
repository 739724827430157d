"""Estimators of scikit-learn: `PalateVectorizer` and `PalateClassifier`. Importing them needs [insight]."""

from palate.errors import MissingExtra

try:
    import sklearn  # noqa: F401
except ModuleNotFoundError:
    raise MissingExtra("palate.estimators", "insight") from None

from palate.estimators.classifier import PalateClassifier
from palate.estimators.vectorizer import PalateVectorizer

__all__ = ["PalateClassifier", "PalateVectorizer"]
