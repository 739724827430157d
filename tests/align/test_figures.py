import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_1samp

from palate.align.figures import Gain, distinct, gains_of, interval_of, within_sd
from palate.align.verdict import judge_model

KEPT = {"length": 40.0, "distinct2": 0.8, "perplexity": 12.0}
SURE, UNSURE, FLAT = Gain(0.4, 0.2, 0.6), Gain(0.2, -0.1, 0.5), Gain(0.0, -0.01, 0.01)


@given(seed=st.integers(0, 99), shift=st.floats(-2, 2), scale=st.floats(0.1, 9))
def test_a_shift_is_measured_in_sds_within_a_prompt_whatever_the_unit(
    seed: int, shift: float, scale: float
) -> None:
    rng = np.random.default_rng(seed)
    before = rng.normal(size=(30, 6)) + 10 * rng.normal(size=(30, 1))
    gains = gains_of(scale * (before + shift), scale * before)
    np.testing.assert_allclose(gains, shift / within_sd(before), rtol=1e-6, atol=1e-9)


def test_the_interval_is_students() -> None:
    gains = np.random.default_rng(3).normal(0.2, 1, 25)
    theirs = ttest_1samp(gains, 0).confidence_interval(0.95)
    assert interval_of(gains)[1:] == pytest.approx((theirs.low, theirs.high))


def test_repeating_texts_are_less_distinct() -> None:
    assert distinct(["a b c d"]) == 1.0 > distinct(["a b a b a b"])
    assert distinct([""]) == 1.0


def test_a_gain_beyond_noise_that_costs_nothing_is_kept() -> None:
    verdict = judge_model({"judges": SURE, "reward": SURE}, FLAT, KEPT, KEPT)
    assert verdict.kept
    assert "+0.40 sd" in verdict.reason


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"length": 60.0}, "mean length went from 40 to 60"),
        ({"length": 25.0}, "mean length went from 40 to 25"),
        ({"distinct2": 0.7}, "distinct-2 fell"),
        ({"perplexity": 16.0}, "perplexity under the base rose"),
    ],
)
def test_what_is_lost_outweighs_any_gain(change: dict[str, float], told: str) -> None:
    verdict = judge_model({"judges": SURE, "reward": SURE}, FLAT, KEPT, {**KEPT, **change})
    assert (verdict.kept, told in verdict.reason) == (False, True)


NAN = float("nan")
UNKNOWN = Gain(NAN, NAN, NAN)


@pytest.mark.parametrize(
    ("judges", "faithful", "change"),
    [
        (UNKNOWN, FLAT, {}),
        (Gain(NAN, 0.1, 0.2), FLAT, {}),
        (SURE, UNKNOWN, {}),
        (SURE, FLAT, {"length": NAN}),
        (SURE, FLAT, {"distinct2": NAN}),
        (SURE, FLAT, {"perplexity": NAN}),
    ],
)
def test_a_figure_that_is_no_number_keeps_nothing(
    judges: Gain, faithful: Gain, change: dict[str, float]
) -> None:
    assert not judge_model({"judges": judges, "reward": SURE}, faithful, KEPT, {**KEPT, **change}).kept


def test_noise_and_drifting_from_the_prompt_are_not_kept() -> None:
    assert not judge_model({"judges": UNSURE, "reward": SURE}, FLAT, KEPT, KEPT).kept
    drifted = Gain(-0.05, -0.07, -0.03)
    assert not judge_model({"judges": SURE, "reward": SURE}, drifted, KEPT, KEPT).kept
