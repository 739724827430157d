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
    cuts=st.sets(st.integers(1, 8), max_size=3),
)
def test_products_and_sums_are_those_of_a_dense_matrix(
    sparse: bool, seed: int, n: int, m: int, gone: set[int], cuts: set[int]
) -> None:
    texts, new = draw(seed, n, sparse=sparse), draw(seed + 1, m, sparse=sparse)
    rows, amounts = rows_like(texts), np.random.default_rng(seed).normal(size=n)
    for added in np.split(np.arange(n), sorted(cut for cut in cuts if cut < n)):
        rows.append(texts, added)
    left = [row for row in range(n) if row not in gone]
    rows.delete(np.array(sorted(gone & set(range(n))), dtype=np.int64))
    rows.append(texts, np.array([0]))
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
        alone = rows.products_with(new, np.array([row]))
        np.testing.assert_allclose(alone[:, 0], dense[left] @ others[row], atol=1e-12)


@pytest.mark.parametrize("sparse", [True, False], ids=["sparse", "dense"])
@given(seed=st.integers(0, 9999), n=st.integers(1, 9), m=st.integers(1, 4))
def test_a_product_has_the_same_bits_whatever_stands_beside_it(
    sparse: bool, seed: int, n: int, m: int
) -> None:
    texts, new = draw(seed, n, sparse=sparse), draw(seed + 1, m, sparse=sparse)
    rows = rows_like(texts)
    rows.append(texts, np.arange(n))
    together = rows.products_with(new, np.arange(m))
    for row in range(m):
        np.testing.assert_array_equal(rows.products_with(new, np.array([row])), together[:, [row]])
