"""JudgedTexts against one dense matrix of all blocks, each scaled by the root of its scale."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array

from palate.features import Features
from palate.taste.judged_texts import JudgedTexts

Floats = NDArray[np.float64]


def draw_texts(rng: np.random.Generator, n: int) -> Features:
    sparse = rng.normal(size=(n, 9)) * (rng.random((n, 9)) < 0.3)
    dense = {name: rng.normal(size=(n, width)) for name, width in (("a", 3), ("unused", 2), ("c", 1))}
    return Features({**dense, "b": csr_array(sparse)})


def dense(features: Features, scales: dict[str, float]) -> Floats:
    blocks = {
        name: block.toarray() if isinstance(block, csr_array) else block
        for name, block in features.blocks.items()
    }
    return np.hstack([np.sqrt(scale) * blocks[name] for name, scale in scales.items()])


@given(
    seed=st.integers(0, 9999),
    n=st.integers(1, 12),
    m=st.integers(0, 5),
    drops=st.lists(st.integers(0, 99), max_size=4),
    cuts=st.sets(st.integers(1, 11), max_size=4),
)
def test_it_is_the_kernel_of_what_is_left(
    seed: int, n: int, m: int, drops: list[int], cuts: set[int]
) -> None:
    rng = np.random.default_rng(seed)
    scales = dict(zip("abc", rng.uniform(0.1, 3, 3).tolist(), strict=True))
    texts, new = draw_texts(rng, n), draw_texts(rng, m)
    likings, weights = rng.uniform(-1, 1, n), rng.uniform(0.1, 2, n)
    judged, left = JudgedTexts(scales), list(range(n))
    for added in np.split(np.arange(n), sorted(cut for cut in cuts if cut < n)):
        judged.add(texts, added, likings[added], weights[added])
    for drop in drops[: n - 1]:
        index = drop % len(left)
        judged.delete(index)
        del left[index]
    rows, others = dense(texts, scales)[left], dense(new, scales)
    assert len(judged) == len(left)
    np.testing.assert_array_equal(judged.likings, likings[left])
    np.testing.assert_array_equal(judged.weights, weights[left])
    np.testing.assert_allclose(judged.gram, rows @ rows.T, atol=1e-12)
    np.testing.assert_allclose(judged.products(new), rows @ others.T, atol=1e-12)
    np.testing.assert_allclose(judged.squares(new), (others**2).sum(axis=1), atol=1e-12)
    amounts = rng.normal(size=len(left))
    combined = judged.combine(amounts)
    assert set(combined) == set(scales)
    np.testing.assert_allclose(
        np.hstack([np.asarray(combined[name]) / np.sqrt(scale) for name, scale in scales.items()]),
        amounts @ rows,
        atol=1e-12,
    )


@given(seed=st.integers(0, 999), n=st.integers(1, 8))
def test_dropping_what_came_last_is_as_if_it_had_never_come(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    texts = draw_texts(rng, n + 1)
    one, other = JudgedTexts({"a": 1.0, "b": 0.5}), JudgedTexts({"a": 1.0, "b": 0.5})
    one.add(texts, np.arange(n), np.ones(n), np.ones(n))
    other.add(texts, np.arange(n), np.ones(n), np.ones(n))
    other.add(texts, np.array([n]), np.array([-1.0]), np.array([2.0]))
    other.delete(n)
    np.testing.assert_array_equal(one.gram, other.gram)
    np.testing.assert_array_equal(one.products(texts), other.products(texts))


@given(seed=st.integers(0, 999), n=st.integers(1, 12))
def test_texts_that_are_added_together_have_the_bits_of_those_added_one_by_one(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    texts, likings, weights = draw_texts(rng, n), rng.uniform(-1, 1, n), rng.uniform(0.1, 2, n)
    together, alone = JudgedTexts({"a": 1.3, "b": 0.5}), JudgedTexts({"a": 1.3, "b": 0.5})
    together.add(texts, np.arange(n), likings, weights)
    for row in range(n):
        alone.add(texts, np.array([row]), likings[[row]], weights[[row]])
    np.testing.assert_array_equal(together.gram, alone.gram)
    np.testing.assert_array_equal(together.gram, together.gram.T)
    np.testing.assert_array_equal(together.products(texts), alone.products(texts))
    for name, combined in together.combine(likings).items():
        np.testing.assert_array_equal(np.asarray(combined), np.asarray(alone.combine(likings)[name]))


def test_with_nothing_judged_there_are_no_products() -> None:
    texts = draw_texts(np.random.default_rng(0), 3)
    judged = JudgedTexts({"a": 1.0, "b": 2.0})
    assert judged.products(texts).shape == (0, 3)
    assert judged.gram.shape == (0, 0)
    assert judged.combine(np.zeros(0)) == {}
