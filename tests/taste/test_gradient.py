"""GradientTaste against river's and a plain reading of the paper."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from sklearn.linear_model import LogisticRegression

from palate.features import Background, Features
from palate.taste.gradient import GradientTaste


def sigmoid(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))


def ftrl(
    rows: list[dict[str, float]],
    targets: list[float],
    weights: list[float],
    alpha: float,
    start: dict[str, float],
) -> dict[str, float]:
    """Algorithm 1 of McMahan et al. (2013), in its own letters, with lambda_1 = 0, beta = lambda_2 = 1, on
    shifted weights.
    """
    z: dict[str, float] = {}
    n: dict[str, float] = {}

    def w(i: str) -> float:
        return -z.get(i, 0.0) / ((1 + math.sqrt(n.get(i, 0.0))) / alpha + 1)

    for row, target, weight in zip(rows, targets, weights, strict=True):
        p = sigmoid(sum(x * w(i) for i, x in row.items()) + start[str(id(row))])
        steps = {i: weight * (p - target) * x for i, x in row.items()}
        before = {i: w(i) for i in row}
        for i, g in steps.items():
            sigma = (math.sqrt(n.get(i, 0.0) + g * g) - math.sqrt(n.get(i, 0.0))) / alpha
            z[i] = z.get(i, 0.0) + g - sigma * before[i]
            n[i] = n.get(i, 0.0) + g * g
    return {i: w(i) for i in z}


def draw(seed: int, n: int) -> tuple[Features, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    sparse = rng.normal(size=(n, 5)) * (rng.random((n, 5)) < 0.5)
    features = Features(
        {"semantic": rng.normal(size=(n, 3)), "keyword": csr_array(sparse), "crowd": rng.normal(size=(n, 2))}
    )
    return features, rng.choice([1.0, -1.0, 0.4], n), rng.uniform(0.2, 2, n)


@given(seed=st.integers(0, 999), n=st.integers(0, 12), rate=st.floats(0.1, 20), bias=st.floats(0.1, 3))
def test_it_is_ftrl_on_scaled_features_from_the_prior_on(seed: int, n: int, rate: float, bias: float) -> None:
    features, likings, weights = draw(seed, n)
    prior = np.array([0.8, -0.3])
    known = Background(features[:1], features, {"crowd": prior})
    scales = {"semantic": 0.4, "keyword": 2.5}
    taste = GradientTaste(scales, rate=rate, bias=bias, balance=0.0, background=known)
    taste.learn(features, likings, weights)
    rows, start = [], {}
    for text in range(n):
        row = {"intercept": math.sqrt(bias)}
        for name, scale in scales.items():
            block = features.blocks[name]
            dense = block.toarray() if isinstance(block, csr_array) else block
            row |= {
                f"{name} {column}": math.sqrt(scale) * float(x) for column, x in enumerate(dense[text]) if x
            }
        rows.append(row)
        start[str(id(row))] = float(features.blocks["crowd"][text] @ prior)
    learned = ftrl(rows, ((1 + likings) / 2).tolist(), weights.tolist(), rate, start)
    base, found = taste.explain()
    assert base == pytest.approx(math.sqrt(bias) * learned.get("intercept", 0.0))
    np.testing.assert_allclose(found["crowd"], prior)
    for name, scale in scales.items() if n else ():
        expected = [
            math.sqrt(scale) * learned.get(f"{name} {column}", 0.0) for column in range(len(found[name]))
        ]
        np.testing.assert_allclose(found[name], expected, atol=1e-9)


def test_many_judgements_lead_to_the_logistic_regression_of_sklearn() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(8000, 3))
    likings = np.where(rng.random(8000) < 1 / (1 + np.exp(-(rows @ [1.0, -2.0, 0.5] - 1))), 1.0, -1.0)
    taste = GradientTaste({"x": 1.0}, rate=0.5, balance=0.0)
    taste.learn(Features({"x": rows}), likings, np.ones(8000))
    exact = LogisticRegression(C=1.0).fit(rows, likings)
    base, weights = taste.explain()
    np.testing.assert_allclose(weights["x"], exact.coef_[0], atol=0.2)
    assert base == pytest.approx(exact.intercept_[0], abs=0.2)


def test_probabilities_are_honest_where_likes_are_rare() -> None:
    """Of texts that are liked one time in twenty, whatever they say, the mean value is near that."""
    rng = np.random.default_rng(1)
    texts = Features({"x": rng.normal(size=(400, 8)) / np.sqrt(8)})
    taste = GradientTaste({"x": 0.5})
    taste.learn(texts, np.where(rng.random(400) < 0.05, 1.0, -1.0), np.ones(400))
    assert taste.value(Features({"x": rng.normal(size=(300, 8)) / np.sqrt(8)}))[0].mean() == pytest.approx(
        0.05, abs=0.03
    )


@given(balance=st.floats(0, 3))
def test_balance_weighs_steps_of_dislikes_where_they_prevail(balance: float) -> None:
    """Each text has a dimension of its own, whose first AdaGrad step is g / (1 + |g|) of the rate, where g is
    half the share.
    """
    rows = np.eye(5)
    # at this rate every chance stays even
    taste = GradientTaste({"x": 1.0}, rate=1e-6, bias=1e-9, balance=balance)
    taste.learn(Features({"x": rows}), np.array([1.0, -1.0, -1.0, -1.0, -1.0]), np.ones(5))
    steps = np.abs(taste.explain()[1]["x"])
    shares = np.array([1, *(min(1, 2 / (1 + k)) ** balance for k in (1, 2, 3, 4))])
    np.testing.assert_allclose(steps / steps[0], shares / (1 + shares / 2) * 1.5, rtol=1e-4)


@given(
    liking=st.floats(-1, 1),
    weight=st.floats(0.05, 4),
    balance=st.floats(0, 3),
    rate=st.floats(0.1, 20),
    bias=st.floats(0.1, 3),
)
def test_a_first_dislike_has_the_share_of_a_whole_one_however_strong_it_is(
    liking: float, weight: float, balance: float, rate: float, bias: float
) -> None:
    """A step of FTRL from even odds, where the gradient is the liking times half the weight."""

    def step(gradient: float) -> float:
        return gradient / ((1 + abs(gradient)) / rate + 1)

    taste = GradientTaste({"x": 1.0}, rate=rate, bias=bias, balance=balance)
    taste.learn(Features({"x": np.eye(1)}), np.array([liking]), np.array([weight]))
    share = (1 / (1 + weight)) ** balance if liking < 0 else 1.0
    base, weights = taste.explain()
    assert base == pytest.approx(math.sqrt(bias) * step(math.sqrt(bias) * weight * liking / 2), abs=1e-12)
    assert np.asarray(weights["x"])[0] == pytest.approx(step(share * weight * liking / 2), abs=1e-12)


def logit_after(seed: int, n: int, liking: float, weight: float, **settings: float) -> float:
    """Of a text that is judged after n others."""
    features, likings, weights = draw(seed, n)
    text, _, _ = draw(seed + 1000, 1)
    known = Background(text, text, {"crowd": np.array([0.8, -0.3])})
    taste = GradientTaste({"semantic": 0.4, "keyword": 2.5}, background=known, **settings)
    taste.learn(features, likings, weights)
    taste.learn(text, np.array([liking]), np.array([weight]))
    base, found = taste.explain()
    return base + sum(float((text.blocks[name] @ np.asarray(found[name]))[0]) for name in found)


@given(
    seed=st.integers(0, 999),
    n=st.integers(0, 8),
    thousandths=st.lists(st.integers(-1000, 1000), min_size=2, max_size=2, unique=True),
    weight=st.floats(0.05, 4),
    rate=st.floats(0.1, 20),
    balance=st.floats(0, 3),
)
def test_whatever_was_learned_before_a_text_ends_the_higher_the_more_it_is_liked(
    seed: int, n: int, thousandths: list[int], weight: float, rate: float, balance: float
) -> None:
    low, high = (
        logit_after(seed, n, liking / 1000, weight, rate=rate, balance=balance)
        for liking in sorted(thousandths)
    )
    assert low < high


@given(seed=st.integers(0, 999), n=st.integers(1, 8))
def test_a_liking_a_trifle_below_zero_ends_where_one_a_trifle_above_ends(seed: int, n: int) -> None:
    below, above = (logit_after(seed, n, liking, 1.0, balance=2.0) for liking in (-1e-9, 1e-9))
    assert below == pytest.approx(above, abs=1e-7)


def test_sd_falls_where_it_was_taught_alone() -> None:
    taste = GradientTaste({"x": 1.0}, bias=0.01)
    texts = Features({"x": np.eye(2)})
    taste.learn(texts[[0] * 30], np.resize([1.0, -1.0], 30), np.ones(30))
    _, sd = taste.value(texts)
    assert sd[0] < 0.15 < 0.25 < sd[1]


@pytest.mark.parametrize(
    "settings", [{"scales": {}}, {"scales": {"a": 0.0}}, {"rate": 0.0}, {"bias": 0.0}, {"balance": -0.1}]
)
def test_settings_out_of_range_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        GradientTaste(**({"scales": {"a": 1.0}} | settings))  # type: ignore[arg-type]


def test_a_block_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="reads the blocks a, b; the texts have a"):
        GradientTaste({"a": 1.0, "b": 1.0}).learn(Features({"a": np.eye(1)}), np.ones(1), np.ones(1))
