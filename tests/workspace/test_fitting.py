"""The fit of a corpus that comes in parts: against the fit at once, and against dense algebra."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palate.feature import semantic
from palate.feature.semantic import ISOTROPIC
from palate.features import SAMPLE_TEXTS
from palate.workspace.fitting import SpaceFit, empty_space, fit_texts
from workspace.made_texts import BLOCKS, cut, dense, features_of, fitted, made_space, made_texts, part_of

seeds, sizes, all_cuts = st.integers(0, 999), st.integers(0, 130), st.lists(st.integers(0, 130), max_size=6)
precisions = st.sampled_from([np.float16, np.float32])


@pytest.mark.slow
@settings(max_examples=25)
@given(
    seed=seeds,
    n=sizes,
    cuts=all_cuts,
    dims=st.integers(1, 9),
    dated=st.sampled_from([0.0, 0.4, 1.0]),
    precision=precisions,
    used=st.sampled_from([7, 20_000]),
)
def test_a_fit_in_parts_is_the_fit_at_once(
    seed: int, n: int, cuts: list[int], dims: int, dated: float, precision: type, used: int
) -> None:
    """Whatever the parts, empty ones too, and where only some vectors are used."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(semantic, "SAMPLE", used)
        texts = made_texts(seed, n, dims=dims, dated=dated, precision=precision)
        whole = fitted([texts], dims=dims).arrays()
        parted = fitted(cut(texts, cuts), dims=dims).arrays()
    assert whole.keys() == parted.keys()
    for name, array in whole.items():
        assert array.dtype == parted[name].dtype, name
        np.testing.assert_allclose(parted[name], array, atol=1e-6, rtol=1e-6, err_msg=name)


@pytest.mark.slow
@settings(max_examples=15)
@given(seed=seeds, n=st.integers(1, 130), dated=st.sampled_from([0.0, 0.4, 1.0]))
def test_the_average_and_the_sample_are_those_of_the_features(seed: int, n: int, dated: float) -> None:
    """The sample is of 100 texts at most, each once, in order, and of all blocks alike."""
    texts = made_texts(seed, n, dated=dated)
    space = fitted([texts])
    features = features_of(space, texts)
    expected = set(BLOCKS) - ({"freshness"} if np.isnan(texts.moments).all() else set())
    assert set(features.blocks) == set(space.average.blocks) == set(space.sample.blocks) == expected
    stacked = np.hstack([dense(features.blocks[name]) for name in sorted(expected)])
    sample = np.hstack([dense(space.sample.blocks[name]) for name in sorted(expected)])
    assert len(space.sample) == min(n, SAMPLE_TEXTS)
    index = 0
    for row in sample:
        while not np.allclose(stacked[index], row, atol=1e-5):
            index += 1
        index += 1
    average = np.hstack([dense(space.average.blocks[name]) for name in sorted(expected)])
    np.testing.assert_allclose(average, stacked.mean(axis=0, keepdims=True), atol=1e-5)


@pytest.mark.slow
@settings(max_examples=15)
@given(seed=seeds, n=st.integers(1, 60))
def test_the_vectors_of_a_large_corpus_are_taken_at_equal_steps(seed: int, n: int) -> None:
    """With room for five, the mean is that of every k-th vector and of the pseudo-texts, which stand at 0."""
    texts = made_texts(seed, n)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(semantic, "SAMPLE", 5)
        mean = fitted(cut(texts, [n // 3, n // 2])).semantic.mean
    step = next(step for step in range(1, n + 1) if step * 5 >= n)
    used = [texts.vectors[index].astype(np.float64) for index in range(0, n, step)]
    np.testing.assert_allclose(mean, np.sum(used, axis=0) / (len(used) + ISOTROPIC), atol=1e-6)


@given(seed=seeds, fit=st.integers(0, 4), n=st.integers(2, 60), chosen=st.data())
def test_features_of_a_text_do_not_depend_on_the_texts_beside_it(
    seed: int, fit: int, n: int, chosen: st.DataObject
) -> None:
    """Words to the bit, the rest to the rounding of a product of matrices."""
    texts, space = made_texts(seed, n), made_space(fit)
    together = features_of(space, texts)
    indices = chosen.draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=5))
    apart = features_of(space, part_of(texts, indices))
    for name, block in apart.blocks.items():
        expected = dense(together.blocks[name])[indices]
        if name in ("keyword", "tfidf"):
            np.testing.assert_array_equal(dense(block), expected)
        else:
            np.testing.assert_allclose(dense(block), expected, atol=1e-6)


@pytest.mark.slow
@settings(max_examples=15)
@given(seed=seeds, n=sizes, dims=st.integers(1, 9), dated=st.booleans())
def test_texts_in_memory_get_the_space_of_a_store(seed: int, n: int, dims: int, dated: bool) -> None:
    """Ages count from the newest text, as moments do."""
    texts = made_texts(seed, n, dims=dims, dated=float(dated))
    ages = (1.8e9 - texts.moments) / 86_400 if dated else None
    space, corpus = fit_texts(texts.vectors, texts.terms, ages)
    expected = features_of(fitted([texts], dims=dims), texts)
    assert corpus.blocks.keys() == expected.blocks.keys()
    for name, block in corpus.blocks.items():
        np.testing.assert_allclose(dense(block), dense(expected.blocks[name]), atol=1e-5, err_msg=name)
    assert len(space.sample) == min(n, SAMPLE_TEXTS)


def test_a_space_of_no_text_makes_features_of_any() -> None:
    space, texts = empty_space(5), made_texts(0, 4, dims=5)
    features = features_of(space, texts)
    assert {name: block.shape for name, block in features.blocks.items()} == {
        "semantic": (4, 5),
        "keyword": (4, 0),
        "tfidf": (4, 0),
        "sentiment": (4, 2),
    }
    assert all(np.isfinite(dense(block)).all() for block in features.blocks.values())
    assert len(space.average) == 1
    assert len(space.sample) == 0


def test_a_fit_that_is_begun_gives_features_that_are_only_not_scaled() -> None:
    texts = made_texts(3, 40)
    fit = SpaceFit(40, 6)
    fit.observe(texts)
    begun = features_of(fit.begin(), texts)
    fit.add(begun)
    done = features_of(fit.finish(), texts)
    squares = (dense(begun.blocks["keyword"]) ** 2).sum(axis=1).mean()
    np.testing.assert_allclose(
        dense(begun.blocks["keyword"]) / np.sqrt(squares), dense(done.blocks["keyword"]), atol=1e-6
    )
    for name in ("semantic", "tfidf", "sentiment", "freshness"):
        np.testing.assert_array_equal(dense(begun.blocks[name]), dense(done.blocks[name]))
