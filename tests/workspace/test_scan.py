"""Scores of whole segments against dense algebra in double precision."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.feature.terms import hash_terms
from palate.weights import Sparse, Weights
from palate.workspace import scan as scan_module
from palate.workspace.fitting import empty_space
from palate.workspace.scan import Scan, entries_of, row_lengths
from palate.workspace.segment import make_segment
from workspace.made_texts import BLOCKS, dense, dense_scores, fitted, made_space, made_texts, made_weights

seeds = st.integers(0, 999)


@given(
    seed=seeds,
    n=st.integers(0, 60),
    dims=st.integers(1, 9),
    blocks=st.sets(st.sampled_from(BLOCKS)),
    sparse=st.booleans(),
    factor=st.sampled_from([0.01, 1.0, 5.0]),
    at_once=st.sampled_from([1, 7, 2048]),
    precision=st.sampled_from([np.float16, np.float32]),
    drawn=st.data(),
)
def test_scores_are_row_times_weights(
    seed: int,
    n: int,
    dims: int,
    blocks: set[str],
    sparse: bool,
    factor: float,
    at_once: int,
    precision: type,
    drawn: st.DataObject,
) -> None:
    """Within the slack it states for whole segments, exact for some texts; whatever blocks have weights."""
    space = made_space(seed % 3, dims)
    texts = made_texts(seed + 1, n, dims=dims, precision=precision)
    segment = make_segment(space, texts)
    rng = np.random.default_rng(seed)
    weights: dict[str, Weights] = {
        name: factor * block for name, block in made_weights(space, rng, blocks, sparse=sparse).items()
    }
    expected = dense_scores(segment.features(space, np.arange(n)), weights)
    scan = Scan(space, weights)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scan_module, "TEXTS_AT_ONCE", at_once)
        scores = scan.scores(segment)
    assert (scores.shape, scores.dtype.name) == ((n,), "float32")
    tolerance = 1e-4 * max(1.0, factor)
    assert (np.abs(scores - expected) <= scan.slack(segment) + tolerance).all()
    if "semantic" not in blocks:
        assert scan.slack(segment) == 0
    indices = drawn.draw(st.lists(st.integers(0, n - 1), max_size=9)) if n else []
    at = scan.scores_at(segment, np.array(indices, dtype=np.int64))
    assert at.dtype == np.float32
    np.testing.assert_allclose(at, expected[indices], atol=tolerance)


@given(seed=seeds, turns=st.lists(st.integers(0, 2), max_size=6), sparse=st.booleans())
def test_scans_that_follow_each_other_leave_no_trace(seed: int, turns: list[int], sparse: bool) -> None:
    """Of the same weights or others, of one vocabulary or another, and where an array was written to."""
    rng = np.random.default_rng(seed)
    texts = made_texts(seed + 1, 10)
    spaces = [made_space(0), made_space(1), made_space(0)]
    weights = [made_weights(space, rng, ("keyword", "tfidf"), sparse=sparse) for space in spaces]
    weights[2] = dict(list(made_weights(spaces[2], rng, ("keyword", "tfidf"), sparse=sparse).items())[:1])
    for turn in turns:
        if not sparse:
            np.asarray(weights[turn]["keyword" if "keyword" in weights[turn] else "tfidf"])[0] += 1.0
        segment = make_segment(spaces[turn], texts)
        expected = dense_scores(segment.features(spaces[turn], np.arange(10)), weights[turn])
        with Scan(spaces[turn], weights[turn]) as scan, Scan(spaces[turn], weights[turn]) as within:
            for each in (scan, within):
                np.testing.assert_allclose(each.scores_at(segment, np.arange(10)), expected, atol=1e-4)


def test_repeated_words_weigh_what_their_counts_say() -> None:
    """Some texts here have a word 255 times or more, which is the most that counts."""
    contents = ["w1 " * 300 + "w2 w2", "w1 w2", "w2 " * 17, "", "w1 w1 w2", "w3 w3"]
    texts = replace(made_texts(4, 6), terms=hash_terms(contents))
    space = fitted([texts])
    segment = make_segment(space, texts)
    assert segment.arrays["counts"].max() == 255
    weights = made_weights(space, np.random.default_rng(0), ("keyword", "tfidf"))
    expected = dense_scores(segment.features(space, np.arange(6)), weights)
    np.testing.assert_allclose(Scan(space, weights).scores(segment), expected, atol=1e-5)


@given(seed=seeds)
def test_a_space_that_knows_no_word_scores_by_the_rest(seed: int) -> None:
    space = empty_space(6)
    texts = made_texts(seed + 1, 20)
    assert space.keyword.width == 0
    weights = made_weights(space, np.random.default_rng(seed))
    segment = make_segment(space, texts)
    expected = dense_scores(segment.features(space, np.arange(20)), weights)
    np.testing.assert_allclose(Scan(space, weights).scores_at(segment, np.arange(20)), expected, atol=1e-4)


@given(values=st.lists(st.sampled_from([0.0, 1.5, -2.0]), max_size=9))
def test_entries_are_those_that_are_not_0(values: list[float]) -> None:
    wanted = {column: value for column, value in enumerate(values) if value}
    columns = np.array(list(wanted), dtype=np.int32)
    for weights in (np.array(values), Sparse(columns, np.array(list(wanted.values())), len(values))):
        found, amounts = entries_of(weights)
        assert dict(zip(found.tolist(), amounts.tolist(), strict=True)) == wanted


@given(seed=seeds, n=st.integers(0, 40))
def test_row_lengths_are_those_of_dense_rows(seed: int, n: int) -> None:
    texts, space = made_texts(seed, n), made_space(seed % 3)
    segment = make_segment(space, texts)
    lengths, features = row_lengths(space, segment), segment.features(space, np.arange(n))
    assert set(lengths) == set(BLOCKS)
    for name, block in features.blocks.items():
        np.testing.assert_allclose(lengths[name], np.linalg.norm(dense(block), axis=1), atol=1e-5)
