"""The order in which examples are trained on."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from palate.training.run.lengths import LengthSampler

Lengths = st.lists(st.integers(1, 120), min_size=0, max_size=400)


def padded(order: list[int], lengths: list[int], batch: int) -> int:
    """Places that batches take up."""
    batches = [order[start : start + batch] for start in range(0, len(order), batch)]
    return sum(len(one) * max(lengths[place] for place in one) for one in batches)


@given(Lengths, st.integers(1, 33), st.integers(0, 9), st.integers(0, 5))
def test_every_example_comes_once_an_epoch(lengths: list[int], batch: int, seed: int, epoch: int) -> None:
    sampler = LengthSampler(lengths, batch, seed)
    sampler.set_epoch(epoch)
    assert len(sampler) == len(lengths)
    assert sorted(sampler) == list(range(len(lengths)))


@given(
    st.lists(st.integers(1, 120), min_size=100, max_size=400, unique=False),
    st.integers(2, 16),
    st.integers(0, 9),
)
def test_little_is_padded(lengths: list[int], batch: int, seed: int) -> None:
    """Never more than in random order but for the batch that is not full, and near the least there can be."""
    order = list(LengthSampler(lengths, batch, seed))
    chance = np.random.default_rng(seed).permutation(len(lengths)).tolist()
    least = padded(sorted(range(len(lengths)), key=lambda place: lengths[place]), lengths, batch)
    assert padded(order, lengths, batch) <= padded(chance, lengths, batch)
    assert padded(order, lengths, batch) <= least + 2 * batch * max(lengths)


def test_order_hangs_on_seed_and_epoch_alone() -> None:
    lengths = np.random.default_rng(0).integers(1, 90, 300).tolist()

    def order(seed: int, epoch: int) -> list[int]:
        sampler = LengthSampler(lengths, 8, seed)
        sampler.set_epoch(epoch)
        return list(sampler)

    assert order(3, 1) == order(3, 1)
    assert len({tuple(order(seed, epoch)) for seed in (3, 4) for epoch in (0, 1, 2)}) == 6


def test_the_batch_that_is_not_full_comes_last_and_the_others_in_no_order_of_length() -> None:
    lengths = list(range(1, 103))
    order = list(LengthSampler(lengths, 10, 0))
    batches = [[lengths[place] for place in order[start : start + 10]] for start in range(0, 100, 10)]
    assert all(max(batch) - min(batch) == 9 for batch in batches)
    assert batches != sorted(batches)
