import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.evaluation.peer.popularity import PRIOR_JUDGEMENTS, Popularity, popularity
from palate.evaluation.replay_corpus import ReplayCorpus
from palate.feedback import CrowdFeedback

TEXTS = ("a", "b", "c", "d")


def crowd(judgements: list[tuple[int, float]]) -> CrowdFeedback:
    indices = np.array([index for index, _ in judgements])
    likings = np.array([liking for _, liking in judgements])
    return CrowdFeedback(np.arange(len(judgements)), indices, likings, len(TEXTS))


def test_where_all_are_likes_it_counts_them() -> None:
    assert popularity(crowd([(2, 1.0), (0, 1.0), (2, 1.0)])).tolist() == [1, 0, 2, 0]
    nobody = np.zeros(0, dtype=np.int64)
    assert popularity(CrowdFeedback(nobody, nobody, np.zeros(0), 2)).tolist() == [0, 0]


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(-1, 0.9)), min_size=1, max_size=30))
def test_a_text_scores_as_if_a_few_more_had_judged_it_as_the_crowd_does_on_average(
    judgements: list[tuple[int, float]],
) -> None:
    likings = [liking for _, liking in judgements]
    if min(likings) > 0:
        judgements.append((0, -0.5))
        likings.append(-0.5)
    mean = sum(likings) / len(likings)
    for index, score in enumerate(popularity(crowd(judgements))):
        own = [liking for where, liking in judgements if where == index]
        assert score == pytest.approx((sum(own) + PRIOR_JUDGEMENTS * mean) / (len(own) + PRIOR_JUDGEMENTS))


def test_the_readers_own_feedback_changes_nothing() -> None:
    system = Popularity(ReplayCorpus(TEXTS, crowd([(1, 1.0), (0, -1.0)])), np.random.default_rng(0))
    before = system.scores(np.zeros(0, dtype=np.int64), np.zeros(0))
    np.testing.assert_array_equal(system.scores(np.array([1, 2]), np.array([-1.0, 1.0])), before)
    assert before.argmax() == 1


def test_without_a_crowd_there_is_no_popularity() -> None:
    with pytest.raises(ValueError, match="this replay has none"):
        Popularity(ReplayCorpus(TEXTS), np.random.default_rng(0))
