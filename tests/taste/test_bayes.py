"""BayesTaste against the same belief written in the primal: one weight for each feature, solved densely."""

from copy import copy
from functools import cached_property

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.linear_model import Ridge

from palate.features import Features
from palate.parts import Vector
from palate.taste.bayes import BayesTaste
from palate.taste.calibration import calibrate
from palate.taste.choose import make_taste

Floats = NDArray[np.float64]
DIMS, TERMS = 4, 7


class Case:
    """A drawn log, settings, and the primal form of the belief they should give."""

    def __init__(self, seed: int, n: int, balance: float) -> None:
        rng = np.random.default_rng(seed)
        self.rng = rng
        self.scales = dict(zip(("semantic", "keyword"), rng.uniform(0.1, 3, 2).tolist(), strict=True))
        self.noise, self.bias, self.slope = (float(x) for x in rng.uniform(0.1, 2, 3))
        self.balance, self.dislike = balance, float(rng.uniform(0.1, 2))
        self.dense = rng.normal(size=(n, DIMS))
        self.sparse = rng.normal(size=(n, TERMS)) * (rng.random((n, TERMS)) < 0.4)
        self.likings = rng.choice([-1.0, 1.0, 0.5, -0.25], n)
        self.weights = rng.uniform(0.2, 3, n)

    @cached_property
    def taste(self) -> BayesTaste:
        taste = self.new()
        taste.learn(self.features, self.likings, self.weights)
        return taste

    def new(self, max_judgements: int = 512) -> BayesTaste:
        return BayesTaste(
            self.scales,
            noise=self.noise,
            bias=self.bias,
            dislike=self.dislike,
            balance=self.balance,
            slope=self.slope,
            max_judgements=max_judgements,
        )

    @property
    def features(self) -> Features:
        return Features({"semantic": self.dense, "keyword": csr_array(self.sparse)})

    def of(self, rows: NDArray[np.int64]) -> "Case":
        """The same with some of the judgements alone."""
        part = copy(self)
        part.dense, part.sparse = self.dense[rows], self.sparse[rows]
        part.likings, part.weights = self.likings[rows], self.weights[rows]
        return part

    def design(self, dense: Floats, sparse: Floats) -> Floats:
        """Features scaled so that every weight has the prior N(0, 1), and a constant one for the
        intercept.
        """
        constant = np.full((len(dense), 1), np.sqrt(self.bias))
        return np.hstack(
            [np.sqrt(self.scales["semantic"]) * dense, np.sqrt(self.scales["keyword"]) * sparse, constant]
        )

    @property
    def precisions(self) -> Floats:
        """Of each judgement: its weight over the noise; a dislike counts less, and less again where dislikes
        outweigh likes.
        """
        liked = self.likings > 0
        likes, dislikes = self.weights[liked].sum(), self.weights[~liked].sum()
        fewer = min(1.0, (likes + 1) / dislikes) if dislikes else 1.0
        factor = [1.0 if liking > 0 else self.dislike * fewer**self.balance for liking in self.likings]
        return np.asarray(self.weights * np.array(factor) / self.noise)

    def solve(self, keep: NDArray[np.int64]) -> Floats:
        """Posterior mean of the weights, by scikit-learn."""
        ridge = Ridge(alpha=1.0, fit_intercept=False, solver="cholesky")
        ridge.fit(
            self.design(self.dense, self.sparse)[keep],
            self.likings[keep],
            sample_weight=self.precisions[keep],
        )
        return np.asarray(ridge.coef_, dtype=np.float64)


cases = given(seed=st.integers(0, 9999), n=st.integers(2, 20), balance=st.sampled_from([0.0, 0.7, 2.0]))


@cases
def test_weights_are_those_of_ridge_regression_times_one_slope(seed: int, n: int, balance: float) -> None:
    case = Case(seed, n, balance)
    _, weights = case.taste.explain()
    ridge = case.solve(np.arange(n))
    expected = {
        "semantic": np.sqrt(case.scales["semantic"]) * ridge[:DIMS],
        "keyword": np.sqrt(case.scales["keyword"]) * ridge[DIMS:-1],
    }
    slope = np.linalg.norm(weights["semantic"]) / np.linalg.norm(expected["semantic"])
    for name in expected:
        np.testing.assert_allclose(weights[name], slope * expected[name], rtol=1e-6, atol=1e-9)


