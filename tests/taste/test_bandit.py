"""BanditTaste against ridge regression solved at once, and its choices against what is drawn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from sklearn.linear_model import Ridge

from palate.features import Background, Features
from palate.parts import Matrix, Vector
from palate.taste.bandit import BanditTaste
from palate.taste.calibration import UNBALANCED_SHIFT, calibrate


class Case:
    """A drawn log, drawn settings, and the belief they should give, solved at once."""

    def __init__(self, seed: int, n: int) -> None:
        rng = np.random.default_rng(seed)
        self.rng = rng
        self.scales = {"semantic": float(rng.uniform(0.2, 2)), "topic": float(rng.uniform(0.2, 2))}
        self.noise, self.bias, self.slope = (float(x) for x in rng.uniform(0.3, 3, 3))
        self.texts = Features({"semantic": rng.normal(size=(n, 3)), "topic": rng.normal(size=(n, 2))})
        self.prior = rng.normal(size=2)
        self.likings, self.weights = rng.choice([1.0, -1.0, 0.3], n), rng.uniform(0.2, 2, n)
        self.precision = np.eye(6) + (self.rows(self.texts).T * self.weights / self.noise) @ self.rows(
            self.texts
        )
        self.rewards = self.likings - self.expected(self.texts)

    def rows(self, texts: Features) -> Matrix:
        blocks = [np.sqrt(scale) * np.asarray(texts.blocks[name]) for name, scale in self.scales.items()]
        return np.hstack([*blocks, np.full((len(texts), 1), np.sqrt(self.bias))])

    def expected(self, texts: Features) -> Vector:
        found: Vector = np.asarray(texts.blocks["topic"]) @ self.prior / self.slope
        return found

    def taste(self) -> BanditTaste:
        known = Background(self.texts, self.texts, {"topic": self.prior})
        return BanditTaste(self.scales, noise=self.noise, bias=self.bias, slope=self.slope, background=known)

    def taught(self) -> BanditTaste:
        taste = self.taste()
        taste.learn(self.texts, self.likings, self.weights)
        return taste


cases = st.builds(Case, st.integers(0, 9999), st.integers(0, 12))


@given(case=cases)
def test_optimism_is_the_mean_of_ridge_regression_plus_alpha_sd(case: Case) -> None:
    new = Features({"semantic": case.rng.normal(size=(4, 3)), "topic": case.rng.normal(size=(4, 2))})
    rows, mean = case.rows(new), case.expected(new)
    if len(case.likings):
        ridge = Ridge(alpha=case.noise, fit_intercept=False)
        ridge.fit(case.rows(case.texts), case.rewards, sample_weight=case.weights)
        mean = mean + ridge.predict(rows)
    sd = np.sqrt(np.einsum("nd,nd->n", rows, np.linalg.solve(case.precision, rows.T).T))
    for alpha in (0.0, 0.7, 2.0):
        np.testing.assert_allclose(case.taught().optimistic(new, alpha=alpha), mean + alpha * sd, atol=1e-8)


@given(seed=st.integers(0, 999), n=st.integers(1, 8))
def test_log_odds_are_calibrated_on_rewards_expected_by_ridge_regression_without_each(
    seed: int, n: int
) -> None:
    case = Case(seed, n)
    rows, left_out = case.rows(case.texts), case.expected(case.texts)
    for text in range(n):
        rest = np.arange(n) != text
        if rest.any():
            ridge = Ridge(alpha=case.noise, fit_intercept=False)
            ridge.fit(rows[rest], case.rewards[rest], sample_weight=case.weights[rest])
            left_out[text] += ridge.predict(rows[[text]])[0]
    slope, offset = calibrate(left_out, case.likings, case.weights, slope=case.slope, shift=UNBALANCED_SHIFT)
    taste = case.taught()
    np.testing.assert_allclose(
        taste.logits(case.texts), slope * taste.optimistic(case.texts, alpha=0.0) + offset, atol=1e-3
    )


@given(case=cases)
def test_the_belief_does_not_depend_on_the_order_in_which_rewards_come(case: Case) -> None:
    order = case.rng.permutation(len(case.likings))
    late = case.taste()
    late.learn(case.texts[order], case.likings[order], case.weights[order])
    for one, other in zip(late.value(case.texts), case.taught().value(case.texts), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


@given(seed=st.integers(0, 999), first=st.floats(0.2, 2), second=st.floats(0.2, 2))
def test_a_reward_in_two_parts_is_their_mean_with_the_weight_of_both(
    seed: int, first: float, second: float
) -> None:
    case = Case(seed, 3)
    parts, whole = case.taught(), case.taught()
    text = case.texts[:1]
    parts.learn(text, np.array([1.0]), np.array([first]))
    parts.learn(text, np.array([-0.5]), np.array([second]))
    whole.learn(text, np.array([(first - 0.5 * second) / (first + second)]), np.array([first + second]))
    for alpha in (0.0, 1.0):
        one, other = (taste.optimistic(case.texts, alpha=alpha) for taste in (parts, whole))
        np.testing.assert_allclose(one, other, atol=1e-9)


@given(case=cases, likings=st.lists(st.floats(-1, 1), min_size=2, max_size=2), weight=st.floats(0.05, 4))
def test_the_expected_reward_of_a_text_rises_with_its_liking_by_the_gain_of_the_judgement(
    case: Case, likings: list[float], weight: float
) -> None:
    """Whatever came before: by the share of its variance that the judgement explains, times the liking."""
    text = Features({"semantic": case.rng.normal(size=(1, 3)), "topic": case.rng.normal(size=(1, 2))})
    ends = []
    for liking in likings:
        taste = case.taught()
        taste.learn(text, np.array([liking]), np.array([weight]))
        ends.append(taste.optimistic(text, alpha=0.0)[0])
    row = case.rows(text)[0]
    variance = row @ np.linalg.solve(case.precision, row)
    gain = variance / (variance + case.noise / weight)
    assert ends[1] - ends[0] == pytest.approx(gain * (likings[1] - likings[0]), abs=1e-8)


def test_a_like_of_a_text_between_a_liked_and_a_disliked_one_may_end_below_a_dislike_of_it() -> None:
    """Calibration is fitted to all judgements at once, so that the expected reward rises, and its value need
    not.
    """
    angles = np.radians([0.0, 60.0, 30.0])
    texts = Features({"x": np.stack([np.cos(angles), np.sin(angles)], axis=1)})
    values, rewards = [], []
    for liking in (-1.0, 1.0):
        taste = BanditTaste({"x": 3.0}, noise=0.3, bias=0.01, slope=2.5)
        taste.learn(texts, np.array([1.0, -1.0, liking]), np.array([4.0, 4.0, 1.0]))
        values.append(taste.value(texts)[0][2])
        rewards.append(taste.optimistic(texts, alpha=0.0)[2])
    assert rewards[0] < 0 < rewards[1]
    assert values[1] < 0.45 < 0.55 < values[0]


@settings(max_examples=5)
@given(seed=st.integers(0, 99))
def test_samples_are_spread_as_the_belief_is(seed: int) -> None:
    case = Case(seed, 5)
    taste, rows = case.taught(), case.rows(case.texts)
    drawn = np.stack([taste.sample(case.texts, case.rng) for _ in range(1500)])
    spread = rows @ np.linalg.solve(case.precision, rows.T)
    sd = np.sqrt(np.diag(spread))
    assert (np.abs(drawn.mean(axis=0) - taste.optimistic(case.texts, alpha=0.0)) < 0.15 * sd + 1e-9).all()
    np.testing.assert_allclose(np.cov(drawn.T) / np.outer(sd, sd), spread / np.outer(sd, sd), atol=0.25)


def test_optimism_and_lot_try_what_nobody_showed() -> None:
    """Where one text was liked a little, optimism would rather show what is like nothing that was shown."""
    taste = BanditTaste({"x": 1.0}, bias=0.01)
    texts = Features({"x": np.eye(2)})
    taste.learn(texts[[0] * 20], np.full(20, 0.1), np.ones(20))
    known, unknown = taste.optimistic(texts, alpha=1.0)
    assert known < unknown
    assert taste.optimistic(texts, alpha=0.0)[0] > taste.optimistic(texts, alpha=0.0)[1]
    rng = np.random.default_rng(0)
    tried = [int(taste.sample(texts, rng).argmax()) for _ in range(50)]
    assert 5 < sum(tried) < 45


def test_a_sparse_block_is_refused() -> None:
    texts = Features({"keyword": csr_array(np.eye(2))})
    with pytest.raises(ValueError, match="keyword is sparse"):
        BanditTaste({"keyword": 1.0}).learn(texts, np.ones(2), np.ones(2))


@pytest.mark.parametrize(
    "changed", [{"scales": {}}, {"scales": {"a": 0.0}}, {"noise": 0.0}, {"bias": 0.0}, {"slope": 0.0}]
)
def test_settings_out_of_range_are_refused(changed: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        BanditTaste(**({"scales": {"a": 1.0}} | changed))  # type: ignore[arg-type]
