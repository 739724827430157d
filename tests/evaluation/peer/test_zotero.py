"""The zotero-arxiv-daily adapter against its author's formula, written out plainly."""

import numpy as np
import pytest

from palate.evaluation.arrays import Vector
from palate.evaluation.peer.zotero import Zotero
from palate.evaluation.replay_corpus import ReplayCorpus

STAGE = ReplayCorpus(
    (
        "two cats",
        "a kitten asleep",
        "dogs bark at night",
        "bond yields",
        "interest rates",
        "a cat and a dog",
        "",
    )
)


def his_scores(newest_first: list[int]) -> Vector:
    """reranker/base.py: similarities of every candidate to every paper of the library, weighed by age."""
    weights = 1 / (1 + np.log10(np.arange(len(newest_first)) + 1))
    weights = weights / weights.sum()
    lengths = np.linalg.norm(STAGE.vectors, axis=1)
    lengths[lengths == 0] = 1
    cosines = (STAGE.vectors / lengths[:, None]) @ (STAGE.vectors / lengths[:, None])[newest_first].T
    return np.asarray((cosines * weights).sum(axis=1) * 10)


@pytest.mark.parametrize("liked", [[0], [3, 1], [1, 4, 0, 5]])
def test_scores_equal_his(liked: list[int]) -> None:
    scores = Zotero(STAGE, np.random.default_rng(0)).scores(np.array(liked), np.ones(len(liked)))
    np.testing.assert_allclose(scores, his_scores(liked[::-1]), atol=1e-5)


def test_dislikes_are_nothing_to_it() -> None:
    system = Zotero(STAGE, np.random.default_rng(0))
    with_dislike = system.scores(np.array([0, 2, 1]), np.array([1.0, -1.0, 1.0]))
    np.testing.assert_array_equal(with_dislike, system.scores(np.array([0, 1]), np.ones(2)))
    assert not system.scores(np.array([2]), np.array([-1.0])).any()