@cases
def test_the_sigmoid_is_fitted_to_predictions_without_the_judgement_itself(
    seed: int, n: int, balance: float
) -> None:
    """Logits are those of ridge regression, read through the sigmoid that fits n refits, each without one
    judgement.
    """
    case = Case(seed, n, balance)
    design = case.design(case.dense, case.sparse)
    every = np.arange(n)
    left_out = np.array([design[i] @ case.solve(np.delete(every, i)) for i in every])
    slope, offset = calibrate(left_out, case.likings, case.weights, slope=case.slope)
    dense, sparse = case.rng.normal(size=(5, DIMS)), case.rng.normal(size=(5, TERMS))
    new = Features({"semantic": dense, "keyword": csr_array(sparse)})
    expected = slope * (case.design(dense, sparse) @ case.solve(every)) + offset
    mean, _ = case.taste.value(new)
    np.testing.assert_allclose(np.log(mean / (1 - mean)), expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(case.taste.logits(new), expected, rtol=1e-3, atol=1e-3)


@cases
def test_sd_is_that_of_as_many_coin_flips_as_the_belief_is_worth(seed: int, n: int, balance: float) -> None:
    """Prior and posterior variance, from the dense covariance, tell how many judgements of this very text the
    belief is worth.
    """
    case = Case(seed, n, balance)
    design = case.design(case.dense, case.sparse)
    covariance = np.linalg.inv(np.eye(design.shape[1]) + design.T @ (design * case.precisions[:, None]))
    dense, sparse = (
        case.rng.normal(size=(5, DIMS)),
        case.rng.normal(size=(5, TERMS)) * (case.rng.random((5, TERMS)) < 0.5),
    )
    rows = case.design(dense, sparse)
    posterior, prior = np.einsum("nd,de,ne->n", rows, covariance, rows), (rows**2).sum(axis=1)
    mean, sd = case.taste.value(Features({"semantic": dense, "keyword": csr_array(sparse)}))
    judgements = case.noise * (1 / posterior - 1 / prior)
    np.testing.assert_allclose(sd**2, mean * (1 - mean) / (judgements + 3), rtol=1e-6)


@given(k=st.integers(1, 30), noise=st.floats(0.1, 3))
def test_k_judgements_of_one_text_are_worth_k(k: int, noise: float) -> None:
    """With noise as the measure, a text judged k times has the sd of k judgements, as the docstring says."""
    text = Features({"semantic": np.array([[0.6, 0.8]])})
    taste = BayesTaste({"semantic": 1.0}, noise=noise, balance=0.0, dislike=1.0)
    taste.learn(text[[0] * k], np.where(np.arange(k) % 2, 1.0, -1.0), np.ones(k))
    mean, sd = taste.value(text)
    assert sd[0] == pytest.approx(np.sqrt(mean[0] * (1 - mean[0]) / (k + 3)), rel=1e-6)


@given(
    seed=st.integers(0, 999),
    n=st.integers(1, 10),
    copies=st.integers(2, 4),
    balance=st.sampled_from([0.0, 1.0, 2.0]),
)
def test_a_judgement_of_weight_two_says_what_two_judgements_say(
    seed: int, n: int, copies: int, balance: float
) -> None:
    """Weights point the same way and are worth the same; calibration, which leaves out one twin of two, may
    differ.
    """
    case = Case(seed, n, balance)
    case.likings[0] = 1.0
    heavy, often = case.new(), case.new()
    heavy.learn(case.features, case.likings, np.full(n, float(copies)))
    rows = np.repeat(np.arange(n), copies)
    often.learn(case.features[rows], case.likings[rows], np.ones(n * copies))
    one, other = (np.concatenate([*taste.explain()[1].values()]) for taste in (heavy, often))
    np.testing.assert_allclose(one / np.linalg.norm(one), other / np.linalg.norm(other), atol=1e-7)
    (mean, sd), (mean_often, sd_often) = heavy.value(case.features), often.value(case.features)
    np.testing.assert_allclose(
        sd**2 / (mean * (1 - mean)), sd_often**2 / (mean_often * (1 - mean_often)), rtol=1e-6
    )


@given(seed=st.integers(0, 999), m=st.integers(2, 12), more=st.integers(1, 3))
def test_beyond_max_judgements_the_oldest_of_the_larger_side_settle(seed: int, m: int, more: int) -> None:
    """In the primal: what each of them gave the weights stays, and what the others and all that come later
    ask for is found around it."""
    more = min(more, m // 2)  # so that there is no second time
    case = Case(seed, m + more, 2.0)
    taste = case.new(m)
    taste.learn(case.features, case.likings, case.weights)

    first, held = case.of(np.arange(m)), list[int]()
    for row in range(m):
        held.append(row)
        if len(held) > (m + 1) // 2:
            liked, others = ([i for i in held if (case.likings[i] > 0) == side] for side in (True, False))
            held.remove((liked if len(liked) > len(others) else others)[0])
    residuals = first.likings - first.design(first.dense, first.sparse) @ first.solve(np.arange(m))
    gave = first.design(first.dense, first.sparse) * (first.precisions * residuals)[:, None]
    start = np.delete(gave, held, axis=0).sum(axis=0)

    kept = case.of(np.array([*held, *range(m, m + more)]))
    said = kept.likings
    kept.likings = said - kept.design(kept.dense, kept.sparse) @ start
    ridge = start + solve(kept, said, np.arange(len(said)))
    expected = [
        np.sqrt(case.scales["semantic"]) * ridge[:DIMS],
        np.sqrt(case.scales["keyword"]) * ridge[DIMS:-1],
    ]
    told = np.concatenate([np.asarray(taste.explain()[1][name]) for name in ("semantic", "keyword")])
    slope = np.linalg.norm(told) / np.linalg.norm(np.concatenate(expected))
    np.testing.assert_allclose(told, slope * np.concatenate(expected), rtol=1e-6, atol=1e-9)
    assert taste.dropped == 0


def test_one_like_separates_what_is_like_it_from_the_rest() -> None:
    taste = BayesTaste({"semantic": 1.0})
    taste.learn(Features({"semantic": np.array([[1.0, 0.0]])}), np.ones(1), np.ones(1))
    mean, sd = taste.value(Features({"semantic": np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]])}))
    assert mean[0] > mean[1] > mean[2]
    assert sd[0] < sd[1]


