import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_expit
from scipy.stats import norm

from palate.taste.calibration import calibrate

Floats = NDArray[np.float64]


def surprise(
    log_slope: float, offset: float, data: tuple[Floats, Floats, Floats], prior: tuple[float, float, float]
) -> float:
    """Minus the log posterior, up to a constant."""
    scores, likings, weights = data
    slope, spread, shift = prior
    logits = np.exp(log_slope) * scores + offset
    fit = weights @ ((1 + likings) / 2 * log_expit(logits) + (1 - likings) / 2 * log_expit(-logits))
    return float(-fit - norm.logpdf(log_slope, np.log(slope), spread) - norm.logpdf(offset, 0, shift))


@settings(max_examples=30)
@given(
    seed=st.integers(0, 9999),
    n=st.integers(0, 30),
    size=st.sampled_from([0.01, 0.3, 1.0, 3.0]),
    signs=st.sampled_from(["any", "right", "wrong"]),
    slope=st.floats(0.2, 8),
    spread=st.floats(0.3, 2),
    shift=st.floats(0.1, 1.5),
)
def test_no_other_sigmoid_is_more_probable(
    seed: int, n: int, size: float, signs: str, slope: float, spread: float, shift: float
) -> None:
    """A search by scipy from several places finds nothing better."""
    rng = np.random.default_rng(seed)
    likings, weights = rng.choice([1.0, -1.0, 0.4, -0.1], n), rng.uniform(0.01, 3, n)
    scores = size * rng.normal(size=n)
    if signs != "any":
        scores = np.abs(scores) * np.sign(likings) * (1 if signs == "right" else -1)
    found = calibrate(scores, likings, weights, slope=slope, spread=spread, shift=shift)
    data, prior = (scores, likings, weights), (slope, spread, shift)

    def objective(at: Floats) -> float:
        return surprise(at[0], at[1], data, prior)

    starts = [(np.log(slope) + step, 0.0) for step in (-2.0, 0.0, 1.0)]
    best = min(minimize(objective, start, method="BFGS").fun for start in starts)
    assert objective(np.array([np.log(found[0]), found[1]])) <= best + 1e-5


# a step on which exp(-logit) is out of all numbers
@example(scores=[0.25, 0.25, 0.25, 0.25, -39.0], liking=None, weight=1.0)
@given(
    scores=st.lists(st.floats(-40, 40), max_size=12),
    liking=st.sampled_from([-1.0, 0.0, 1.0, None]),
    weight=st.sampled_from([1e-12, 1e-3, 1.0, 100.0]),
)
def test_extremes_give_a_finite_sigmoid_that_rises(
    scores: list[float], liking: float | None, weight: float
) -> None:
    """Constant, separable, reversed and large scores, tiny and large weights."""
    array = np.array(scores)
    likings = np.sign(array) if liking is None else np.full(len(array), liking)
    slope, offset = calibrate(array, likings, np.full(len(array), weight), slope=4.0)
    assert 0 < slope < np.inf
    assert np.isfinite(offset)


def test_reversed_scores_bring_the_slope_near_zero_but_not_below() -> None:
    scores = np.linspace(-1, 1, 60)
    slope, _ = calibrate(scores, -np.sign(scores), np.ones(60), slope=4.0)
    assert 0 < slope < 0.2


def test_scores_that_tell_nothing_leave_the_offset_to_the_likings() -> None:
    zeros = np.zeros(400)
    slope, offset = calibrate(
        zeros, np.where(np.arange(400) < 300, 1.0, -1.0), np.ones(400), slope=2.5, shift=100.0
    )
    assert slope == pytest.approx(2.5)
    assert offset == pytest.approx(np.log(3), abs=1e-4)


@given(seed=st.integers(0, 999), weight=st.floats(0, 1e-9))
def test_what_weighs_nothing_changes_nothing(seed: int, weight: float) -> None:
    scores = np.random.default_rng(seed).normal(size=5)
    assert calibrate(scores, np.sign(scores), np.full(5, weight), slope=3.0) == pytest.approx(
        (3.0, 0.0), abs=1e-6
    )


@given(seed=st.integers(0, 999))
def test_liking_the_opposite_turns_the_offset_round(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores, likings, weights = rng.normal(size=9), rng.choice([-1.0, 1.0, 0.2], 9), rng.uniform(0.1, 2, 9)
    slope, offset = calibrate(scores, likings, weights, slope=2.0)
    assert calibrate(-scores, -likings, weights, slope=2.0) == pytest.approx((slope, -offset), abs=1e-6)


def test_a_nearly_flat_posterior_gives_a_finite_sigmoid() -> None:
    """Found by drawing: here the curvature is close to singular."""
    scores = np.array(
        [0.9783101465453337, 0.9666104007105674, 0.8529000838051736, 1.0663061192341021, 0.9580840893857969]
    )
    weights = np.array(
        [0.38541767489200673, 2.8455116972510903, 0.10265611244998762, 2.5978431750022994, 3.7732259066939307]
    )
    slope, offset = calibrate(scores, np.ones(5), weights, slope=1.0)
    assert 1 < slope < 100
    assert 0 < offset < 3
