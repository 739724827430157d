"""PalateClassifier: classes told apart by one taste each."""

from collections.abc import Callable, Mapping
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags, check_consistent_length, column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from palate.errors import UnknownName
from palate.estimators.inputs import TextInput, VectorInput
from palate.estimators.texts import are_texts, contents_of
from palate.features import Features
from palate.parts import Matrix, Taste
from palate.taste.bayes import BayesTaste
from palate.taste.chance import expit, linear
from palate.taste.gradient import GradientTaste
from palate.taste.margin import MarginTaste

Scales = Mapping[str, float]
MAX_TEXTS = 2000  # that a taste weighs in whose cost is cubic in them
# as for readers, but that a dislike, which is a text of another class, says as much as a like
TASTES: dict[str, Callable[[Scales], Taste]] = {
    "bayes": lambda scales: BayesTaste(scales, dislike=1.0, balance=0.0, max_judgements=MAX_TEXTS),
    "gradient": lambda scales: GradientTaste(scales, balance=0.0),
    "margin": lambda scales: MarginTaste(scales, ratio=1.0, weak=0, max_judgements=MAX_TEXTS),
}


class PalateClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Classes of texts or of vectors, as a classifier of scikit-learn: a taste for each class against the
    others, one alone where there are two.

    Use it where labels come one after the other, since `partial_fit` learns as a reader does, or beside other
    classifiers in a pipeline or a search. X is a sequence of texts, which are encoded and whose words count
    too, or a matrix (n, d) of numbers. How texts and vectors are seen, the average and spread, is learned by
    the first `fit` or `partial_fit` and stays. Chances are those of the tastes, scaled to a sum of 1.

    taste: gradient, bayes or margin (docs/taste.md). gradient learns from all texts in time that is linear in
    them; margin and bayes are better with few and take the cube of up to 2,000, beyond which the oldest
    settle in the weights. encoder: for texts, by its name. Raises UnknownName for another
    taste or encoder; ValueError for what scikit-learn refuses, and where texts follow vectors or the other
    way round.

    >>> texts = ["Cats sleep.", "Kittens play.", "Yields rose.", "Banks lend money."]
    >>> classifier = PalateClassifier().fit(texts, ["pets", "pets", "money", "money"])
    >>> classifier.predict(["A kitten asleep."]).tolist(), classifier.classes_.tolist()
    (['pets'], ['money', 'pets'])
    """

    def __init__(self, taste: str = "gradient", encoder: str = "static") -> None:
        self.taste = taste
        self.encoder = encoder

    def fit(self, X: Any, y: Any) -> Self:
        """Learns the classes of n texts or vectors anew. y: (n,) labels."""
        given, labels = self._checked(X, y, reset=True)
        self._begin(given, np.unique(labels))
        return self._learn(given, labels)

    def partial_fit(self, X: Any, y: Any, classes: Any = None) -> Self:
        """Learns from more texts or vectors. classes: all that will come, with the first call."""
        first = not hasattr(self, "classes_")
        if first and classes is None:
            raise ValueError("classes must be given with the first call of partial_fit: all that will come")
        given, labels = self._checked(X, y, reset=first)
        known = np.unique(classes) if classes is not None else self.classes_
        if not first and not np.array_equal(known, self.classes_):
            raise ValueError(f"classes={classes!r} are not those of the first partial_fit, {self.classes_}")
        if unknown := set(np.unique(labels).tolist()) - set(known.tolist()):
            raise ValueError(f"y holds labels that are not among the classes {known}: {sorted(unknown)}")
        if first:
            self._begin(given, known)
        return self._learn(given, labels)

    def predict_proba(self, X: Any) -> Matrix:
        """Returns (n, classes) the chance of each class, in the order of `classes_`."""
        check_is_fitted(self)
        features = self._input.features(self._given(X, reset=False))
        if len(self.classes_) == 1:
            return np.ones((len(features), 1))
        # the tastes' own logits are in single precision, where a row depends a little on those beside it
        logits = [linear(features, *taste.explain(), np.float64) for taste in self._tastes]
        chances = expit(np.column_stack(logits))
        if len(self.classes_) == 2:
            return np.hstack([1 - chances, chances])
        return np.asarray(chances / chances.sum(axis=1, keepdims=True))

    def predict(self, X: Any) -> np.ndarray[Any, Any]:
        """Returns (n,) the class with the highest chance."""
        chances = self.predict_proba(X)
        return np.asarray(self.classes_[chances.argmax(axis=1)])

    def _begin(self, given: Any, classes: np.ndarray[Any, Any]) -> None:
        if self.taste not in TASTES:
            raise UnknownName(f"there is no taste {self.taste!r} here; choose one of: {', '.join(TASTES)}")
        self.classes_ = classes
        is_text = isinstance(given, list)
        self._input = TextInput.fit(given, self.encoder) if is_text else VectorInput.fit(given)
        n_tastes = {1: 0, 2: 1}.get(len(classes), len(classes))
        self._tastes = [TASTES[self.taste](self._input.scales) for _ in range(n_tastes)]

    def _learn(self, given: Any, labels: np.ndarray[Any, Any]) -> Self:
        features: Features = self._input.features(given)
        for label, taste in zip(self.classes_[-len(self._tastes) :], self._tastes, strict=False):
            taste.learn(features, np.where(labels == label, 1.0, -1.0), np.ones(len(labels)))
        return self

    def _checked(self, X: Any, y: Any, *, reset: bool) -> tuple[Any, np.ndarray[Any, Any]]:
        """Returns texts as a list or vectors as a matrix, and their labels."""
        if are_texts(X):
            given = self._given(X, reset=reset)
            labels = column_or_1d(y, warn=True)
            check_consistent_length(given, labels)
        else:
            self._refuse_other(is_text=False, reset=reset)
            given, labels = validate_data(self, X, y, dtype=np.float64, reset=reset)
        check_classification_targets(labels)
        return given, labels

    def _given(self, X: Any, *, reset: bool) -> Any:
        is_text = are_texts(X)
        self._refuse_other(is_text=is_text, reset=reset)
        return contents_of(X) if is_text else validate_data(self, X, dtype=np.float64, reset=reset)

    def _refuse_other(self, *, is_text: bool, reset: bool) -> None:
        if not reset and is_text != isinstance(self._input, TextInput):
            learned, came = ("vectors", "texts") if is_text else ("texts", "vectors")
            raise ValueError(f"it was fitted on {learned} and got {came}; give it {learned}, or fit it anew")

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        return tags
