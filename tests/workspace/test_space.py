"""A space as arrays and back, and what a crowd adds to it."""

from collections import Counter
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from palate.features import Block
from palate.parts import Matrix, Vector
from palate.workspace.space import Space, average_row
from workspace.made_texts import dense, features_of, fitted, made_space, made_texts

seeds, sizes = st.integers(0, 999), st.integers(0, 130)


class Echo:
    """A crowd of one column that says of a new text what its first feature is."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.prior: Vector = np.array([0.5])
        self.judgements_per_text = 2.0

    def transform(self, rows: Matrix) -> Block:
        return np.asarray(rows[:, :1])


@settings(max_examples=15)
@given(seed=seeds, n=sizes, dims=st.integers(1, 9), dated=st.sampled_from([0.0, 0.4, 1.0]))
def test_a_space_comes_back_from_its_arrays_to_the_bit(seed: int, n: int, dims: int, dated: float) -> None:
    space = fitted([made_texts(seed, n, dims=dims, dated=dated)], dims=dims)
    again = Space.from_arrays({name: array.copy() for name, array in space.arrays().items()})
    before, after = space.arrays(), again.arrays()
    assert list(before) == list(after)
    for name, array in before.items():
        assert (array.dtype, array.shape, array.tobytes()) == (
            after[name].dtype,
            after[name].shape,
            after[name].tobytes(),
        ), name
    new = made_texts(seed + 1, 9, dims=dims)
    one, other = features_of(space, new), features_of(again, new)
    assert list(one.blocks) == list(other.blocks)
    for name, block in one.blocks.items():
        assert dense(block).tobytes() == dense(other.blocks[name]).tobytes(), name


@settings(max_examples=15)
@given(seed=seeds, n=st.integers(1, 60))
def test_ages_are_days_before_the_newest_text(seed: int, n: int) -> None:
    texts = made_texts(seed, n, dated=0.8)
    space, dated = fitted([texts]), [moment for moment in texts.moments.tolist() if moment == moment]
    newest = max(dated, default=0.0)
    expected = [(newest - moment) / 86_400 for moment in texts.moments.tolist()]
    np.testing.assert_allclose(space.ages(texts.moments), expected, atol=1e-9)
    assert (space.freshness is None) == (not dated)


def test_without_dates_a_text_is_of_average_freshness() -> None:
    texts = made_texts(5, 50)
    space = fitted([texts])
    assert not dense(space.features(texts.vectors, texts.terms).blocks["freshness"]).any()


@given(seed=seeds, sparse=st.booleans())
def test_a_crowd_is_a_block_with_a_prior_and_an_average(seed: int, sparse: bool) -> None:
    texts = made_texts(seed, 30)
    plain = made_space(seed % 4)
    table = np.random.default_rng(seed).normal(size=(30, 1)).astype(np.float32)
    space = plain.with_crowd(Echo(csr_array(table) if sparse else table))
    features = features_of(space, texts)
    np.testing.assert_array_equal(dense(features.blocks["crowd"]), dense(features.blocks["semantic"])[:, :1])
    background = space.background
    np.testing.assert_allclose(dense(background.average.blocks["crowd"]), [[table.mean()]], atol=1e-6)
    assert background.prior["crowd"].tolist() == [0.5]
    assert background.judgements_per_text == 2.0
    alone = space.without_crowd()
    assert features_of(alone, texts).blocks.keys() == features_of(plain, texts).blocks.keys()
    assert not alone.background.prior
    assert "crowd" not in alone.background.average.blocks
    assert "crowd" not in plain.background.average.blocks


@settings(max_examples=15)
@given(seed=seeds, n=sizes)
def test_an_average_row_is_the_mean_of_each_block(seed: int, n: int) -> None:
    texts = made_texts(seed, n)
    features = features_of(made_space(seed % 4), texts)
    average = average_row(features)
    for name, block in features.blocks.items():
        expected = dense(block).sum(axis=0, keepdims=True) / max(n, 1)
        np.testing.assert_allclose(dense(average.blocks[name]), expected, atol=1e-5)


@settings(max_examples=15)
@given(seed=seeds, n=st.integers(4, 60))
def test_the_words_of_a_space_are_those_of_two_texts_or_more(seed: int, n: int) -> None:
    """Against a count of the ids of each text."""
    texts = made_texts(seed, n)
    ids = texts.terms.ids.tolist()
    spans = pairwise(texts.terms.starts.tolist())
    frequencies = Counter(term for begin, end in spans for term in set(ids[begin:end]))
    expected = sorted(term for term, count in frequencies.items() if 2 <= count <= max(2, 0.95 * n))
    assert fitted([texts]).keyword.ids.tolist() == expected
