"""Settled: against all judgements written out, and what a reader sees of it."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from palate.features import Features
from palate.parts import Taste
from palate.taste.bayes import BayesTaste
from palate.taste.judged_texts import JudgedTexts
from palate.taste.margin import MarginTaste
from palate.taste.settled import Settled, portions, settling

MAKERS: dict[str, Callable[[int], Taste]] = {
    "bayes": lambda most: BayesTaste({"semantic": 1.0}, max_judgements=most),
    "margin": lambda most: MarginTaste({"semantic": 1.0}, max_judgements=most),
}
both = pytest.mark.parametrize("kind", MAKERS)


@given(held=st.integers(0, 9), coming=st.integers(0, 60), most=st.integers(2, 9))
def test_all_that_come_find_room_in_order(held: int, coming: int, most: int) -> None:
    held = min(held, most)
    come = np.zeros(0, np.int64)
    for part in portions(held, coming, most):
        if held == most:
            held -= len(settling(np.arange(held) % 3 == 0))
        held += len(part)
        assert 0 < len(part) <= held <= most
        come = np.concatenate([come, part])
    assert come.tolist() == list(range(coming))


@given(seed=st.integers(0, 999), n=st.integers(2, 14), rounds=st.integers(1, 3))
def test_a_score_is_that_of_all_amounts_wherever_they_stand(seed: int, n: int, rounds: int) -> None:
    rng = np.random.default_rng(seed)
    scales, bias = {"a": 0.7, "b": 1.9}, 0.3
    dense, sparse = rng.normal(size=(n, 3)), rng.normal(size=(n, 8)) * (rng.random((n, 8)) < 0.4)
    texts = Features({"a": dense, "b": csr_array(sparse)})
    amounts, likings, weights = rng.normal(size=n), rng.choice([-1.0, 0.0, 1.0], n), rng.uniform(0.2, 3, n)
    judged, settled = JudgedTexts(scales), Settled()
    judged.add(texts, np.arange(n), likings, weights)
    left, expected = np.arange(n), np.zeros(n)
    for _ in range(rounds):
        which = np.flatnonzero(rng.random(len(left)) < 0.4)
        said = settled.add(judged, which, amounts[left], bias)
        judged.delete(which)
        left, expected = np.delete(left, which), np.delete(expected + said, which)

    gone = np.setdiff1d(np.arange(n), left)
    kernel = 0.7 * dense @ dense.T + 1.9 * sparse @ sparse.T + bias
    np.testing.assert_allclose(settled.scores(texts), kernel[:, gone] @ amounts[gone], atol=1e-9)
    np.testing.assert_allclose(expected, settled.scores(texts)[left], atol=1e-9)
    assert settled.count == len(gone)
    together = settled.added_to(judged.combine(amounts[left]), 2.0)
    np.testing.assert_allclose(np.asarray(together["a"]), 0.7 * (
        amounts[left] @ dense[left] + 2.0 * amounts[gone] @ dense[gone]
    ), atol=1e-9)  # fmt: skip
    counted = settled.counted(judged.likings, judged.weights)
    for side in (likings > 0, likings <= 0):
        if side[left].any():
            assert counted[side[left]].sum() == pytest.approx(weights[side].sum())


@both
def test_what_was_liked_long_ago_is_still_liked(kind: str) -> None:
    """Also where the texts judged since have nothing to do with it."""
    texts = Features({"semantic": np.eye(12)})
    taste = MAKERS[kind](6)
    rows = np.array([0, 1, 0, 1, *np.tile(np.arange(2, 10), 8)])
    taste.learn(texts[rows], np.where(rows % 2, -1.0, 1.0), np.ones(len(rows)))
    liked, disliked, new = taste.value(texts[[0, 1, 11]])[0]
    assert liked > new + 0.05
    assert new > disliked + 0.05


@both
def test_how_rare_likes_are_is_known_of_all_judgements(kind: str) -> None:
    """One text in ten is liked, by chance: the texts that are held have as many likes as dislikes."""
    rng = np.random.default_rng(0)
    texts = Features({"semantic": rng.normal(size=(600, 40)) / np.sqrt(40)})
    liked = rng.random(600) < 0.1
    taste = MAKERS[kind](64)
    taste.learn(texts[:500], np.where(liked[:500], 1.0, -1.0), np.ones(500))
    assert taste.value(texts[500:])[0].mean() == pytest.approx(0.1, abs=0.06)
