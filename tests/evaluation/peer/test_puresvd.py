import numpy as np
import pytest

from palate.evaluation.peer.puresvd import PureSvd, item_factors
from palate.evaluation.replay_corpus import ReplayCorpus
from palate.feedback import CrowdFeedback


def crowd(likings: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> CrowdFeedback:
    readers, indices = np.nonzero(likings)
    return CrowdFeedback(readers, indices, likings[readers, indices], likings.shape[1])


@pytest.mark.parametrize(
    ("n_readers", "n_texts", "factors"), [(90, 70, 8), (60, 200, 50), (6, 9, 50), (9, 6, 50), (1, 3, 50)]
)
def test_projects_on_the_largest_singular_vectors_of_all(n_readers: int, n_texts: int, factors: int) -> None:
    rng = np.random.default_rng(n_readers)
    likings = np.where(rng.random((n_readers, n_texts)) < 0.2, rng.uniform(-1, 1, (n_readers, n_texts)), 0)
    likings[:, 0] = 0.5  # every reader judged something
    right_vectors = item_factors(crowd(likings), factors)
    right = np.linalg.svd(likings, full_matrices=False)[2][:factors]
    np.testing.assert_allclose(right_vectors @ right_vectors.T, right.T @ right, atol=1e-8)


def test_who_likes_what_a_group_likes_is_given_what_else_it_likes() -> None:
    likings = np.zeros((20, 8))
    likings[:10, :4] = likings[10:, 4:7] = 1.0
    likings[0, 2] = 0.0
    system = PureSvd(ReplayCorpus(tuple("abcdefgh"), crowd(likings)), np.random.default_rng(0))
    scores = system.scores(np.array([0, 1]), np.ones(2))
    assert set(np.argsort(-scores)[:4]) == {0, 1, 2, 3}
    assert scores[7] == 0


def test_an_empty_crowd_ties_all() -> None:
    nothing = CrowdFeedback(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0), 3)
    system = PureSvd(ReplayCorpus(("a", "b", "c"), nothing), np.random.default_rng(0))
    assert system.scores(np.array([0]), np.ones(1)).tolist() == [0, 0, 0]
