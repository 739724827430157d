"""Splits against counts that must hold for all drawn data."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.errors import BadSource
from palate.training.run.split import quantile_bins, stratified


@given(
    counts=st.lists(st.integers(3, 60), min_size=1, max_size=5),
    shares=st.lists(st.floats(0.1, 0.8), min_size=2, max_size=3),
    seed=st.integers(0, 99),
)
def test_every_example_is_in_one_part_and_every_stratum_in_all(
    counts: list[int], shares: list[float], seed: int
) -> None:
    strata = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(counts)), counts)).tolist()
    parts = stratified(strata, shares, seed)
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(strata)))
    for part in parts:
        assert part.tolist() == sorted(part.tolist())
        assert {strata[place] for place in part.tolist()} == set(strata)


@given(counts=st.lists(st.integers(40, 200), min_size=2, max_size=4), seed=st.integers(0, 99))
def test_strata_have_their_shares_to_within_one_or_two_examples(counts: list[int], seed: int) -> None:
    strata = np.repeat(np.arange(len(counts)), counts).tolist()
    for part, share in zip(stratified(strata, [0.8, 0.1, 0.1], seed), (0.8, 0.1, 0.1), strict=True):
        assert abs(len(part) - share * len(strata)) <= 1
        found = Counter(strata[place] for place in part.tolist())
        for stratum, count in enumerate(counts):
            assert abs(found[stratum] - share * count) <= 2


def test_the_seed_decides() -> None:
    strata = ["a"] * 50 + ["b"] * 50
    first, again, other = (stratified(strata, [0.5, 0.5], seed)[0].tolist() for seed in (1, 1, 2))
    assert first == again != other


def test_a_stratum_of_one_example_is_refused() -> None:
    with pytest.raises(
        BadSource, match=r"'rare' has 1 example, too few to split in 3 parts; give at least 3 of each"
    ):
        stratified(["often"] * 20 + ["rare"], [0.8, 0.1, 0.1], 0)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=200), st.integers(1, 12), st.integers(1, 9))
def test_bins_are_in_order_alike_in_size_and_none_is_too_small(
    targets: list[float], max_bins: int, min_size: int
) -> None:
    found = np.array(quantile_bins(targets, max_bins=max_bins, min_size=min_size))
    sizes = np.bincount(found)
    assert len(sizes) <= max_bins
    assert sizes.max() - sizes.min() <= 1
    assert len(sizes) == 1 or sizes.min() >= min_size
    values = np.array(targets)
    assert all(
        values[found == place].max() <= values[found == place + 1].min() for place in range(len(sizes) - 1)
    )
