"""Rows against one dense matrix."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from palate.features import Block
from palate.taste.rows import rows_like


def draw(seed: int, n: int, *, sparse: bool) -> Block:
    rng = np.random.default_rng(seed)
    rows = (rng.normal(size=(n, 8)) * (rng.random((n, 8)) < 0.4)).astype(np.float32)
    return csr_array(rows) if sparse else rows


@pytest.mark.parametrize("sparse", [True, False], ids=["sparse", "dense"])
@given(
    seed=st.integers(0, 9999),
    n=st.integers(1, 9),
    m=st.integers(0, 4),
    gone=st.sets(st.integers(0, 8), max_size=5),
)
def test_products_and_sums_are_those_of_a_dense_matrix(
    sparse: bool, seed: int, n: int, m: int, gone: set[int]
) -> None:
    texts, new = draw(seed, n, sparse=sparse), draw(seed + 1, m, sparse=sparse)
    rows, amounts = rows_like(texts), np.random.default_rng(seed).normal(size=n)
    for row in range(n):
        rows.append(texts, row)
    left = [row for row in range(n) if row not in gone]
    rows.delete(np.array(sorted(gone & set(range(n))), dtype=np.int64))
    rows.append(texts, 0)
    left.append(0)
    dense, others = (
        np.asarray(block.toarray() if isinstance(block, csr_array) else block, dtype=np.float64)
        for block in (texts, new)
    )
    np.testing.assert_allclose(rows.products(new), dense[left] @ others.T, atol=1e-12)
    np.testing.assert_allclose(
        np.asarray(rows.combine(amounts[left])), amounts[left] @ dense[left], atol=1e-12
    )
    for row in range(m):
        np.testing.assert_allclose(rows.products_with(new, row), dense[left] @ others[row], atol=1e-12)


@given(seed=st.integers(0, 9999), n=st.integers(1, 9), m=st.integers(1, 4))
def test_a_product_of_sparse_rows_has_the_same_bits_whatever_stands_beside_it(
    seed: int, n: int, m: int
) -> None:
    texts, new = draw(seed, n, sparse=True), draw(seed + 1, m, sparse=True)
    rows = rows_like(texts)
    for row in range(n):
        rows.append(texts, row)
    together = rows.products(new)
    for row in range(m):
        np.testing.assert_array_equal(rows.products_with(new, row), together[:, row])
