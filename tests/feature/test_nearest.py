import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.feature.nearest import nearest, unit_rows


@given(seed=st.integers(0, 999), m=st.integers(0, 12), n=st.integers(0, 12), count=st.integers(1, 15))
def test_neighbours_are_those_that_a_full_sort_finds(seed: int, m: int, n: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    rows, among = unit_rows(rng.normal(size=(m, 3))), unit_rows(rng.normal(size=(n, 3)))
    weights = nearest(rows, among, count).toarray()
    for row, found in zip(rows, weights, strict=True):
        cosines = among @ row
        best = [place for place in np.argsort(-cosines)[:count] if cosines[place] > 0]
        expected = np.zeros(n)
        expected[best] = cosines[best] / cosines[best].sum() if best else 0
        np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_text_is_not_its_own_neighbour_but_its_copy_is() -> None:
    rows = unit_rows(np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]]))
    weights = nearest(rows, rows, 2, own=np.array([0, 1, 2, 3])).toarray()
    assert (np.diag(weights) == 0).all()
    assert weights[0, 1] > weights[0, 2] > 0
    assert (weights[3] == 0).all()
    assert nearest(rows[:1], rows, 1, own=np.array([-1])).sum() == pytest.approx(1)
