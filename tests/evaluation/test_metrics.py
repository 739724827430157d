"""Metrics against other libraries and slow loops, over drawn inputs."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, ndcg_score, roc_auc_score

from palate.evaluation.arrays import BoolVector, Vector
from palate.evaluation.metrics import (
    auc,
    average_time_to_discovery,
    bootstrap,
    brier,
    calibration_gaps,
    expected_calibration_error,
    last_rank,
    loss,
    ndcg,
    pooled_calibration_error,
    recall_at_share,
    wss,
)

Judged = list[tuple[bool, float]]

# few distinct scores, so that there are ties
judged = st.lists(st.tuples(st.booleans(), st.integers(-3, 3)), min_size=2, max_size=40).filter(
    lambda pairs: len({liked for liked, _ in pairs}) == 2
)
predicted = st.lists(
    st.tuples(st.booleans(), st.one_of(st.floats(0, 1), st.integers(0, 10).map(lambda i: i / 10))), min_size=1
)
screened = st.lists(st.booleans(), min_size=2, max_size=60).filter(
    lambda labels: 0 < sum(labels) < len(labels)
)


def split(pairs: Judged) -> tuple[BoolVector, Vector]:
    liked, numbers = zip(*pairs, strict=True)
    return np.array(liked), np.array(numbers, dtype=np.float64)


def up_to_last(labels: list[bool]) -> BoolVector:
    return np.array(labels[: len(labels) - labels[::-1].index(True)])


@given(judged)
def test_auc_equals_sklearn(pairs: Judged) -> None:
    liked, scores = split(pairs)
    assert auc(liked, scores) == pytest.approx(roc_auc_score(liked, scores))


@given(judged, st.integers(1, 50))
def test_ndcg_equals_sklearn_with_ties(pairs: Judged, k: int) -> None:
    liked, scores = split(pairs)
    assert ndcg(liked, scores, k) == pytest.approx(ndcg_score([liked], [scores], k=k))


def test_ndcg_of_ties_is_the_mean_over_orders() -> None:
    liked, rng = np.array([True, False, False, True, False]), np.random.default_rng(0)
    scores = np.array([1.0, 1.0, 1.0, 0.0, 2.0])
    broken = [ndcg(liked, scores + 1e-3 * rng.permutation(5), k=3) for _ in range(4000)]
    assert ndcg(liked, scores, k=3) == pytest.approx(np.mean(broken), abs=0.01)


@given(predicted)
def test_brier_equals_sklearn(pairs: Judged) -> None:
    liked, mean = split(pairs)
    assert brier(liked, mean) == pytest.approx(brier_score_loss(liked, mean, pos_label=True))


@given(predicted, st.integers(1, 12))
def test_calibration_error_equals_a_loop_over_bins(pairs: Judged, bins: int) -> None:
    liked, mean = split(pairs)
    expected = 0.0
    for b in range(bins):
        inside = (mean > b / bins) & (mean <= (b + 1) / bins) | ((mean == 0) & (b == 0))
        if inside.any():
            expected += inside.sum() / len(mean) * abs(liked[inside].mean() - mean[inside].mean())
    assert expected_calibration_error(liked, mean, bins) == pytest.approx(expected)


@given(predicted, predicted)
def test_gaps_of_readers_pool(first: Judged, second: Judged) -> None:
    pooled = pooled_calibration_error(calibration_gaps(*split(first)) + calibration_gaps(*split(second)))
    assert pooled == pytest.approx(expected_calibration_error(*split(first + second)))


@pytest.mark.usefixtures("asreview")
@given(screened)
def test_loss_equals_asreview(labels: list[bool]) -> None:
    from asreview.metrics import loss as asreview_loss

    assert loss(up_to_last(labels), len(labels)) == asreview_loss([int(label) for label in labels])


@given(screened, st.sampled_from([0.5, 0.9, 0.95, 1.0]))
def test_wss_counts_what_is_left_unread_when_the_recall_is_reached(labels: list[bool], recall: float) -> None:
    n_relevant, total = 0, sum(labels)
    for read, label in enumerate(labels, 1):  # noqa: B007  read is wanted after the loop
        n_relevant += label
        if n_relevant / total >= recall:
            break
    expected = (len(labels) - read) / len(labels) - (1 - recall)
    assert wss(up_to_last(labels), len(labels), recall) == pytest.approx(expected)


@given(screened)
def test_discovery_equals_a_loop_over_the_relevant(labels: list[bool]) -> None:
    relevant = up_to_last(labels)
    times = [i for i, label in enumerate(labels, 1) if label]
    assert average_time_to_discovery(relevant, len(labels)) == pytest.approx(
        sum(times) / len(times) / len(labels)
    )
    assert last_rank(relevant) == times[-1]
    assert recall_at_share(relevant, len(labels), share=0.3) == sum(
        t <= 3 * len(labels) // 10 for t in times
    ) / len(times)


def test_a_perfect_order_is_best_and_the_reverse_worst() -> None:
    best, worst = np.array([True] * 3), np.array([False] * 7 + [True] * 3)
    assert loss(best, 10) == 0
    assert loss(worst, 10) == 1
    assert wss(best, 10) == pytest.approx(0.65)
    assert wss(worst, 10) == pytest.approx(-0.05)


@pytest.mark.parametrize("liked", [np.array([True, True]), np.array([False, False])])
def test_auc_needs_both_kinds(liked: BoolVector) -> None:
    with pytest.raises(ValueError, match="both liked and disliked"):
        auc(liked, np.array([0.1, 0.2]))


@pytest.mark.parametrize("metric", [loss, wss, average_time_to_discovery, recall_at_share])
def test_nothing_relevant_is_refused(metric: Callable[[BoolVector, int], float]) -> None:
    with pytest.raises(ValueError, match="no relevant record"):
        metric(np.array([False, False]), 5)


def test_bootstrap_of_one_reader_has_no_width() -> None:
    assert bootstrap(np.array([0.3]), np.random.default_rng(0)) == (0.3, 0.3, 0.3)


def test_bootstrap_covers_the_true_mean_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    intervals = [bootstrap(rng.normal(size=40), rng, rounds=300, level=0.9) for _ in range(200)]
    assert 0.83 < np.mean([low <= 0 <= high for _, low, high in intervals]) < 0.95


def test_bootstrap_pools_what_a_statistic_asks_for() -> None:
    rng = np.random.default_rng(0)
    liked, mean = rng.random(200) < 0.5, rng.random(200)
    gaps = np.array([calibration_gaps(liked[i : i + 20], mean[i : i + 20]) for i in range(0, 200, 20)])
    pooled = bootstrap(gaps, rng, statistic=pooled_calibration_error)
    assert pooled.mean == pytest.approx(expected_calibration_error(liked, mean))
    assert pooled.low < pooled.mean < pooled.high
