"""ScaledTaste against slow loops over the judgements."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array

from palate.features import Background, Features
from palate.taste import scaled
from palate.taste.calibration import UNBALANCED_SHIFT, calibrate
from palate.taste.scaled import ScaledTaste

Floats = NDArray[np.float64]


def direction(
    rows: Floats, likings: Floats, weights: Floats, start: Floats, usual: float, trust: float, even: float
) -> Floats:
    """Scale times contrast, dimension by dimension; each judgement is split into a like and a dislike."""
    found = []
    for x, a in zip(rows.T, start, strict=True):
        means, errors, within = [], 0.0, 0.0
        for amounts in (weights * (1 + likings) / 2, weights * (1 - likings) / 2):
            total = amounts.sum()
            means.append((trust * a + amounts @ x) / (trust + total))
            errors += 1 / (trust + total)
            if total > 1e-12:
                within += amounts @ (x - amounts @ x / total) ** 2
        variance = (trust * usual + within) / (trust + weights.sum())
        squared_t = (means[0] - means[1]) ** 2 / max(variance * errors, 1e-12)
        found.append((means[0] - means[1]) * (even + squared_t) / (even + 1))
    return np.array(found)


@given(
    seed=st.integers(0, 9999),
    n=st.integers(1, 10),
    trust=st.floats(0.3, 4),
    even=st.floats(0.3, 20),
    slope=st.floats(0.5, 5),
    scales=st.fixed_dictionaries({"semantic": st.floats(0.1, 2), "keyword": st.floats(0.1, 2)}),
)
def test_it_is_the_scaled_contrast_calibrated_on_profiles_made_without_each(
    seed: int, n: int, trust: float, even: float, slope: float, scales: dict[str, float]
) -> None:
    rng = np.random.default_rng(seed)
    rows = {
        "semantic": rng.normal(size=(n, 3)),
        "keyword": rng.normal(size=(n, 4)) * (rng.random((n, 4)) < 0.6),
    }
    texts = Features({"semantic": rows["semantic"], "keyword": csr_array(rows["keyword"])})
    start = {"semantic": np.zeros(3), "keyword": np.array([0.1, 0.0, 0.3, 0.05])}
    average = Features({"semantic": start["semantic"][None], "keyword": csr_array(start["keyword"][None])})
    likings, weights = rng.choice([1.0, -1.0, 0.5, 0.0], n), rng.uniform(0.2, 2, n)
    taste = ScaledTaste(
        scales, trust=trust, even=even, slope=slope, background=Background(average, texts, {})
    )
    taste.learn(texts, likings, weights)
    left_out, expected = np.zeros(n), {}
    for name, scale in scales.items():
        energy = (trust * start[name] ** 2 + weights @ rows[name] ** 2) / (trust + weights.sum())
        settings = (start[name], float(energy @ energy / max(energy.sum(), 1e-12)), trust, even)
        expected[name] = scale * direction(rows[name], likings, weights, *settings)
        for text in range(n):
            rest = np.arange(n) != text
            alone = direction(rows[name][rest], likings[rest], weights[rest], *settings)
            left_out[text] += scale * rows[name][text] @ alone
    fitted, offset = calibrate(left_out, likings, weights, slope=slope, shift=UNBALANCED_SHIFT)
    base, found = taste.explain()
    assert base == pytest.approx(offset, abs=1e-4)
    for name in scales:
        np.testing.assert_allclose(found[name], fitted * expected[name], rtol=1e-3, atol=1e-6)


def test_calibration_goes_by_the_newest_judgements(monkeypatch: pytest.MonkeyPatch) -> None:
    """With room for all of them it is the same taste; with less, the direction stays and the slope comes from
    the newest.
    """
    rng = np.random.default_rng(0)
    texts = Features(
        {
            "x": rng.normal(size=(30, 4)),
            "y": csr_array(rng.normal(size=(30, 5)) * (rng.random((30, 5)) < 0.5)),
        }
    )
    likings = rng.choice([1.0, -1.0], 30)
    found = []
    for newest in (10, 30, 99):
        monkeypatch.setattr(scaled, "MAX_CALIBRATED", newest)
        taste = ScaledTaste({"x": 1.0, "y": 1.0})
        taste.learn(texts, likings, np.ones(30))
        found.append(taste.explain())
    assert found[1][0] == found[2][0]
    ratios = np.asarray(found[0][1]["x"]) / np.asarray(found[1][1]["x"])
    np.testing.assert_allclose(ratios, ratios[0])
    np.testing.assert_allclose(np.asarray(found[0][1]["y"]), ratios[0] * np.asarray(found[1][1]["y"]))
    assert abs(ratios[0] - 1) > 1e-6


def test_the_dimension_that_tells_likes_apart_counts_more_than_in_a_plain_profile() -> None:
    rng = np.random.default_rng(0)
    rows, likings = rng.normal(size=(40, 20)) / np.sqrt(20), np.resize([1.0, -1.0], 40)
    rows[:, 0] = 0.3 * likings + 0.05 * rng.normal(size=40)

    def share(even: float) -> float:
        taste = ScaledTaste({"x": 1.0}, even=even)
        taste.learn(Features({"x": rows}), likings, np.ones(40))
        weights = np.asarray(taste.explain()[1]["x"])
        return float(weights[0] ** 2 / (weights @ weights))

    assert share(1.0) > share(3.0) > share(np.inf)
    plain = rows[::2].sum(axis=0) / 22 - rows[1::2].sum(axis=0) / 22
    assert share(np.inf) == pytest.approx(plain[0] ** 2 / (plain @ plain))


@given(
    seed=st.integers(0, 9999),
    n=st.integers(0, 10),
    trust=st.floats(0.3, 4),
    even=st.floats(0.3, 20),
    weight=st.floats(0.05, 4),
)
def test_what_only_a_new_text_has_speaks_for_it_after_a_like_and_against_it_after_a_dislike(
    seed: int, n: int, trust: float, even: float, weight: float
) -> None:
    """Whatever was judged before. Of what others have too this is not promised, nor of the value as a whole:
    a like of a text unlike the others that were liked widens their variance, by which a dimension counts, and
    may be such a surprise to the profile made without it that calibration trusts all of them less."""
    rng = np.random.default_rng(seed)
    before = np.hstack([rng.normal(size=(n, 3)), np.zeros((n, 2))])
    new, likings, weights = rng.normal(size=(1, 5)), rng.uniform(-1, 1, n), rng.uniform(0.05, 4, n)
    for liking in (1.0, -1.0):
        taste = ScaledTaste({"x": 1.0}, trust=trust, even=even)
        taste.learn(Features({"x": before}), likings, weights)
        taste.learn(Features({"x": new}), np.array([liking]), np.array([weight]))
        assert liking * float(new[0, 3:] @ np.asarray(taste.explain()[1]["x"])[3:]) > 0


def test_sd_is_that_of_all_judgements_where_both_sides_are_as_many_and_of_few_where_one_is_missing() -> None:
    texts = Features({"x": np.zeros((60, 2))})
    both, one = ScaledTaste({"x": 1.0}, trust=1.0), ScaledTaste({"x": 1.0}, trust=1.0)
    both.learn(texts, np.resize([1.0, -1.0], 60), np.ones(60))
    one.learn(texts, np.zeros(60) + 1, np.ones(60))
    worth = []
    for taste in (both, one):
        mean, sd = taste.value(texts[:1])
        worth.append(float((mean * (1 - mean) / sd**2)[0]) - 3)
    assert worth == pytest.approx([60.0, 4 / (1 + 1 / 61) - 2])


@pytest.mark.parametrize(
    "settings", [{"scales": {}}, {"scales": {"a": 0.0}}, {"trust": 0.0}, {"even": 0.0}, {"slope": 0.0}]
)
def test_settings_out_of_range_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        ScaledTaste(**({"scales": {"a": 1.0}} | settings))  # type: ignore[arg-type]
