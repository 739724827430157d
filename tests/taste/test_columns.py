"""KnownColumns against a sorted set."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from palate.taste.columns import Array, KnownColumns, moved


@given(batches=st.lists(st.lists(st.integers(0, 30), max_size=8), max_size=6))
def test_numbers_stay_with_their_columns(batches: list[list[int]]) -> None:
    known, kept = KnownColumns(), dict[int, float]()
    numbers: Array = np.zeros(0)
    for batch in batches:
        positions = known.add(np.array(batch, dtype=np.int32))
        assert (positions is None) == (set(batch) <= kept.keys())
        if positions is not None:
            numbers = moved(numbers, positions, len(known), empty=-1.0)
        kept = dict.fromkeys(batch, -1.0) | kept
        assert known.columns.tolist() == sorted(kept)
        assert dict(zip(known.columns.tolist(), numbers.tolist(), strict=True)) == kept
        for column in set(batch):
            at = known.positions(np.array([column]))
            numbers[at] = kept[column] = float(column) + 0.5
