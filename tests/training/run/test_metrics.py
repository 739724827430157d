import json
import warnings
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats
from sklearn import metrics as sk

from palate.errors import BadValue
from palate.training.run.metrics import classification_figures, regression_figures, reliability

Drawn = tuple[NDArray[np.int64], NDArray[np.float64]]


def drawn(seed: int, n: int, c: int) -> Drawn:
    rng = np.random.default_rng(seed)
    return rng.integers(c, size=n), rng.dirichlet(np.full(c, 0.7), size=n)


def names(c: int) -> list[str]:
    return [f"class {place}" for place in range(c)]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 999), st.integers(1, 60), st.integers(2, 7))
def test_figures_of_classes_are_those_counted_by_hand(seed: int, n: int, c: int) -> None:
    """Precision, recall and F1 by counting pairs one by one, in fractions."""
    truth, chances = drawn(seed, n, c)
    said = [max(range(c), key=lambda place: row[place]) for row in chances.tolist()]
    found = classification_figures(names(c), truth, chances)
    pairs = list(zip(truth.tolist(), said, strict=True))
    assert found["confusion"] == [[pairs.count((row, column)) for column in range(c)] for row in range(c)]
    assert found["accuracy"] == pytest.approx(sum(a == b for a, b in pairs) / n)
    kept = []
    for place, name in enumerate(names(c)):
        right, support, predicted = (
            pairs.count((place, place)),
            truth.tolist().count(place),
            said.count(place),
        )
        mine = found["per_class"][name]
        assert mine["support"] == support
        if support + predicted == 0:
            assert mine["f1"] is mine["precision"] is mine["recall"] is None
            continue
        kept.append(Fraction(2 * right, support + predicted))
        assert mine["f1"] == pytest.approx(float(kept[-1]))
        assert mine["precision"] == pytest.approx(right / predicted if predicted else 0)
        assert mine["recall"] == pytest.approx(right / support if support else 0)
    assert found["f1"] == pytest.approx(float(sum(kept) / len(kept)))
    json.dumps(found, allow_nan=False)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 999), st.integers(1, 60), st.integers(2, 7))
def test_figures_of_probabilities_agree_with_scikit_learn_and_with_a_slow_loop(
    seed: int, n: int, c: int
) -> None:
    truth, chances = drawn(seed, n, c)
    found = classification_figures(names(c), truth, chances)
    assert found["log_loss"] == pytest.approx(-np.log(chances[np.arange(n), truth]).mean(), rel=1e-6)
    square = (
        sum((chances[row, place] - (truth[row] == place)) ** 2 for row in range(n) for place in range(c)) / n
    )
    assert found["brier"] == pytest.approx(square)
    error = 0.0
    for low in range(10):
        here = [row for row in range(n) if low / 10 < chances[row].max() <= (low + 1) / 10]
        error += abs(sum(chances[row].max() - (chances[row].argmax() == truth[row]) for row in here)) / n
    assert found["ece"] == pytest.approx(error, abs=1e-9)


def test_macro_figures_are_scikit_learns() -> None:
    truth, chances = drawn(3, 200, 4)
    said = chances.argmax(axis=1)
    found = classification_figures(names(4), truth, chances)
    assert found["precision"] == pytest.approx(sk.precision_score(truth, said, average="macro"))
    assert found["recall"] == pytest.approx(sk.recall_score(truth, said, average="macro"))
    assert found["f1"] == pytest.approx(sk.f1_score(truth, said, average="macro"))


def test_two_classes_have_twice_the_brier_score_of_one_probability() -> None:
    truth, chances = drawn(5, 80, 2)
    expected = 2 * sk.brier_score_loss(truth, chances[:, 1])
    assert classification_figures(["a", "b"], truth, chances)["brier"] == pytest.approx(expected)


def test_a_model_that_always_says_the_same_class_has_figures_without_warnings() -> None:
    """Also where a third class neither occurs nor is predicted: it does not count."""
    found = classification_figures(["a", "b", "c"], [0, 1, 1, 1], [[1.0, 0.0, 0.0]] * 4)
    assert found["accuracy"] == 0.25
    assert found["per_class"]["b"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 3}
    assert found["per_class"]["c"] == {"precision": None, "recall": None, "f1": None, "support": 0}
    assert (found["precision"], found["recall"]) == (0.125, 0.5)
    assert found["ece"] == 0.75
    json.dumps(found, allow_nan=False)


def test_rows_of_float32_sum_to_one_well_enough() -> None:
    truth, chances = drawn(1, 500, 50)
    exact, rough = (
        classification_figures(names(50), truth, given) for given in (chances, chances.astype(np.float32))
    )
    assert rough["log_loss"] == pytest.approx(exact["log_loss"], rel=1e-5)


@given(st.integers(0, 999), st.integers(1, 50), st.integers(1, 20))
def test_bins_hold_every_prediction_once_and_rise(seed: int, n: int, bins: int) -> None:
    truth, chances = drawn(seed, n, 3)
    found = reliability(truth, chances, bins)
    assert sum(one.n for one in found) == n
    assert all(one.low - 1e-9 <= one.confidence <= one.high + 1e-9 for one in found)
    assert [one.low for one in found] == sorted({one.low for one in found})
    right = (chances.argmax(axis=1) == truth).sum()
    assert sum(one.n * one.accuracy for one in found) == pytest.approx(right)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 999), st.integers(3, 60), st.floats(0.1, 50), st.floats(-9, 9))
def test_figures_of_numbers_are_those_of_their_definitions(
    seed: int, n: int, spread: float, shift: float
) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=n).round(1) * spread
    said = truth * 0.5 + rng.normal(size=n) + shift
    if np.ptp(truth) == 0:
        return
    found = regression_figures(truth, said)
    assert found["mse"] == pytest.approx(np.mean((truth - said) ** 2))
    assert found["mae"] == pytest.approx(np.mean(np.abs(truth - said)))
    assert found["rmse"] == pytest.approx(np.sqrt(np.mean((truth - said) ** 2)))
    assert found["pearson"] == pytest.approx(np.corrcoef(truth, said)[0, 1])
    assert found["spearman"] == pytest.approx(np.corrcoef(stats.rankdata(truth), stats.rankdata(said))[0, 1])
    assert found["r2"] == pytest.approx(1 - np.sum((truth - said) ** 2) / np.sum((truth - truth.mean()) ** 2))


@pytest.mark.parametrize(
    ("truth", "said"), [([1, 2, 3], [4, 4, 4]), ([2, 2], [1, 3]), ([0.1] * 3, [0.3] * 3), ([1], [2])]
)
def test_what_does_not_vary_has_no_correlation(truth: list[float], said: list[float]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = regression_figures(truth, said)
    assert found["pearson"] is found["spearman"] is None
    assert (found["r2"] is None) == (len(set(truth)) == 1)
    assert found["mse"] == pytest.approx(np.mean(np.subtract(truth, said) ** 2))


def test_predictions_of_a_training_that_diverged_are_refused() -> None:
    with pytest.raises(BadValue, match="diverged; train again with a lower --rate"):
        regression_figures([1.0, 2.0], [np.nan, 1.0])
    with pytest.raises(BadValue, match="not finite"):
        classification_figures(["a", "b"], [0, 1], [[np.nan, np.nan], [0.5, 0.5]])
