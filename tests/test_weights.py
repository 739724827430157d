"""Sparse weights against the dense vectors they stand for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from palate.weights import Sparse, product


def drawn(rng: np.random.Generator, width: int, share: float) -> Sparse:
    columns = np.flatnonzero(rng.random(width) < share).astype(np.int32)
    return Sparse(columns, rng.normal(size=len(columns)), width)


@given(
    seed=st.integers(0, 999),
    width=st.integers(1, 400),
    share=st.floats(0, 1),
    n=st.integers(0, 9),
    factor=st.floats(-3, 3),
)
def test_they_add_scale_and_multiply_as_dense_ones(
    seed: int, width: int, share: float, n: int, factor: float
) -> None:
    rng = np.random.default_rng(seed)
    one, other = drawn(rng, width, share), drawn(rng, width, 0.3)
    rows = rng.normal(size=(n, width)) * (rng.random((n, width)) < 0.2)
    dense, places = np.asarray(one), rng.integers(0, width, n)
    np.testing.assert_allclose(np.asarray(one + factor * other), dense + factor * np.asarray(other))
    np.testing.assert_allclose(np.asarray(np.asarray(other) + one), dense + np.asarray(other))
    np.testing.assert_array_equal(one.at(places), dense[places])
    np.testing.assert_allclose(rows @ one, rows @ dense, atol=1e-9)
    np.testing.assert_allclose(one @ dense, dense @ dense, atol=1e-9)
    for block in (rows, csr_array(rows)):
        for weights in (one, dense):
            np.testing.assert_allclose(product(block, weights, np.float64), rows @ dense, atol=1e-9)


@pytest.mark.parametrize("n", [1, 40])
def test_a_product_in_single_precision_is_that_in_double_but_for_rounding(n: int) -> None:
    """Of few rows, and of so many that all weights are spread out."""
    rng = np.random.default_rng(n)
    block, weights = csr_array(rng.normal(size=(n, 500)) * (rng.random((n, 500)) < 0.2)), drawn(rng, 500, 0.4)
    found = product(block, weights, np.float32)
    np.testing.assert_allclose(found, product(block, weights, np.float64), atol=1e-4)
