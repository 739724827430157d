"""Isolation, neighbours' distance, robust scores and reconstruction errors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from palate.insight import neighbour_distance
from palate.insight.isolation import isolation
from palate.insight.neighbour_distance import neighbour_distances
from palate.insight.reconstruction_error import reconstruction_errors
from palate.insight.robust import robust_z


@given(n=st.integers(0, 30), d=st.integers(1, 4), seed=st.integers(0, 99))
def test_distances_are_those_of_scipy(n: int, d: int, seed: int) -> None:
    points = np.random.default_rng(seed).normal(size=(n, d))
    found = neighbour_distances(points)
    if n < 2:
        assert found.tolist() == [0.0] * n
        return
    k = min(round(2 * np.sqrt(n)), n - 1)
    expected = np.sort(cdist(points, points), axis=1)[:, k]
    np.testing.assert_allclose(found, expected, atol=2e-3)


def test_a_sample_stands_for_many(monkeypatch: pytest.MonkeyPatch) -> None:
    points = np.random.default_rng(0).normal(size=(3000, 3))
    exact = neighbour_distances(points)
    monkeypatch.setattr(neighbour_distance, "POOL_POINTS", 600)
    sampled = neighbour_distances(points)
    assert np.corrcoef(exact, sampled)[0, 1] > 0.95
    np.testing.assert_array_equal(sampled, neighbour_distances(points))


def test_a_small_group_is_far_from_the_rest() -> None:
    rng = np.random.default_rng(0)
    group = 6 + 0.01 * rng.normal(size=(20, 4))
    found = neighbour_distances(np.concatenate([rng.normal(size=(300, 4)), group]))
    assert found[300:].min() > np.quantile(found[:300], 0.99)


def test_a_point_apart_is_the_most_isolated() -> None:
    pytest.importorskip("sklearn")
    points = np.concatenate([np.random.default_rng(0).normal(size=(200, 3)), [[9.0, 9.0, 9.0]]])
    found = isolation(points, seed=3)
    assert found.argmax() == 200
    np.testing.assert_array_equal(found, isolation(points, seed=3))


@given(values=st.lists(st.floats(-1e3, 1e3), max_size=30), shift=st.floats(-10, 10), scale=st.floats(0.1, 10))
def test_robust_scores_know_no_unit(values: list[float], shift: float, scale: float) -> None:
    numbers = np.round(np.array(values), 3)
    found = robust_z(numbers)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(robust_z(scale * numbers + shift), found, rtol=1e-4, atol=1e-4)


def test_normal_numbers_have_their_own_standard_deviations() -> None:
    numbers = np.random.default_rng(0).normal(5, 3, 20_000)
    np.testing.assert_allclose(robust_z(numbers), (numbers - 5) / 3, atol=0.12)


def test_odd_vectors_that_are_alike_get_no_axis_of_their_own() -> None:
    rng = np.random.default_rng(0)
    usual = np.zeros((300, 40))
    usual[:, :20] = rng.normal(size=(300, 20))
    odd = np.zeros((30, 40))
    odd[:, 30] = 9
    vectors = np.concatenate([usual, odd])
    errors = reconstruction_errors(vectors, np.array([0.0] * 300 + [1.0] * 30))
    assert errors[300:].min() > 8 > errors[:300].max()


def test_usual_vectors_that_are_all_alike_leave_the_distance_to_them() -> None:
    vectors = np.array([[1.0, 0.0]] * 4 + [[0.0, 0.0]])
    assert reconstruction_errors(vectors, np.array([0, 0, 0, 0, 1.0])).tolist() == [0, 0, 0, 0, 1]
