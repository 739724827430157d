from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import nbinom

from palate.question import stopping as module
from palate.question.stopping import RecallEstimate, estimate_recall, hill_area, likes_left

VERDICTS = st.lists(st.booleans(), max_size=60).map(lambda verdicts: np.array(verdicts, dtype=np.bool))


@given(half=st.floats(0.5, 3000), steep=st.sampled_from(module.STEEPNESSES.tolist()), to=st.floats(1, 5000))
def test_the_area_of_a_hill_curve_is_its_integral(half: float, steep: float, to: float) -> None:
    edges = np.unique(np.clip([0, *half * 2.0 ** np.arange(-1, 15)], 0, to))  # `to` is at most 2^14 halves
    slow = sum(quad(lambda i: 1 / (1 + (i / half) ** steep), a, b)[0] for a, b in pairwise(edges))
    np.testing.assert_allclose(hill_area(np.array([half]), np.array([steep]), to), slow, rtol=1e-6)


def test_of_one_shape_the_quantiles_are_those_of_drawn_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    """A falling rate: its scale is drawn from the belief that the verdicts leave, then the likes among the
    unread.
    """
    monkeypatch.setattr(module, "CURVES", np.array([[0.2], [3.0]]))
    monkeypatch.setattr(module, "SCATTERED_SHARES", np.array([0.05]))
    monkeypatch.setattr(module, "VERDICT_WEIGHT", 1.0)
    verdicts, texts = np.array([True] * 12 + [False] * 28), 200
    density = (np.arange(texts) + 0.5) / (0.2 * texts)
    curve = 1 / (1 + density**3)
    curve = 0.95 * curve / curve.sum() + 0.05 / texts
    rng = np.random.default_rng(0)
    scale = rng.gamma(12.5, 1 / curve[:40].sum(), size=200_000)
    drawn = rng.poisson(scale * curve[40:].sum())
    expected = np.quantile(drawn, [0.025, 0.5, 0.975], method="inverted_cdf")
    assert np.abs(np.array(likes_left(verdicts, 160)) - expected).max() <= 1
    # what the integral over scales is
    assert nbinom.mean(12.5, curve[:40].sum()) == pytest.approx(drawn.mean(), rel=0.01)


@settings(max_examples=50)
@given(verdicts=VERDICTS, unread=st.integers(0, 300))
def test_an_answer_is_in_order(verdicts: np.ndarray, unread: int) -> None:
    answer = estimate_recall(verdicts, unread)
    assert 0 <= answer.low <= answer.share <= answer.high <= 1
    assert answer.found == verdicts.sum()
    assert 0 <= answer.left <= unread
    least, middle, most = likes_left(verdicts, unread)
    assert 0 <= least <= middle <= most <= unread


def test_with_all_read_all_is_seen() -> None:
    assert estimate_recall(np.array([True, False]), 0) == RecallEstimate(
        share=1.0, low=1.0, high=1.0, found=1, left=0, saved=0
    )


@pytest.mark.parametrize("verdicts", [[], [False] * 20, [True], [True, False, True]])
def test_before_there_is_enough_nothing_is_known(verdicts: list[bool]) -> None:
    assert not estimate_recall(np.array(verdicts, dtype=np.bool), 1000).known


def test_more_dislikes_in_a_row_make_it_surer() -> None:
    lows = [estimate_recall(np.array([True] * 20 + [False] * n), 1000 - n).low for n in (20, 100, 300, 900)]
    assert lows == sorted(lows)
    assert lows[0] < 0.7
    assert lows[-1] > 0.95


def test_likes_that_keep_coming_mean_that_many_are_left() -> None:
    answer = estimate_recall(np.arange(200) % 4 == 0, 800)
    assert answer.low < 0.25 < answer.high  # as at random
    assert answer.share < 0.8


def test_texts_saved_are_what_reading_in_no_order_would_have_cost_more() -> None:
    answer = estimate_recall(np.array([True] * 30 + [False] * 300), 1000)
    assert answer.saved == round(answer.share * 1330) - 330


@pytest.mark.parametrize("steep", [2.5, 5.0])
def test_the_interval_covers_drawn_streams(steep: float) -> None:
    """Streams of a steepness between those of the grid, with likes beyond all curves; looked at after each
    fifth.
    """
    rng = np.random.default_rng(7)
    texts, covered = 600, []
    for _ in range(25):
        curve = 1 / (1 + (np.arange(texts) / (rng.uniform(0.02, 0.3) * texts)) ** steep)
        liked = rng.random(texts) < np.clip(rng.uniform(0.3, 0.9) * curve + rng.uniform(0, 0.005), 0, 1)
        for read in range(60, 600, 120):
            answer = estimate_recall(liked[:read], texts - read)
            covered.append(answer.low <= liked[:read].sum() / max(liked.sum(), 1) <= answer.high)
    assert np.mean(covered) >= 0.9


def test_fewer_than_no_texts_are_refused() -> None:
    with pytest.raises(ValueError, match="unread must be 0 or more, got -1"):
        estimate_recall(np.array([True]), -1)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (RecallEstimate(0.999, 0.97, 1.0, 999, 1, 0), "99 % (97-100)"),
        (RecallEstimate(1.0, 0.979, 1.0, 50, 0, 0), "100 % (97-100)"),
        (RecallEstimate(0.5, 0.29, 0.611, 5, 5, 0), "50 % (29-62)"),
    ],
)
def test_it_is_stated_without_exaggeration(answer: RecallEstimate, message: str) -> None:
    """Rounding widens the interval, and all is said to be seen only where that is the estimate."""
    assert str(answer) == message


SCREENING = Path(__file__).parents[3] / "shared" / "data" / "screening"


@pytest.mark.skipif(not SCREENING.exists(), reason="the recorded reviews are not here")
def test_on_a_recorded_review_read_at_random_the_interval_holds() -> None:
    from palate.evaluation.judgements import read_review

    included = read_review(SCREENING / "Kwok_2020.csv.gz").included
    covered = []
    for seed in range(3):
        liked = np.random.default_rng(seed).permutation(included)
        for read in range(200, len(liked), 300):
            answer = estimate_recall(liked[:read], len(liked) - read)
            covered.append(answer.low <= liked[:read].sum() / liked.sum() <= answer.high)
    assert np.mean(covered) >= 0.9
