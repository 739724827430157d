from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from palate.parts import Matrix
from palate.training.static_student import learn_rows, linear_map, main_axes


def bags(rng: np.random.Generator, n: int, v: int) -> csr_array:
    return csr_array((rng.random((n, v)) < 0.2).astype(np.float64) + np.eye(v)[np.arange(n) % v])


def cosines(sums: Matrix, targets: Matrix) -> Matrix:
    lengths = np.linalg.norm(sums, axis=1) * np.linalg.norm(targets, axis=1)
    return np.asarray((sums * targets).sum(axis=1) / lengths)


def test_a_student_finds_rows_that_a_linear_map_cannot() -> None:
    """Targets are sums of hidden rows, of which the start knows nothing."""
    rng = np.random.default_rng(0)
    counts, hidden = bags(rng, 3000, 30), rng.normal(size=(30, 4))
    targets = counts @ hidden
    targets /= np.linalg.norm(targets, axis=1, keepdims=True)
    start = rng.normal(size=(30, 6))
    mapped = start @ linear_map(counts @ start, targets)
    steps: list[Mapping[str, float]] = []
    rows = learn_rows(start, counts, targets, epochs=300, seed=1, on_step=steps.append)
    before, after = cosines(counts @ mapped, targets).mean(), cosines(counts @ rows, targets).mean()
    assert (rows.shape, len(steps), steps[-1]["steps"]) == ((30, 4), 1800, 1800)
    assert after > 0.97 > before
    once, again = (learn_rows(start, counts, targets, epochs=3, seed=1) for _ in range(2))
    assert np.array_equal(once, again), "a seed, the same rows"


@settings(max_examples=20)
@given(seed=st.integers(0, 999), dims=st.integers(2, 6))
def test_main_axes_keep_the_cosines_where_all_are_kept_and_hold_most_first(seed: int, dims: int) -> None:
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(40, 6)) * [4, 3, 2, 1, 1, 1]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    whole = main_axes(vectors, 6)
    assert whole @ whole.T == pytest.approx(vectors @ vectors.T, abs=1e-9)
    kept = main_axes(vectors, dims)
    energies = (whole**2).sum(axis=0)
    assert (np.diff(energies) <= 1e-9).all()
    assert kept == pytest.approx(whole[:, :dims] / np.linalg.norm(whole[:, :dims], axis=1, keepdims=True))
