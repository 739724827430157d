"""Correlation, against pandas where cells are missing and scipy where none is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.insight.correlation import MAX_COLUMNS, MAX_SPEARMAN_COLUMNS, correlate, pairwise


def drawn(seed: int, n: int, c: int, missing: float) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    rng = np.random.default_rng(seed)
    numbers = rng.normal(size=(n, c)) @ rng.normal(size=(c, c)) * 10.0 ** rng.integers(-6, 7, c)
    numbers[rng.random((n, c)) < missing] = np.nan
    return numbers


@given(st.integers(0, 1000), st.integers(3, 40), st.integers(1, 6), st.sampled_from([0.0, 0.2, 0.7]))
def test_pearson_is_that_of_each_pair_alone(seed: int, n: int, c: int, missing: float) -> None:
    numbers = drawn(seed, n, c, missing)
    found = pairwise(numbers)
    for one in range(c):
        for other in range(c):
            both = ~np.isnan(numbers[:, one]) & ~np.isnan(numbers[:, other])
            if both.sum() < 3:
                assert np.isnan(found[one, other])
            elif np.isfinite(found[one, other]):
                expected = np.corrcoef(numbers[both, one], numbers[both, other])[0, 1]
                assert found[one, other] == pytest.approx(expected, abs=1e-6)


def test_spearman_is_scipys() -> None:
    from scipy.stats import spearmanr

    numbers = np.random.default_rng(1).integers(0, 9, (200, 5)).astype(float)  # with ties
    found = correlate(list("abcde"), numbers).spearman
    assert found is not None
    known = np.isfinite(found)
    assert np.allclose(found[known], np.asarray(spearmanr(numbers).statistic)[known])


def test_a_constant_column_and_infinite_cells_have_no_correlation() -> None:
    numbers = np.array([[1.0, 5.0, np.inf], [2.0, 5.0, 1.0], [3.0, 5.0, 2.0], [4.0, 5.0, np.nan]])
    found = correlate(["a", "b", "c"], numbers)
    assert np.isnan(found.pearson[1]).all()
    assert np.isnan(found.pearson[0, 2])
    assert found.pearson[0, 0] == pytest.approx(1)


def test_ten_thousand_columns_are_limited_and_it_is_told() -> None:
    numbers = np.random.default_rng(0).normal(size=(20, 10_000))
    numbers[:, 7] = numbers[:, 3]
    found = correlate([f"c{n}" for n in range(10_000)], numbers)
    assert found.pearson.shape == (MAX_COLUMNS, MAX_COLUMNS)
    assert found.left_out == 10_000 - MAX_COLUMNS
    assert found.spearman is None
    assert found.strongest(1)[0][:2] == ("c3", "c7")
    assert MAX_SPEARMAN_COLUMNS < MAX_COLUMNS


def test_many_rows_are_drawn_the_same_way_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("palate.insight.correlation.MAX_PRODUCTS", 4 * 1500)
    numbers = drawn(0, 5000, 2, 0.0)
    first, second = correlate(["a", "b"], numbers), correlate(["a", "b"], numbers)
    assert first.n_rows == 1500
    assert np.array_equal(first.pearson, second.pearson)
