"""Placing: a new text lands in its own group, at its copy, and each is placed alone."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from palate.insight.neighbours import nearest_neighbours
from palate.insight.placing import placed


def groups(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns vectors around three directions, positions around three points, and the group of each."""
    rng = np.random.default_rng(seed)
    of = np.arange(n) % 3
    vectors = rng.normal(0, 0.1, (n, 12)) + 2 * np.eye(3, 12)[of]
    centres = np.array([[0, 0], [30, 0], [0, 30]])
    return vectors.astype(np.float32), (centres[of] + rng.normal(0, 2, (n, 2))).astype(np.float32), of


def test_a_new_text_lands_in_its_group() -> None:
    vectors, positions, of = groups(300)
    new, _, of_new = groups(60, seed=1)
    made = placed(new, vectors, positions)
    nearest = np.linalg.norm(made[:, None] - positions[None], axis=-1).argmin(axis=1)
    assert np.array_equal(of[nearest], of_new)


@given(seed=st.integers(0, 50))
def test_each_text_is_placed_as_it_would_be_alone(seed: int) -> None:
    vectors, positions, _ = groups(40, seed)
    new, _, _ = groups(3, seed + 1)
    spread = np.ptp(positions, axis=0).max()
    together = placed(new, vectors, positions)
    assert np.isfinite(together).all()
    # the scale of a neighbourhood is the median of those that come together: positions may differ a bit
    alone = np.concatenate([placed(one[None], vectors, positions) for one in new])
    assert np.abs(together - alone).max() < 0.2 * spread


def test_one_text_on_the_map_and_a_text_without_a_vector_are_fine() -> None:
    assert placed(np.ones((2, 3)), np.ones((1, 3)), np.array([[4.0, 5.0]])).tolist() == [[4, 5], [4, 5]]
    vectors, positions, _ = groups(30)
    assert np.isfinite(placed(np.zeros((1, 12), np.float32), vectors, positions)).all()


@given(n=st.integers(2, 40), m=st.integers(1, 40), seed=st.integers(0, 99))
def test_neighbours_are_those_of_a_full_sort(n: int, m: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    asked, pool = (rng.normal(size=(size, 5)).astype(np.float32) for size in (n, m))
    k = int(rng.integers(1, m + 1))
    indices, cosines = nearest_neighbours(asked, k, of=pool)
    units = [rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (asked, pool)]
    exact = units[0] @ units[1].T
    assert np.allclose(cosines, -np.sort(-exact, axis=1)[:, :k], atol=1e-5)
    assert np.allclose(np.take_along_axis(exact, indices, axis=1), cosines, atol=1e-5)
    if n > 2:
        own, _ = nearest_neighbours(asked, 1)
        assert not np.any(own[:, 0] == np.arange(n))
