import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.index.exact import ExactIndex


@given(
    rows=st.lists(st.lists(st.sampled_from([-1.0, 0.0, 0.5, 1.0]), min_size=3, max_size=3), max_size=30),
    n=st.integers(0, 35),
)
def test_it_is_a_full_sort_with_equal_ones_in_order_of_place(rows: list[list[float]], n: int) -> None:
    """Vectors of few values bring many ties; their products with an axis are exact."""
    vectors = np.array(rows, np.float32).reshape(-1, 3)
    query = np.array([0.0, 2.0, 0.0])
    indices, cosine = ExactIndex(vectors).nearest(query, n)
    expected = sorted(range(len(rows)), key=lambda index: (-rows[index][1], index))[:n]
    assert indices.tolist() == expected
    assert cosine.tolist() == [rows[index][1] for index in expected]


@given(seed=st.integers(0, 999), size=st.floats(0.01, 100), n=st.integers(1, 20))
def test_similarity_is_the_cosine_whatever_the_length_of_the_query(seed: int, size: float, n: int) -> None:
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(20, 5))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    query = size * rng.normal(size=5)
    indices, cosine = ExactIndex(vectors.astype(np.float32)).nearest(query, n)
    np.testing.assert_allclose(cosine, vectors[indices] @ query / np.linalg.norm(query), atol=1e-6)
    assert (np.diff(cosine) <= 0).all()


@pytest.mark.parametrize("n", [1, 3, 9])
def test_a_query_that_says_nothing_is_near_to_nothing(n: int) -> None:
    indices, cosine = ExactIndex(np.eye(4, dtype=np.float32)).nearest(np.zeros(4), n)
    assert indices.tolist() == list(range(min(n, 4)))
    assert not cosine.any()


def test_without_vectors_nothing_is_near() -> None:
    indices, cosine = ExactIndex(np.zeros((0, 4), np.float32)).nearest(np.ones(4), 3)
    assert len(indices) == len(cosine) == 0
