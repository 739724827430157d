"""Blocks: what a taste reads, side by side and taken apart again."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from palate.features import Features
from palate.taste.blocks import chosen, joined, parted


@given(
    seed=st.integers(0, 99), widths=st.lists(st.integers(1, 4), min_size=1, max_size=4), n=st.integers(0, 5)
)
def test_products_are_scaled_sums_and_weights_come_apart_again(seed: int, widths: list[int], n: int) -> None:
    rng = np.random.default_rng(seed)
    scales = {f"block {place}": float(rng.uniform(0.1, 4)) for place in range(len(widths))}
    blocks = {name: rng.normal(size=(n, width)) for name, width in zip(scales, widths, strict=True)}
    features = Features({"other": np.ones((n, 3)), **dict(reversed(blocks.items()))})
    rows = joined(features, scales)
    np.testing.assert_allclose(
        rows @ rows.T, sum(scales[name] * block @ block.T for name, block in blocks.items()), atol=1e-12
    )
    weights = rng.normal(size=sum(widths))
    parts = parted(weights, features, scales)
    np.testing.assert_allclose(
        rows @ weights, sum(blocks[name] @ part for name, part in parts.items()), atol=1e-12
    )


def test_only_what_is_named_is_chosen() -> None:
    features = Features({"semantic": np.eye(2), "crowd": np.ones((2, 1))})
    assert list(chosen(features, iter(["crowd"]))) == ["crowd"]


def test_a_block_that_is_missing_or_sparse_is_refused_by_name() -> None:
    features = Features({"semantic": np.eye(2), "keyword": csr_array(np.eye(2))})
    with pytest.raises(
        ValueError, match="reads the blocks semantic, crowd; the texts have semantic, keyword"
    ):
        chosen(features, ["semantic", "crowd"])
    with pytest.raises(ValueError, match="dense blocks alone, and keyword is sparse"):
        joined(features, {"semantic": 1.0, "keyword": 1.0})
