"""Scoreboard: weights are a posterior, losses are those of scikit-learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import log_loss as reference

from palate.taste.scoreboard import MAX_LOGIT, Scoreboard


@given(seed=st.integers(0, 999), n=st.integers(1, 30), m=st.integers(1, 5))
def test_with_rate_one_the_weights_are_the_posterior_over_the_tastes(seed: int, n: int, m: int) -> None:
    """Bayes' rule, with each taste's probability of what came as its likelihood."""
    rng = np.random.default_rng(seed)
    prior, logits, likings = rng.uniform(0.1, 2, m), rng.normal(size=(n, m)), rng.choice([-1.0, 1.0], n)
    board = Scoreboard(prior, rate=1.0)
    for row, liking in zip(logits, likings, strict=True):
        board.add(row, liking, 1.0)
    likelihood = (1 / (1 + np.exp(-likings[:, None] * np.clip(logits, -MAX_LOGIT, MAX_LOGIT)))).prod(axis=0)
    np.testing.assert_allclose(board.weights, prior * likelihood / (prior @ likelihood), rtol=1e-9)


@given(seed=st.integers(0, 999), rate=st.floats(0, 3), half_life=st.floats(1, 50))
def test_discounted_weights_are_the_sum_written_out(seed: int, rate: float, half_life: float) -> None:
    rng = np.random.default_rng(seed)
    n, m = 12, 3
    prior, logits, weights = rng.uniform(0.1, 2, m), rng.normal(size=(n, m)), rng.uniform(0.5, 2, n)
    likings = rng.uniform(-1, 1, n)
    board = Scoreboard(prior, rate=rate, half_life=half_life)
    for row, liking, weight in zip(logits, likings, weights, strict=True):
        board.add(row, liking, weight)
    total = np.zeros(m)
    for age, (row, liking, weight) in enumerate(zip(logits[::-1], likings[::-1], weights[::-1], strict=True)):
        chance, target = 1 / (1 + np.exp(-np.clip(row, -MAX_LOGIT, MAX_LOGIT))), (1 + liking) / 2
        total -= (
            weight * 0.5 ** (age / half_life) * (target * np.log(chance) + (1 - target) * np.log(1 - chance))
        )
    expected = prior * np.exp(-rate * total)
    np.testing.assert_allclose(board.weights, expected / expected.sum(), rtol=1e-8)


def test_losses_are_cross_entropies() -> None:
    rng = np.random.default_rng(0)
    logits, liked = rng.normal(size=200), rng.random(200) < 0.4
    board = Scoreboard(np.ones(1))
    for logit, like in zip(logits, liked, strict=True):
        board.add(np.array([logit]), 1.0 if like else -1.0, 1.0)
    assert board.losses.mean() == pytest.approx(
        reference(liked, 1 / (1 + np.exp(-np.clip(logits, -MAX_LOGIT, MAX_LOGIT))))
    )
    assert board.targets.tolist() == liked.astype(float).tolist()
    np.testing.assert_array_equal(board.blended, logits)


def test_a_taste_that_took_no_part_keeps_its_weight_among_the_others() -> None:
    """It is scored as the blend of those that did."""
    board = Scoreboard(np.array([2.0, 1.0, 1.0]))
    board.add(np.array([1.0, -1.0, np.nan]), 1.0, 1.0)
    blend = (2 * 1.0 + 1 * -1.0) / 3
    assert board.losses[0, 2] == pytest.approx(np.log1p(np.exp(-blend)))
    assert board.weights[1] < board.weights[2] < board.weights[0]


def test_no_surprise_costs_more_than_its_bound() -> None:
    board = Scoreboard(np.ones(2))
    board.add(np.array([80.0, -MAX_LOGIT]), -1.0, 1.0)
    assert board.latest[0] == pytest.approx(np.log1p(np.exp(MAX_LOGIT)))


def test_settings_that_cannot_be_are_refused() -> None:
    two = np.ones(2)
    for prior, rate, half_life in (
        (np.zeros(2), 1.0, 9.0),
        (np.ones(0), 1.0, 9.0),
        (two, -1.0, 9.0),
        (two, 1.0, 0.0),
    ):
        with pytest.raises(ValueError, match="must be above 0"):
            Scoreboard(prior, rate=rate, half_life=half_life)
