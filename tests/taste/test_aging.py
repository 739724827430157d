from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from sklearn.metrics import roc_auc_score

from palate.features import Features
from palate.taste.aging import MAX_HALF_LIVES, AgingTaste, aged, ages
from palate.taste.bayes import BayesTaste
from palate.taste.profile import ProfileTaste

BLOCKS = {"semantic": 0.4, "keyword": 0.6}


def make_texts(seed: int, n: int) -> Features:
    rng = np.random.default_rng(seed)
    sparse = rng.random((n, 9)) * (rng.random((n, 9)) < 0.4)
    return Features(
        {
            "semantic": rng.normal(size=(n, 5)).astype(np.float32),
            "keyword": csr_array(sparse.astype(np.float32)),
        }
    )


@settings(max_examples=20)
@given(seed=st.integers(0, 99), n=st.integers(1, 20), half_life=st.floats(0.3, 30))
def test_it_is_the_taste_taught_with_halved_weights(seed: int, n: int, half_life: float) -> None:
    rng = np.random.default_rng(seed)
    texts, likings, weights = (
        make_texts(seed, n),
        rng.choice([1.0, -1.0, 0.3, 0.0], n),
        rng.uniform(0.5, 2, n),
    )
    aging = AgingTaste(lambda: BayesTaste(BLOCKS), half_life)
    for row in range(n):
        aging.learn(texts[[row]], likings[[row]], weights[[row]])
    age = np.array(
        [sum((likings[later] > 0) == (likings[row] > 0) for later in range(row + 1, n)) for row in range(n)]
    )
    stays = np.flatnonzero(age < np.ceil(MAX_HALF_LIVES * half_life))
    plain = BayesTaste(BLOCKS)
    plain.learn(texts[stays], likings[stays], weights[stays] * 2.0 ** (-age[stays] / half_life))
    others = make_texts(seed + 1, 6)
    np.testing.assert_array_equal(aging.logits(others), plain.logits(others))
    np.testing.assert_array_equal(aging.value(others), plain.value(others))
    assert aging.dropped == n - len(stays)


@settings(max_examples=20)
@given(seed=st.integers(0, 99), cuts=st.lists(st.integers(0, 25), max_size=4))
def test_asking_in_between_changes_nothing(seed: int, cuts: list[int]) -> None:
    rng = np.random.default_rng(seed)
    texts, likings = make_texts(seed, 25), rng.choice([1.0, -1.0], 25)
    one, other = (AgingTaste(partial(BayesTaste, BLOCKS), 1.5) for _ in range(2))
    one.learn(texts, likings, np.ones(25))
    bounds = [0, *sorted(cuts), 25]
    for first, last in pairwise(bounds):
        other.learn(texts[first:last], likings[first:last], np.ones(last - first))
        other.value(texts)
    assert one.logits(texts).tobytes() == other.logits(texts).tobytes()
    assert one.dropped == other.dropped > 0


def test_it_agrees_with_a_profile_that_ages_by_itself() -> None:
    rng = np.random.default_rng(1)
    texts, ones = make_texts(1, 12), np.ones(12)
    aging, own = AgingTaste(ProfileTaste, 4.0), ProfileTaste(half_life=4.0)
    for taste in (aging, own):
        taste.learn(texts, ones, rng.permutation(ones))
    np.testing.assert_allclose(aging.logits(texts), own.logits(texts), rtol=1e-6)


def test_a_taste_that_turned_is_followed_sooner_than_without_age() -> None:
    texts = make_texts(0, 160)
    direction = np.asarray(texts.blocks["semantic"])[:, 0]
    likings = np.sign(direction) * np.repeat([1, -1], 80)
    aging, plain = AgingTaste(lambda: BayesTaste(BLOCKS), 10.0), BayesTaste(BLOCKS)
    for taste in (aging, plain):
        taste.learn(texts[:120], likings[:120], np.ones(120))
    told_apart = [roc_auc_score(likings[120:], taste.logits(texts[120:])) for taste in (aging, plain)]
    assert told_apart[0] > 0.75 > 0.5 > told_apart[1]


def test_many_dislikes_do_not_wash_out_a_rare_like() -> None:
    likings = np.array([1.0] + [-1.0] * 50)
    assert ages(likings)[0] == 0
    assert aged(ages(likings), 5.0)[0] == 1


def test_forgetting_and_nothing_at_all() -> None:
    texts = make_texts(0, 30)
    taste = AgingTaste(lambda: BayesTaste(BLOCKS), 2.0)
    np.testing.assert_array_equal(taste.value(texts)[0], 0.5)
    taste.learn(texts, np.ones(30), np.ones(30))
    taste.value(texts)
    assert taste.dropped == 20
    taste.forget()
    taste.learn(texts[[]], np.zeros(0), np.zeros(0))
    np.testing.assert_array_equal(taste.value(texts)[0], 0.5)
    assert taste.dropped == 0


@pytest.mark.parametrize("half_life", [0.0, -1.0, np.inf, np.nan])
def test_a_half_life_is_a_number_above_zero(half_life: float) -> None:
    with pytest.raises(ValueError, match="half_life"):
        AgingTaste(ProfileTaste, half_life)
