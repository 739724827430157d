import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from palate.insight.calibration import error_by_chance, expected_calibration_error, reliability_bins
from palate.insight.interval import liked_share
from palate.insight.learning import learning_curve, log_losses


@given(t=st.integers(1, 200), seed=st.integers(0, 99), bins=st.integers(1, 15))
def test_bins_and_error_are_those_of_a_slow_loop(t: int, seed: int, bins: int) -> None:
    rng = np.random.default_rng(seed)
    predicted, came = rng.random(t), rng.integers(0, 3, t) / 2
    found = reliability_bins(predicted, came, bins)
    error = 0.0
    for place in range(bins):
        inside = [n for n in range(t) if min(int(predicted[n] * bins), bins - 1) == place]
        if inside:
            gap = sum(predicted[n] for n in inside) - sum(came[n] for n in inside)
            error += abs(gap) / t
    assert sum(one.n for one in found) == t
    assert expected_calibration_error(found) == pytest.approx(error)
    assert all(one.low <= one.came <= one.high for one in found)


def test_perfect_predictions_err_as_much_as_chance_says() -> None:
    rng = np.random.default_rng(3)
    predicted = rng.random(80)
    mean, limit = error_by_chance(predicted, seed=0)
    errors = [
        expected_calibration_error(reliability_bins(predicted, (rng.random(80) < predicted).astype(float)))
        for _ in range(400)
    ]
    assert np.mean(errors) == pytest.approx(mean, rel=0.05)
    assert np.mean(np.array(errors) < limit) == pytest.approx(0.95, abs=0.03)


@given(likes=st.integers(1, 50), dislikes=st.integers(1, 50))
def test_the_interval_is_that_of_a_beta_belief(likes: int, dislikes: int) -> None:
    belief = beta(likes + 0.5, dislikes + 0.5)
    assert liked_share(likes, dislikes) == pytest.approx((belief.mean(), *belief.ppf([0.025, 0.975])))


def test_the_interval_of_no_likes_begins_at_nothing() -> None:
    assert liked_share(0, 4)[1] == 0
    assert liked_share(4, 0)[2] == 1
    assert liked_share(0, 0) == (0.5, 0, 1)


def test_the_curve_ends_in_the_means_of_all() -> None:
    sklearn = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    predicted, came = rng.uniform(0.1, 0.9, 60), rng.integers(0, 2, 60).astype(float)
    curve = learning_curve(predicted, came)
    assert curve.loss[-1] == pytest.approx(sklearn.log_loss(came, predicted))
    assert curve.accuracy[-1] == pytest.approx(sklearn.accuracy_score(came, predicted > 0.5))
    assert curve.newest == pytest.approx(sklearn.accuracy_score(came[-50:], predicted[-50:] > 0.5))


def test_the_base_knows_only_how_often_before() -> None:
    came = np.array([1.0, 1.0, 0.0])
    losses = np.diff(learning_curve(np.full(3, 0.5), came).base_loss * np.arange(1, 4), prepend=0)
    np.testing.assert_allclose(losses, -np.log([0.5, 1.5 / 2, 1 - 2.5 / 3]))


def test_losses_are_held_as_the_scoreboard_holds_them() -> None:
    from palate.taste.scoreboard import log_loss

    logits = np.array([-9.0, -1.0, 0.0, 2.5, 9.0])
    for target in (0.0, 0.4, 1.0):
        expected = log_loss(logits, target)
        found = log_losses(1 / (1 + np.exp(-logits)), np.full(5, target))
        np.testing.assert_allclose(found, expected, atol=1e-3)
