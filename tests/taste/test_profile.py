import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.features import Features
from palate.taste.profile import ProfileTaste


@given(
    seed=st.integers(0, 9999),
    n=st.integers(0, 12),
    half_life=st.floats(0.7, 50) | st.just(np.inf),
    sharpness=st.floats(0.1, 5),
)
def test_the_logit_is_sharpness_times_liked_mean_minus_disliked_mean(
    seed: int, n: int, half_life: float, sharpness: float
) -> None:
    """Against a slow loop over the judgements."""
    rng = np.random.default_rng(seed)
    rows, likings, weights = (
        rng.normal(size=(n, 3)),
        rng.choice([1.0, -1.0, 0.5, 0.0], n),
        rng.uniform(0.1, 2, n),
    )
    taste = ProfileTaste(block="x", half_life=half_life, sharpness=sharpness)
    taste.learn(Features({"x": rows, "y": rng.normal(size=(n, 2))}), likings, weights)
    profile, judged = np.zeros(3), 0.0
    for side in (1, -1):
        total, heft = np.zeros(3), 0.0
        for age, (row, liking, weight) in enumerate(
            zip(rows[::-1], likings[::-1], weights[::-1], strict=True)
        ):
            weight = weight / 2 ** (age / half_life)
            if liking * side > 0:
                total += weight * abs(liking) * row
                heft += weight
            judged += weight / 2 if liking == 0 else weight * (liking * side > 0)
        profile += side * total / heft if heft else 0
    new = rng.normal(size=(4, 3))
    mean, sd = taste.value(Features({"x": new}))
    np.testing.assert_allclose(taste.logits(Features({"x": new})), sharpness * new @ profile, atol=1e-9)
    np.testing.assert_allclose(sd, np.sqrt(mean * (1 - mean) / (judged + 1)), atol=1e-9)


@given(seed=st.integers(0, 999), n=st.integers(1, 8), copies=st.integers(2, 4))
def test_a_judgement_of_weight_two_is_two_judgements(seed: int, n: int, copies: int) -> None:
    rng = np.random.default_rng(seed)
    texts, likings = Features({"semantic": rng.normal(size=(n, 3))}), rng.choice([1.0, -1.0], n)
    heavy, often = ProfileTaste(), ProfileTaste()
    heavy.learn(texts, likings, np.full(n, float(copies)))
    rows = np.repeat(np.arange(n), copies)
    often.learn(texts[rows], likings[rows], np.ones(len(rows)))
    np.testing.assert_allclose(heavy.value(texts), often.value(texts), atol=1e-12)


@given(
    seed=st.integers(0, 9999),
    n=st.integers(0, 8),
    half_life=st.floats(0.7, 50) | st.just(np.inf),
    weight=st.floats(0.05, 4),
    longer=st.floats(1, 3),
)
def test_a_text_no_shorter_than_those_judged_is_worth_more_after_a_like_than_after_a_dislike(
    seed: int, n: int, half_life: float, weight: float, longer: float
) -> None:
    """A like moves the liked mean towards the text, and the text lies further its own way than any mean of
    vectors no longer than it (Cauchy-Schwarz). Of a shorter one this is not so: it may shorten the mean more
    than it turns it."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n + 1, 4))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    rows[:n] *= rng.random((n, 1))
    likings, weights = rng.choice([1.0, -1.0, 0.5, 0.0], n), rng.uniform(0.05, 4, n)
    new, values = Features({"semantic": longer * rows[n:]}), []
    for liking in (-1.0, 1.0):
        taste = ProfileTaste(half_life=half_life)
        taste.learn(Features({"semantic": rows[:n]}), likings, weights)
        taste.learn(new, np.array([liking]), np.array([weight]))
        values.append(taste.value(new)[0][0])
    assert values[0] < values[1]


def test_what_was_judged_very_long_ago_still_gives_a_number() -> None:
    taste = ProfileTaste(half_life=0.5)
    rows = np.vstack([[1.0, 0.0], np.tile([0.0, 1.0], (700, 1))])
    taste.learn(Features({"semantic": rows}), np.array([1.0, *[-1.0] * 700]), np.ones(701))
    mean, _ = taste.value(Features({"semantic": np.eye(2)}))
    assert mean[0] >= 0.5 > mean[1]


@pytest.mark.parametrize("settings", [{"half_life": 0.0}, {"half_life": -1.0}, {"sharpness": 0.0}])
def test_settings_out_of_range_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        ProfileTaste(**settings)  # type: ignore[arg-type]
