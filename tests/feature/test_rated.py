"""RatedCrowd against planted crowds, and the belief it gives one reader against the dense Gaussian
conditional.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palate.evaluation.metrics import auc
from palate.feature.rated import LOG_ODDS, RatedCrowd
from palate.features import Features
from palate.feedback import CrowdFeedback
from palate.parts import Matrix
from palate.taste.bayes import BayesTaste

DIMS = 6


def draw_rows(rng: np.random.Generator, n: int) -> Matrix:
    return np.asarray(rng.normal(size=(n, DIMS)) / np.sqrt(DIMS), dtype=np.float32)


def nobody(n: int) -> CrowdFeedback:
    return CrowdFeedback(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0), n)


def planted(
    seed: int, *, readers: int = 200, n: int = 60, share: float = 0.5
) -> tuple[CrowdFeedback, Matrix, Matrix]:
    """A crowd whose likings have a level and two factors that text knows nothing of; the likings (readers, n)
    of everyone.
    """
    rng = np.random.default_rng(seed)
    level, w, z = rng.normal(0, 0.5, n), rng.normal(0, 0.7, (n, 2)), rng.normal(size=(readers, 2))
    likings = np.clip((level + z @ w.T + rng.normal(0, 0.3, (readers, n))) / 2, -1, 1)
    who, places = np.nonzero(rng.random((readers, n)) < share)
    return CrowdFeedback(who, places, likings[who, places], n), draw_rows(rng, n), likings


def taste_of(crowd: RatedCrowd) -> BayesTaste:
    return BayesTaste(
        {"crowd": 1.0}, noise=1.0, dislike=1.0, balance=0.0, slope=LOG_ODDS, prior={"crowd": crowd.prior}
    )


def test_a_reader_of_whom_nothing_is_known_gets_exactly_what_the_crowd_expects() -> None:
    feedback, rows, _ = planted(0)
    crowd = RatedCrowd(feedback, rows)
    mean, _ = taste_of(crowd).value(Features({"crowd": crowd.block}))
    np.testing.assert_allclose(
        np.log(mean / (1 - mean)), crowd.block.astype(np.float64) @ crowd.prior, atol=1e-9
    )


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 999), k=st.integers(1, 12))
def test_the_belief_of_a_reader_is_the_gaussian_conditional_of_the_model(seed: int, k: int) -> None:
    """With level, w and c given, it is the conditional mean given k likings, up to slope and offset of the
    sigmoid.
    """
    feedback, rows, _ = planted(seed, readers=40, n=30)
    crowd = RatedCrowd(feedback, rows, factors=3, company=2)
    rng = np.random.default_rng(seed)
    judged, said = rng.permutation(30)[:k], rng.choice([-1.0, 1.0], k)
    features = Features({"crowd": crowd.block})
    taste = taste_of(crowd)
    taste.learn(features[judged], said, np.ones(k))
    block = crowd.block.astype(np.float64)
    expected, covariance = block @ crowd.prior / LOG_ODDS, block @ block.T + taste.bias
    gain = covariance[:, judged] @ np.linalg.inv(covariance[np.ix_(judged, judged)] + np.eye(k))
    conditional = expected + gain @ (said - expected[judged])
    mean, _ = taste.value(features)
    slope, offset = np.polyfit(conditional, np.log(mean / (1 - mean)), 1)
    assert slope > 0
    np.testing.assert_allclose(np.log(mean / (1 - mean)), slope * conditional + offset, atol=1e-6)


def test_planted_factors_are_found() -> None:
    """New readers of the same crowd are told apart far better after ten judgements than by the level of each
    text.
    """
    feedback, rows, likings = planted(3, readers=300)
    told = feedback.readers < 250
    known = CrowdFeedback(feedback.readers[told], feedback.indices[told], feedback.likings[told], 60)
    crowd = RatedCrowd(known, rows)
    before, after = [], []
    for own in likings[250:]:
        taste, features = taste_of(crowd), Features({"crowd": crowd.block})
        before.append(auc(own[10:] > 0, np.asarray(taste.value(features)[0][10:], np.float64)))
        taste.learn(features[:10], np.where(own[:10] > 0, 1.0, -1.0), np.ones(10))
        after.append(auc(own[10:] > 0, np.asarray(taste.value(features)[0][10:], np.float64)))
    assert np.mean(after) > np.mean(before) + 0.1
    assert np.mean(after) > 0.8


@given(seed=st.integers(0, 99))
@settings(max_examples=10, deadline=None)
def test_the_odds_of_a_new_reader_are_those_that_come_true(seed: int) -> None:
    """Over many new readers the mean probability of a like is the share that liked, ordered as well as by
    plain mean likings.
    """
    feedback, rows, likings = planted(seed, readers=900, n=40)
    told = feedback.readers < 300
    crowd = RatedCrowd(
        CrowdFeedback(feedback.readers[told], feedback.indices[told], feedback.likings[told], 40), rows
    )
    mean, _ = taste_of(crowd).value(Features({"crowd": crowd.block}))
    liked = (likings[300:] >= 0).mean(axis=0)
    assert abs(mean.mean() - liked.mean()) < 0.06
    plain = np.bincount(feedback.indices[told], feedback.likings[told]) / np.bincount(feedback.indices[told])
    assert np.corrcoef(mean, liked)[0, 1] > np.corrcoef(plain, liked)[0, 1] - 0.02


def test_what_the_text_says_of_a_level_is_learned_for_texts_that_nobody_judged() -> None:
    rng = np.random.default_rng(5)
    rows, direction = draw_rows(rng, 400), np.array([1.5, -1.0, 0, 0, 0, 0])
    places = rng.integers(0, 300, 6000)
    who = np.arange(6000) // 30
    likings = np.clip(rows[places] @ direction / 2 + rng.normal(0, 0.2, 6000), -1, 1)
    _, first = np.unique(who * 400 + places, return_index=True)
    crowd = RatedCrowd(CrowdFeedback(who[first], places[first], likings[first], 400), rows)
    unheard = crowd.block[300:].astype(np.float64) @ crowd.prior
    assert np.corrcoef(unheard, rows[300:] @ direction)[0, 1] > 0.9
    np.testing.assert_allclose(crowd.transform(rows[300:]), crowd.block[300:], atol=1e-6)


@pytest.mark.parametrize("n", [0, 1, 5])
def test_without_readers_all_is_even(n: int) -> None:
    rows = draw_rows(np.random.default_rng(0), n)
    crowd = RatedCrowd(nobody(n), rows)
    assert crowd.block.shape == (n, len(crowd.prior))
    np.testing.assert_array_equal(crowd.block @ crowd.prior, np.zeros(n))


@given(likings=st.lists(st.floats(-1, 1), min_size=1, max_size=4))
@settings(max_examples=20, deadline=None)
def test_one_reader_is_a_crowd(likings: list[float]) -> None:
    k = len(likings)
    feedback = CrowdFeedback(np.zeros(k, np.int64), np.arange(k), np.array(likings), 6)
    crowd = RatedCrowd(feedback, draw_rows(np.random.default_rng(1), 6), factors=2, company=3)
    odds = crowd.block @ crowd.prior
    assert np.isfinite(crowd.block).all()
    assert np.abs(odds).max() < 2


def test_more_judgements_alike_move_the_level_further() -> None:
    """Nine readers like text 0, one likes text 1; nine dislike text 2, one dislikes text 3; nobody heard of
    text 4.
    """
    who, places = np.arange(20), np.repeat([0, 1, 2, 3], [9, 1, 9, 1])
    crowd = RatedCrowd(
        CrowdFeedback(who, places, np.where(places < 2, 1.0, -1.0), 5), np.zeros((5, 2), np.float32)
    )
    liked, liked_once, disliked, disliked_once, unheard = crowd.block @ crowd.prior
    assert liked > liked_once > unheard > disliked_once > disliked


def test_the_same_feedback_gives_the_same_block() -> None:
    feedback, rows, _ = planted(2, readers=50)
    assert RatedCrowd(feedback, rows).block.tobytes() == RatedCrowd(feedback, rows).block.tobytes()


@pytest.mark.parametrize("wrong", [{"factors": 0}, {"company": 0}, {"n": 3}])
def test_settings_out_of_range_are_refused(wrong: dict[str, int]) -> None:
    n = wrong.pop("n", 2)
    with pytest.raises(ValueError, match="must be 1 or more"):
        RatedCrowd(nobody(2), np.zeros((n, 2), np.float32), **wrong)
