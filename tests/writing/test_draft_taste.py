import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import log_expit

from palate.writing.draft_taste import Comparison, DraftTaste, comparisons_of, posterior
from palate.writing.drafts import information

SHORT = [f"It {verb}. So it is. Good." for verb in ("works", "fails", "runs", "stops", "grows", "sinks")]
LONG = [
    f"It is, on the whole and as far as anybody is able to tell, something that perhaps {verb} at length"
    for verb in ("works", "fails", "runs", "stops", "grows", "sinks")
]


@given(seed=st.integers(0, 200), prior=st.floats(0.1, 5))
def test_the_posterior_is_the_mode_and_the_inverse_curvature(seed: int, prior: float) -> None:
    """Against a general optimiser and a numerical second derivative."""
    rng = np.random.default_rng(seed)
    x, shares, weights = rng.normal(size=(9, 3)), rng.choice([0.5, 1.0], 9), rng.uniform(0.2, 2, 9)
    centre, variance = rng.normal(size=3), np.full(3, prior)

    def loss(w: np.ndarray) -> float:
        z = x @ w
        fit = -(weights * (shares * log_expit(z) + (1 - shares) * log_expit(-z))).sum()
        return float(fit + ((w - centre) ** 2 / variance).sum() / 2)

    mean, covariance = posterior(x, shares, weights, centre, variance)
    best = minimize(loss, np.zeros(3), tol=1e-10)
    assert loss(mean) <= best.fun + 1e-7
    np.testing.assert_allclose(mean, best.x, atol=1e-3)
    h = 1e-3
    curvature = np.empty((3, 3))
    for i, j in np.ndindex(3, 3):
        a, b = np.eye(3)[i] * h, np.eye(3)[j] * h
        curvature[i, j] = (
            loss(mean + a + b) - loss(mean + a - b) - loss(mean - a + b) + loss(mean - a - b)
        ) / (4 * h * h)
    np.testing.assert_allclose(covariance @ curvature, np.eye(3), atol=1e-2)


def test_a_preference_for_a_style_is_learned_whatever_the_topic_taste_says() -> None:
    drafts = [*SHORT[:4], *LONG[:4]]
    topic = np.array([-1.0] * 4 + [1.0] * 4)
    flat = np.zeros((8, 2))
    taste = DraftTaste(drafts, topic, flat, [Comparison(i, 4 + i, 1.0, 1.0) for i in range(4)] * 4)
    new = [*SHORT[4:], *LONG[4:]]
    utility, variance = taste.value(new, np.array([-1.0, -1, 1, 1]), flat[:4])
    assert utility[:2].min() > utility[2:].max()
    assert (variance > 0).all()


def test_more_comparisons_leave_less_doubt() -> None:
    drafts, flat = [SHORT[0], LONG[0]], np.zeros((2, 2))
    doubts = [
        DraftTaste(drafts, np.zeros(2), flat, [Comparison(0, 1, 1.0, 1.0)] * n).gap(
            drafts, np.zeros(2), flat, [(0, 1)]
        )[1][0]
        for n in (1, 4, 16)
    ]
    assert doubts[0] > doubts[1] > doubts[2]


def test_ties_pull_utilities_together() -> None:
    drafts, flat, topic = [SHORT[0], LONG[0]], np.zeros((2, 2)), np.array([2.0, -2.0])
    gaps = [
        DraftTaste(drafts, topic, flat, [Comparison(0, 1, 0.5, 1.0)] * n).gap(drafts, topic, flat, [(0, 1)])[
            0
        ][0]
        for n in (1, 10)
    ]
    assert 4 > gaps[0] > gaps[1] > 0


@given(st.lists(st.lists(st.integers(0, 99), min_size=1, max_size=3), min_size=1, max_size=4))
def test_a_ranking_weighs_as_much_as_its_drafts_less_one(groups: list[list[int]]) -> None:
    n = sum(map(len, groups))
    assert sum(one.weight for one in comparisons_of(groups)) == pytest.approx(max(n - 1, 0))
    assert {one.share for one in comparisons_of(groups)} <= {0.5, 1.0}


def test_information_equals_that_of_a_sum_over_the_belief() -> None:
    """Against numerical integration of the mutual information; the quadrature is good to 0.001 bits."""
    from scipy.special import expit
    from scipy.stats import norm

    for mean, variance in ((0.0, 0.5), (1.0, 2.0), (-2.0, 4.0)):
        f = np.linspace(-12, 12, 4001) * np.sqrt(variance) / 2 + mean
        density = norm.pdf(f, mean, np.sqrt(variance))
        density /= density.sum()
        p = expit(f)
        entropy = -(p * np.log2(p + 1e-15) + (1 - p) * np.log2(1 - p + 1e-15))
        mixed = (density * p).sum()
        whole = -(mixed * np.log2(mixed) + (1 - mixed) * np.log2(1 - mixed))
        found = information(np.array([mean]), np.array([variance]))[0]
        assert found == pytest.approx(whole - (density * entropy).sum(), abs=0.001)
