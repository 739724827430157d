import numpy as np
from scipy.sparse import csr_array

from palate.features import Features
from palate.parts import Candidates
from palate.question.expected import Expected, lengths


def test_it_takes_the_longest_expected_gradient_of_the_log_loss() -> None:
    """Against the mean, over both answers, of a gradient taken by differences."""
    rng = np.random.default_rng(0)
    rows, weights = rng.normal(size=(6, 3)), rng.normal(size=3)
    mean = 1 / (1 + np.exp(-rows @ weights))
    expected = []
    for row, p in zip(rows, mean, strict=True):
        for_answer = {}
        for liked in (0, 1):
            steps = np.eye(3) * 1e-6
            up, down = (
                np.logaddexp(0, (1 - 2 * liked) * ((weights + sign * steps) @ row)) for sign in (1, -1)
            )
            for_answer[liked] = np.linalg.norm((up - down) / 2e-6)
        expected.append(p * for_answer[1] + (1 - p) * for_answer[0])
    pool = Candidates(mean, np.full(6, 0.1), Features({"semantic": rows}), np.eye(6))
    assert Expected().choose(pool, 6, rng).tolist() == np.argsort(-np.array(expected)).tolist()


def test_lengths_are_over_dense_and_sparse_blocks_alike() -> None:
    dense, sparse = np.array([[1.0, 2.0], [0.0, 0.0]]), np.array([[2.0, 0.0, 0.0], [0.0, 0.0, 5.0]])
    both = Features({"semantic": dense, "keyword": csr_array(sparse)})
    np.testing.assert_allclose(lengths(both), np.linalg.norm(np.hstack([dense, sparse]), axis=1))
