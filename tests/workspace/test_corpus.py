"""A corpus of several segments against plain lists of its texts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.errors import UnknownName
from palate.workspace.corpus import Corpus, Removals
from palate.workspace.fitting import RawTexts
from palate.workspace.segment import make_segment
from workspace.made_texts import (
    BLOCKS,
    MadeCrowd,
    corpus_of,
    cut,
    dense,
    dense_scores,
    made_space,
    made_texts,
    made_weights,
)

seeds, sizes, all_cuts = st.integers(0, 999), st.integers(0, 50), st.lists(st.integers(0, 50), max_size=4)
shares = st.sampled_from([0.0, 0.3, 0.8])


def removed_from(texts: RawTexts, share: float, seed: int) -> tuple[dict[int, int], Removals]:
    """Removes a share of the texts; returns, by row, which text stands for each now, and the removals.

    The first text of a group that is left stands for it.
    """
    rng = np.random.default_rng(seed)
    rows = texts.rows.tolist()
    groups = dict(zip(rows, texts.representatives.tolist(), strict=True))
    gone = {row for row in rows if rng.random() < share}
    stands = {}
    for row in rows:
        left = [other for other in rows if groups[other] == groups[row] and other not in gone]
        stands[row] = left[0] if left else row
    ordered = sorted(gone)
    return stands, Removals(
        np.array(ordered, dtype=np.int64), np.array([stands[row] for row in ordered], dtype=np.int64)
    )


def drawn_corpus(seed: int, n: int, cuts: list[int], share: float) -> tuple[RawTexts, dict[int, int], Corpus]:
    texts, space = made_texts(seed, n), made_space(seed % 3)
    stands, removals = removed_from(texts, share, seed)
    segments = [make_segment(space, part) for part in cut(texts, cuts)]
    return texts, stands, corpus_of(space, segments, removals=removals)


@given(seed=seeds, n=sizes, cuts=all_cuts, share=shares)
def test_groups_are_those_of_the_texts_that_are_left(
    seed: int, n: int, cuts: list[int], share: float
) -> None:
    """Whoever was removed of a group: one of its texts, its representative and the next, or all of them."""
    texts, stands, corpus = drawn_corpus(seed, n, cuts, share)
    rows, gone = texts.rows.tolist(), set(corpus.removals.rows.tolist())
    assert corpus.rows.tolist() == rows
    assert len(corpus) == n
    assert corpus.removed.tolist() == [row in gone for row in rows]
    for index, row in enumerate(rows):
        if row not in gone:
            assert corpus.representatives[index] == stands[row]
    assert corpus.shown.tolist() == [row not in gone and stands[row] == row for row in rows]
    wanted = [row for row in rows if row not in gone and stands[row] == row]
    expected = {
        row: [other for other in rows if other not in gone and other != row and stands[other] == row]
        for row in wanted
    }
    assert corpus.copies(wanted) == {row: copies for row, copies in expected.items() if copies}


@given(seed=seeds, n=sizes, cuts=all_cuts, asked=st.lists(st.integers(-2, 160), max_size=12))
def test_an_index_is_where_a_row_stands(seed: int, n: int, cuts: list[int], asked: list[int]) -> None:
    texts, _, corpus = drawn_corpus(seed, n, cuts, 0.3)
    rows = texts.rows.tolist()
    assert corpus.indices_of(asked).tolist() == [rows.index(row) for row in asked if row in rows]
    for row in asked:
        if row in rows:
            assert corpus.index_of(row) == rows.index(row)
        else:
            with pytest.raises(UnknownName, match=f"row {row} was removed"):
                corpus.index_of(row)


@pytest.mark.slow
@given(seed=seeds, n=sizes, cuts=all_cuts, crowd=st.booleans(), sparse=st.booleans(), drawn=st.data())
def test_texts_come_in_any_order_from_any_segment(
    seed: int, n: int, cuts: list[int], crowd: bool, sparse: bool, drawn: st.DataObject
) -> None:
    """Features, vectors and scores of drawn indices, with repeats, are those of a corpus in one segment."""
    texts, _, corpus = drawn_corpus(seed, n, cuts, 0.3)
    whole = make_segment(corpus.space, texts)
    indices = drawn.draw(st.lists(st.integers(0, n - 1), max_size=12)) if n else []
    blocks, at = list(BLOCKS), np.array(indices, dtype=np.int64)
    weights = made_weights(corpus.space, np.random.default_rng(seed), blocks, sparse=sparse)
    if crowd:
        corpus = corpus.with_crowd(MadeCrowd(n, sparse=sparse))
        weights["crowd"] = np.array([1.5, -2.0])
    features, expected = corpus.features(at), whole.features(made_space(seed % 3), at)
    assert set(features.blocks) == set(expected.blocks) | ({"crowd"} if crowd else set())
    for name, block in expected.blocks.items():
        np.testing.assert_allclose(dense(features.blocks[name]), dense(block), atol=1e-6, err_msg=name)
    if crowd:
        table = MadeCrowd(n).block
        np.testing.assert_array_equal(dense(features.blocks["crowd"]), dense(table)[at])
    np.testing.assert_array_equal(corpus.vectors(at), texts.vectors[at].astype(np.float32))
    scores = dense_scores(features, weights)
    np.testing.assert_allclose(corpus.scores_at(weights, at), scores, atol=1e-4)
    every = dense_scores(corpus.features(np.arange(n)), weights)
    for first in (0, n // 2, n):
        found, slack = corpus.scores(weights, first)
        assert found.shape == (n - first,)
        assert (np.abs(found - every[first:]) <= slack + 1e-4).all()
    for name, lengths in corpus.lengths.items():
        if name in corpus.features(np.arange(n)).blocks:
            rows = dense(corpus.features(np.arange(n)).blocks[name])
            np.testing.assert_allclose(lengths, np.linalg.norm(rows, axis=1), atol=1e-5, err_msg=name)


def test_a_crowd_changes_the_new_corpus_alone() -> None:
    _, _, corpus = drawn_corpus(1, 20, [7], 0.0)
    assert set(corpus.lengths) == set(BLOCKS)
    crowded = corpus.with_crowd(MadeCrowd(20))
    assert corpus.crowd_source is None
    assert crowded.crowd_source == MadeCrowd(20).source
    assert set(corpus.lengths) == set(BLOCKS)
    assert set(crowded.lengths) == {*BLOCKS, "crowd"}
    assert "crowd" not in corpus.features(np.arange(3)).blocks
    assert corpus.space.crowd is None
    assert crowded.layout is corpus.layout
