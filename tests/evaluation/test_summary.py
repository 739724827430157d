import numpy as np
import pytest

from palate.evaluation.metrics import pooled_calibration_error
from palate.evaluation.result_row import Metric
from palate.evaluation.summary import Measurements, Statistic, plain_mean, rows_over_readers

N = 40
GOODNESS = np.random.default_rng(0).normal(0, 0.2, N)  # readers differ far more than systems do
STATISTICS: dict[Metric, Statistic] = {"auc": plain_mean, "ece": pooled_calibration_error}


def readers(offset: float, absent: tuple[int, ...] = ()) -> list[Measurements]:
    noise = np.random.default_rng(1).normal(0, 0.01, N)
    return [
        []
        if index in absent
        else [(5, "auc", [0.5 + GOODNESS[index] + offset + noise[index] * (offset != 0)])]
        for index in range(N)
    ]


def test_a_paired_difference_is_far_surer_than_the_two_figures() -> None:
    palate, other = rows_over_readers(
        "ratings", "made", {"palate": readers(0.02), "other": readers(0)}, [5], STATISTICS, seed=0
    )
    assert palate.palate_minus is None
    assert other.low < palate.mean < other.high
    assert other.palate_minus is not None
    assert other.palate_minus.mean == pytest.approx(palate.mean - other.mean)
    assert 0 < other.palate_minus.low < 0.02 < other.palate_minus.high < 0.03


def test_a_difference_is_over_the_readers_that_both_have() -> None:
    measured = {"palate": readers(0.02, absent=(0, 1)), "other": readers(0, absent=(1, 2, 3))}
    palate, other = rows_over_readers("ratings", "made", measured, [5], STATISTICS, seed=0)
    assert other.palate_minus is not None
    assert (palate.n, other.n, other.palate_minus.n) == (N - 2, N - 3, N - 4)


def test_a_difference_of_pooled_figures_is_that_of_the_pools() -> None:
    rng = np.random.default_rng(3)
    gaps = rng.normal(0, 1, (2, N, 4))
    gaps[..., -1] = 20  # counts
    measured: dict[str, list[Measurements]] = {
        name: [[(0, "ece", row.tolist())] for row in rows]
        for name, rows in zip(("other", "palate"), gaps, strict=True)
    }
    other, palate = rows_over_readers("ratings", "made", measured, [0], STATISTICS, seed=0)
    assert other.mean == pytest.approx(np.abs(gaps[0, :, :-1].sum(axis=0)).sum() / (20 * N))
    assert other.palate_minus is not None
    assert other.palate_minus.mean == pytest.approx(palate.mean - other.mean)


def test_without_palate_there_is_no_difference_and_without_readers_no_row() -> None:
    (row,) = rows_over_readers(
        "library", "made", {"other": readers(0), "none": [[], []]}, [1, 5], STATISTICS, seed=0
    )
    assert (row.protocol, row.system, row.k, row.palate_minus) == ("library", "other", 5, None)
