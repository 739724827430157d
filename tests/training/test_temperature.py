"""A temperature against scikit-learn's, SciPy's general minimiser, and what must be true of any."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit, softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator

from palate.training.run.metrics import calibration_error, reliability
from palate.training.temperature import fit_temperature, sigmoid_loss, softmax_loss


class Given(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier whose logits are its features."""

    def fit(self, _: object, y: np.ndarray) -> "Given":
        self.classes_ = np.unique(y)
        return self

    def predict(self, logits: np.ndarray) -> np.ndarray:
        return np.asarray(self.classes_[logits.argmax(axis=1)])

    def decision_function(self, logits: np.ndarray) -> np.ndarray:
        return logits


def drawn(seed: int, sureness: float, c: int = 4, n: int = 300) -> tuple[np.ndarray, np.ndarray]:
    """Logits that are `sureness` times as sure as the classes drawn by them."""
    rng = np.random.default_rng(seed)
    logits = 2 * rng.normal(size=(n, c))
    truth = np.array([rng.choice(c, p=row) for row in softmax(logits, axis=1)])
    return sureness * logits, truth


@given(seed=st.integers(0, 99), sureness=st.floats(0.3, 5))
def test_it_is_scikit_learns(seed: int, sureness: float) -> None:
    logits, truth = drawn(seed, sureness)
    frozen = FrozenEstimator(Given().fit(logits, truth))
    theirs = CalibratedClassifierCV(frozen, method="temperature", ensemble=False).fit(logits, truth)
    beta = theirs.calibrated_classifiers_[0].calibrators[0].beta_
    ours = fit_temperature(logits, np.eye(4)[truth], softmax_loss)
    assert ours == pytest.approx(1 / beta, rel=1e-3)
    assert ours == pytest.approx(sureness, rel=0.35)


@given(seed=st.integers(0, 99), sureness=st.floats(0.3, 5))
def test_that_of_labels_is_the_least_of_the_likelihood(seed: int, sureness: float) -> None:
    rng = np.random.default_rng(seed)
    logits = 2 * rng.normal(size=(200, 3))
    there = (rng.random((200, 3)) < expit(logits)).astype(float)
    ours = fit_temperature(sureness * logits, there, sigmoid_loss)
    signs = np.where(there == 1, 1, -1)

    def negative_log_likelihood(log: np.ndarray) -> float:
        return float(-np.log(expit(signs * sureness * logits * np.exp(-log))).mean())

    theirs = minimize(negative_log_likelihood, np.zeros(1), tol=1e-10)
    assert ours == pytest.approx(float(np.exp(theirs.x[0])), rel=1e-3)


def test_it_calibrates_what_is_too_sure_and_leaves_the_order() -> None:
    logits, truth = drawn(1, 4.0, n=2000)
    halves = [slice(None, 1000), slice(1000, None)]
    temperature = fit_temperature(logits[halves[0]], np.eye(4)[truth[halves[0]]], softmax_loss)
    errors = [
        calibration_error(reliability(truth[halves[1]], softmax(logits[halves[1]] / by, axis=1)))
        for by in (1.0, temperature)
    ]
    assert errors[1] < 0.04 < 0.15 < errors[0]


def test_outputs_that_are_far_too_unsure_are_made_surer() -> None:
    """As those of a network that was trained for a moment."""
    logits, truth = drawn(2, 0.01)
    assert fit_temperature(logits, np.eye(4)[truth], softmax_loss) == pytest.approx(0.01, rel=0.2)


def test_where_all_is_right_nothing_is_changed() -> None:
    logits = np.array([[2.0, 0.0], [0.0, 1.0], [3.0, 1.0]])
    assert fit_temperature(logits, np.eye(2)[[0, 1, 0]], softmax_loss) == 1.0
    assert fit_temperature(np.array([[2.0, -1.0]]), np.array([[1.0, 0.0]]), sigmoid_loss) == 1.0
