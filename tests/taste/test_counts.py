"""CountsTaste against scikit-learn's naive Bayes, and its left-out scores against leaving out."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.naive_bayes import MultinomialNB

from palate.features import Features
from palate.taste.calibration import calibrate
from palate.taste.counts import CountsTaste

Floats = NDArray[np.float64]
drawn_logs = given(
    seed=st.integers(0, 999), n=st.integers(3, 20), alpha=st.floats(0.05, 5), ratio=st.floats(0.2, 8)
)
few = settings(max_examples=15)


def drawn(seed: int, n: int, terms: int = 7) -> tuple[Floats, Floats, Floats]:
    rng = np.random.default_rng(seed)
    rows = rng.random((n, terms)) * (rng.random((n, terms)) < 0.5)
    likings = rng.choice([1.0, -1.0], n)
    likings[:2] = 1, -1
    return rows, likings, rng.uniform(0.2, 3, n)


def words(rows: Floats) -> Features:
    return Features({"keyword": csr_array(rows)})


def reference(rows: Floats, likings: Floats, weights: Floats, alpha: float, ratio: float) -> Floats:
    """(terms,) log odds by scikit-learn, likes weighing ratio times dislikes and all as much as before."""
    liked = likings > 0
    side = np.where(
        liked, ratio / (1 + ratio) / weights[liked].sum(), 1 / (1 + ratio) / weights[~liked].sum()
    )
    model = MultinomialNB(alpha=alpha).fit(rows, liked, sample_weight=weights * side * weights.sum())
    return np.asarray(model.feature_log_prob_[1] - model.feature_log_prob_[0])


@few
@drawn_logs
def test_weights_are_those_of_multinomial_naive_bayes(seed: int, n: int, alpha: float, ratio: float) -> None:
    rows, likings, weights = drawn(seed, n)
    taste = CountsTaste(alpha=alpha, ratio=ratio)
    taste.learn(words(rows), likings, weights)
    found = taste.explain()[1]["keyword"]
    expected = reference(rows, likings, weights, alpha, ratio)
    slope = float(np.dot(found, expected) / np.dot(expected, expected))
    assert slope > 0
    np.testing.assert_allclose(found, slope * expected, atol=1e-8)


@few
@given(seed=st.integers(0, 999), alpha=st.floats(0.05, 5))
def test_log_odds_are_calibrated_on_scores_that_leave_the_text_out(seed: int, alpha: float) -> None:
    """With as many likes as dislikes and a ratio of one, both sides weigh 1: leaving a text out is learning
    without it.
    """
    rows, _, _ = drawn(seed, 8)
    likings = np.tile([1.0, -1.0], 4)
    taste = CountsTaste(alpha=alpha, ratio=1.0, slope=1.5)
    taste.learn(words(rows), likings, np.ones(8))
    scores = []
    for row in range(8):
        others = np.arange(8) != row
        held = MultinomialNB(alpha=alpha).fit(rows[others], likings[others])
        scores.append(rows[row] @ (held.feature_log_prob_[1] - held.feature_log_prob_[0]))
    slope, offset = calibrate(np.array(scores), likings, np.ones(8), slope=1.5)
    base, weights = taste.explain()
    assert base == pytest.approx(offset)
    np.testing.assert_allclose(
        weights["keyword"], slope * reference(rows, likings, np.ones(8), alpha, 1.0), atol=1e-9
    )


def test_a_liking_in_between_counts_by_its_size() -> None:
    rows, likings, weights = drawn(1, 6)
    half, whole = CountsTaste(), CountsTaste()
    half.learn(words(rows), likings / 2, weights)
    whole.learn(words(rows), likings, weights / 2)
    one, other = half.explain()[1]["keyword"], whole.explain()[1]["keyword"]
    np.testing.assert_allclose(one / np.linalg.norm(one), other / np.linalg.norm(other), atol=1e-12)


def test_a_like_of_a_text_whose_word_was_liked_and_disliked_may_end_below_a_dislike_of_it() -> None:
    """Its score rises, and calibration, which is fitted to all judgements at once, takes more back."""
    rows, weights = np.array([[1.0, 0, 0], [1, 1, 0], [0, 1, 1], [1, 0, 0]]), np.array([4.0, 4, 4, 1])
    values, scores = [], []
    for liking in (-1.0, 1.0):
        likings = np.array([-1.0, 1, 1, liking])
        taste = CountsTaste(alpha=0.3, ratio=4.0, slope=2.5)
        taste.learn(words(rows), likings, weights)
        values.append(taste.value(words(rows))[0][3])
        scores.append(reference(rows, likings, weights, 0.3, 4.0)[0])
    assert scores[0] < scores[1]
    assert values[1] < 0.3 < 0.35 < values[0]


def test_many_judgements_of_the_same_terms_make_it_surer() -> None:
    text, sds = words(np.array([[0.6, 0.8]])), []
    taste = CountsTaste()
    for _ in range(3):
        taste.learn(text, np.ones(1), np.ones(1))
        sds.append(float(taste.value(text)[1][0]))
    assert sds == sorted(sds, reverse=True)


def test_a_dense_block_is_refused() -> None:
    with pytest.raises(ValueError, match="keyword is dense"):
        CountsTaste().learn(Features({"keyword": np.eye(2)}), np.ones(2), np.ones(2))


@pytest.mark.parametrize("wrong", [{"alpha": 0}, {"ratio": -1}, {"slope": 0}])
def test_settings_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="alpha, ratio and slope must be above 0"):
        CountsTaste(**wrong)
