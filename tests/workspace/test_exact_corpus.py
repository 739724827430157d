"""The nearest texts against a comparison with each."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from palate.workspace.exact_corpus import ExactCorpus
from workspace.test_corpus import drawn_corpus


@given(
    seed=st.integers(0, 999),
    size=st.integers(0, 50),
    cuts=st.lists(st.integers(0, 50), max_size=4),
    share=st.sampled_from([0.0, 0.3, 1.0]),
    n=st.integers(1, 60),
    near=st.booleans(),
    length=st.sampled_from([0.0, 1e-3, 1.0, 50.0]),
)
def test_nearest_is_brute_force_without_what_was_removed(
    seed: int, size: int, cuts: list[int], share: float, n: int, near: bool, length: float
) -> None:
    """Queries of any length, also those that are one of the texts; equal ones come in order of index."""
    texts, _, corpus = drawn_corpus(seed, size, cuts, share)
    rng = np.random.default_rng(seed)
    query = rng.normal(size=6)
    if near and size and texts.vectors[size // 2].any():
        query = texts.vectors[size // 2].astype(np.float64)
    unit = query / np.linalg.norm(query) * (length > 0)
    gone = set(corpus.removals.rows.tolist())
    cosines = {
        index: float(texts.vectors[index].astype(np.float64) @ unit)
        for index, row in enumerate(texts.rows.tolist())
        if row not in gone
    }
    indices, found = ExactCorpus(corpus).nearest(query / np.linalg.norm(query) * length, n)
    expected = sorted(cosines, key=lambda index: (-cosines[index], index))[:n]
    assert len(set(indices.tolist())) == len(indices) == len(expected)
    np.testing.assert_allclose(found, [cosines[index] for index in indices.tolist()], atol=1e-6)
    np.testing.assert_allclose(found, [cosines[index] for index in expected], atol=1e-6)
    assert (np.diff(found) <= 0).all()
    if not length:
        assert indices.tolist() == expected
