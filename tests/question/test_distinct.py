import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from palate.question.distinct import MAX_COSINE, distinct


@given(seed=st.integers(0, 999), m=st.integers(0, 15), n=st.integers(0, 18))
def test_each_is_the_next_that_resembles_none_before(seed: int, m: int, n: int) -> None:
    """Against a slow loop over pairs."""
    rng = np.random.default_rng(seed)
    angles = rng.integers(0, 12, m) * 0.2  # neighbours at 0.2 radians have a cosine of 0.98, at 0.4 of 0.92
    vectors, order = np.stack([np.cos(angles), np.sin(angles)], axis=1), rng.permutation(m)
    taken: list[int] = []
    for index in order:
        if all(vectors[index] @ vectors[earlier] <= MAX_COSINE for earlier in taken):
            taken.append(index)
    rest = [index for index in order if index not in taken]
    assert distinct(order, vectors, n).tolist()[: len(taken)] == taken[:n]
    if n >= m:
        assert distinct(order, vectors, n).tolist() == taken + rest
