"""Chance: from log odds to the mean and sd of a probability."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.stats import beta

from palate.features import Features
from palate.taste.chance import chance, linear


@given(logit=st.floats(-30, 30), worth=st.floats(0, 1e6))
def test_mean_and_sd_are_those_of_a_beta_that_started_even(logit: float, worth: float) -> None:
    """Beta(1, 1) and `worth` judgements: its two parameters sum to 2 + worth."""
    mean, sd = chance(np.array([logit]), np.array([worth]))
    expected = 1 / (1 + np.exp(-logit))
    assert mean[0] == pytest.approx(expected)
    belief = beta(mean[0] * (2 + worth), (1 - mean[0]) * (2 + worth))
    assert sd[0] == pytest.approx(belief.std(), rel=1e-6)


def test_extreme_logits_are_numbers_and_nothing_is_known_less_than_nothing() -> None:
    mean, sd = chance(np.array([-1e4, 1e4, 0.0]), -5.0)
    assert mean.tolist() == [0, 1, 0.5]
    assert sd.tolist() == [0, 0, np.sqrt(1 / 12)]


@given(seed=st.integers(0, 99), precision=st.sampled_from([np.float32, np.float64]))
def test_log_odds_are_a_base_and_a_product_for_each_block_that_has_weights(
    seed: int, precision: type
) -> None:
    rng = np.random.default_rng(seed)
    dense, sparse = rng.normal(size=(4, 3)), rng.random((4, 5)) * (rng.random((4, 5)) < 0.5)
    features = Features({"semantic": dense, "keyword": csr_array(sparse), "other": np.ones((4, 1))})
    one, other = rng.normal(size=3), rng.normal(size=5)
    found = linear(features, 0.7, {"keyword": other, "semantic": one}, precision)
    np.testing.assert_allclose(
        found, 0.7 + dense @ one + sparse @ other, atol=1e-5 if precision is np.float32 else 1e-12
    )
    np.testing.assert_array_equal(linear(features[[]], 0.7, {"semantic": one}, precision), np.zeros(0))