def liked_alone(likes: int) -> tuple[Vector, Vector]:
    """Mean and sd of a text like those liked and of one unlike them, by the taste that readers are served."""
    rng = np.random.default_rng(0)
    rows = np.vstack([[1, 0, 0, 0], [0, 1, 0, 0], [1, 0, 0, 0] + 0.3 * rng.normal(size=(likes, DIMS))])
    texts = Features({"semantic": rows, "keyword": csr_array((likes + 2, TERMS))})
    taste = make_taste("bayes")
    taste.learn(texts[2:], np.ones(likes), np.ones(likes))
    return taste.value(texts[:2])


def test_likes_alone_separate_this_from_everything() -> None:
    gaps = [mean[0] - mean[1] for mean, _ in map(liked_alone, (1, 4, 16, 64))]
    assert 0.05 < gaps[0] < gaps[1]
    assert min(gaps[1:]) > 0.3


def test_likes_alone_make_surer_of_what_is_liked() -> None:
    ratios = [sd[0] / np.sqrt(mean[0] * (1 - mean[0])) for mean, sd in map(liked_alone, (0, 1, 4, 16, 64))]
    assert ratios == sorted(ratios, reverse=True)


@pytest.mark.parametrize(
    "settings",
    [
        {"scales": {}},
        {"scales": {"a": 0.0}},
        {"scales": {"a": 1.0, "b": -1.0}},
        {"noise": 0.0},
        {"bias": 0.0},
        {"bias": -1.0},
        {"dislike": 0.0},
        {"slope": 0.0},
        {"spread": 0.0},
        {"balance": -0.1},
        {"max_judgements": 1},
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        BayesTaste(**({"scales": {"a": 1.0}} | settings))  # type: ignore[arg-type]


def test_likes_alone_do_not_make_the_average_text_liked() -> None:
    """Nobody likes everything: with a background, many likes without a dislike leave the average text below
    even odds or near.
    """
    rng = np.random.default_rng(4)
    rows = rng.normal(size=(30, 6)) + np.array([2.0, 0, 0, 0, 0, 0])
    background = Features({"semantic": np.zeros((1, 6))})
    with_it = BayesTaste({"semantic": 1.0}, background=background)
    without = BayesTaste({"semantic": 1.0})
    for taste in (with_it, without):
        taste.learn(Features({"semantic": rows}), np.ones(30), np.ones(30))
    assert with_it.value(background)[0][0] < min(0.5, without.value(background)[0][0])


@cases
def test_a_prior_is_where_the_belief_starts(seed: int, n: int, balance: float) -> None:
    """Learning from a prior is learning what each liking is apart from the prior's, and adding the prior
    back; the sigmoid is fitted to the sum."""
    case = Case(seed, n, balance)
    prior = {"semantic": case.rng.normal(size=DIMS), "other": case.rng.normal(size=2)}
    beside = case.rng.normal(size=(n, 2))
    texts = Features({**case.features.blocks, "other": beside})
    chosen = {
        "noise": case.noise,
        "bias": case.bias,
        "dislike": case.dislike,
        "balance": balance,
        "slope": case.slope,
    }
    taste = BayesTaste(case.scales, **chosen, prior=prior, spread=0.4)  # type: ignore[arg-type]
    before = case.dense @ prior["semantic"] + beside @ prior["other"]
    np.testing.assert_allclose(taste.logits(texts), before, rtol=1e-3, atol=1e-3)
    taste.learn(texts, case.likings, case.weights)

    design, said, every = case.design(case.dense, case.sparse), case.likings, np.arange(n)
    case.likings = said - before / case.slope
    left_out = np.array(
        [before[i] / case.slope + design[i] @ solve(case, said, np.delete(every, i)) for i in every]
    )
    slope, offset = calibrate(left_out, said, case.weights, slope=case.slope, spread=0.4)
    expected = slope * (before / case.slope + design @ solve(case, said, every)) + offset
    mean, _ = taste.value(texts)
    np.testing.assert_allclose(np.log(mean / (1 - mean)), expected, rtol=1e-5, atol=1e-6)
    base, weights = taste.explain()
    total = (
        base + case.dense @ weights["semantic"] + case.sparse @ weights["keyword"] + beside @ weights["other"]
    )
    np.testing.assert_allclose(total, expected, rtol=1e-5, atol=1e-6)


def solve(case: Case, said: Floats, keep: NDArray[np.int64]) -> Floats:
    """Posterior mean of the weights with precisions by what was said and targets by what case.likings
    holds.
    """
    targets = case.likings
    case.likings = said
    precisions = case.precisions[keep]
    case.likings = targets
    ridge = Ridge(alpha=1.0, fit_intercept=False, solver="cholesky")
    ridge.fit(case.design(case.dense, case.sparse)[keep], targets[keep], sample_weight=precisions)
    return np.asarray(ridge.coef_, dtype=np.float64)


def test_the_prior_comes_back_when_all_is_forgotten() -> None:
    texts = Features({"semantic": np.eye(2)})
    taste = BayesTaste({"semantic": 1.0}, prior={"semantic": np.array([1.0, -2.0])})
    taste.learn(texts, np.array([-1.0, 1.0]), np.ones(2))
    assert taste.logits(texts)[0] < 1
    taste.forget()
    np.testing.assert_allclose(taste.logits(texts), [1.0, -2.0])
