"""Duplicates: candidates, pairs, conflicts and what can go."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from palate.insight.duplicates import Duplicates, NearPair, candidate_pairs, label_conflicts, near_pairs


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(5, 9)), max_size=9))
def test_few_texts_with_a_key_are_all_compared(rows: list[tuple[int, int]]) -> None:
    keys = np.array(rows, np.uint32).reshape(-1, 2)
    found = {tuple(pair) for pair in candidate_pairs(keys, np.ones(len(keys), np.bool_)).tolist()}
    assert found == {(a, b) for b in range(len(rows)) for a in range(b) if {*rows[a]} & {*rows[b]}}


def test_a_crowded_key_joins_all_at_a_cost_that_grows_with_n() -> None:
    keys = np.zeros((2000, 1), np.uint32)
    pairs = candidate_pairs(keys, np.ones(2000, np.bool_))
    assert len(pairs) < 10 * 2000
    assert {*pairs[:, 1].tolist()} == {*range(1, 2000)}


def test_near_pairs_share_seven_tenths_of_their_terms() -> None:
    terms = [
        np.arange(10, dtype=np.uint32),
        np.arange(1, 11, dtype=np.uint32),
        np.arange(5, 15, dtype=np.uint32),
    ]
    found = near_pairs(np.array([[0, 1], [0, 2], [1, 2]]), terms.__getitem__)
    assert [(pair.first, pair.second) for pair in found] == [(0, 1)]
    assert found[0].similarity == 9 / 11


def test_all_but_the_first_of_joined_rows_can_go() -> None:
    found = Duplicates(((3, 8), (1, 2, 9)), (NearPair(2, 3, 0.9), NearPair(5, 6, 0.8)))
    assert found.spare_rows() == {2, 3, 6, 8, 9}
    assert found.n_exact == 3


def test_conflicts_pass_over_rows_without_a_label() -> None:
    labels = [None, "a", "b", "b", None, "c"]
    found = label_conflicts([[0, 1, 2], [3, 4]], [NearPair(0, 3, 0.9), NearPair(3, 5, 0.8)], labels)
    assert [tuple(pair)[:2] for pair in found] == [(0, 3), (1, 2), (3, 5)]
