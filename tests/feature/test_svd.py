"""The randomised search against scikit-learn's and against the exact decomposition."""

import numpy as np
import pytest
from scipy.sparse import csr_array, random_array

from palate.feature.svd import randomized_svd


@pytest.mark.parametrize(
    ("m", "n", "rank"), [(400, 90, 3), (90, 400, 3), (60, 80, 16), (5, 40, 5), (40, 5, 5), (1, 7, 1)]
)
def test_it_equals_scikit_learns(m: int, n: int, rank: int) -> None:
    extmath = pytest.importorskip("sklearn.utils.extmath")
    table = csr_array(random_array((m, n), density=0.3, rng=np.random.default_rng(m)))
    values, vectors = randomized_svd(table, rank, seed=7)
    _, expected_values, expected_vectors = extmath.randomized_svd(table, rank, random_state=7)
    np.testing.assert_allclose(values, expected_values, rtol=1e-9)
    np.testing.assert_allclose(vectors, expected_vectors, atol=1e-6)


def test_of_a_small_table_it_is_the_exact_decomposition() -> None:
    table = csr_array(random_array((12, 9), density=0.5, rng=np.random.default_rng(3)))
    values, vectors = randomized_svd(table, 4, seed=0)
    _, exact, axes = np.linalg.svd(table.toarray(), full_matrices=False)
    np.testing.assert_allclose(values, exact[:4], rtol=1e-9)
    np.testing.assert_allclose(np.abs(vectors @ axes[:4].T), np.eye(4), atol=1e-9)
