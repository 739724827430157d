"""Item kNN against the package implicit and its formula."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from evaluation.peer.crowds import likes_of
from palate.evaluation.peer.item_knn import similarities


@pytest.mark.filterwarnings("ignore:Method expects CSR input")
def test_cosines_equal_those_of_implicit() -> None:
    nearest_neighbours = pytest.importorskip("implicit.nearest_neighbours")
    liked = np.random.default_rng(0).random((40, 15)) < 0.3
    liked[0] = True
    model = nearest_neighbours.CosineRecommender(K=16, num_threads=1)
    model.fit(csr_matrix(liked.astype(np.float64)), show_progress=False)
    expected = np.asarray(model.similarity.todense())
    np.fill_diagonal(expected, 0)
    found = similarities(likes_of(liked), neighbours=15, shrinkage=0.0).toarray()
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_shrinkage_and_neighbours() -> None:
    liked = np.array([[1, 1, 0], [1, 1, 1], [1, 0, 1], [1, 1, 0]], dtype=np.bool_)
    found = similarities(likes_of(liked), neighbours=1, shrinkage=2.0).toarray()
    assert found[1, 0] == pytest.approx(3 / (np.sqrt(4 * 3) + 2))
    assert (found > 0).sum(axis=0).tolist() == [1, 1, 1]
