import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from palate.feature.freshness import HALF_LIVES, Freshness

Floats = NDArray[np.float64]
lists = st.lists(st.floats(0, 4000) | st.just(np.nan), min_size=1, max_size=30).map(np.array)


@given(lists)
def test_rows_are_centred_with_a_mean_squared_length_of_one_over_the_corpus(ages: Floats) -> None:
    rows = Freshness.fit(ages).transform(ages).astype(float)
    assert rows.shape == (len(ages), len(HALF_LIVES))
    np.testing.assert_allclose(rows.mean(axis=0), 0, atol=1e-3)
    length = (rows**2).sum(axis=1).mean()
    assert length == 0 or abs(length - 1) < 1e-2
    np.testing.assert_array_equal(rows[np.isnan(ages)], 0)


@given(lists, st.lists(st.floats(0, 4000), min_size=2, max_size=10).map(sorted))
def test_a_newer_text_is_never_less_fresh(corpus: Floats, ages: list[float]) -> None:
    rows = Freshness.fit(corpus).transform(np.array(ages))
    assert (np.diff(rows, axis=0) <= 0).all()


def test_a_column_halves_over_its_half_life() -> None:
    freshness = Freshness.fit(np.array([0.0, 1.0, 5.0, 90.0]))
    for column, half_life in enumerate(HALF_LIVES):
        old = freshness.transform(np.array([1e6]))[0, column]
        new, half, quarter = freshness.transform(np.array([0, half_life, 2 * half_life]))[:, column] - old
        np.testing.assert_allclose([half, quarter], [new / 2, new / 4], rtol=1e-4)


def test_the_future_is_new() -> None:
    freshness = Freshness.fit(np.array([0.0, 10.0]))
    np.testing.assert_array_equal(*freshness.transform(np.array([-5.0, 0.0])))


def test_a_corpus_of_one_age_or_no_date_or_no_text_tells_nothing() -> None:
    for corpus in (np.full(5, 3.0), np.full(5, np.nan), np.full(5, 1e5), np.zeros(0)):
        rows = Freshness.fit(corpus).transform(np.array([0.0, 3.0, np.nan]))
        assert rows.dtype == np.float32
        np.testing.assert_array_equal(rows, np.zeros((3, 3)))
    assert Freshness.fit(np.array([0.0, 10.0])).transform(np.zeros(0)).shape == (0, 3)
