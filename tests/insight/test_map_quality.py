"""Map quality: equal to scikit-learn's trustworthiness, and to neighbours counted by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.insight import map_quality as module
from palate.insight.map_quality import map_quality


def drawn(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(n, 6))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32), rng.normal(size=(n, 2)) + 2 * vectors[:, :2]


@given(n=st.integers(12, 60), neighbours=st.integers(1, 5), seed=st.integers(0, 99))
def test_it_is_scikit_learns_trustworthiness(n: int, neighbours: int, seed: int) -> None:
    manifold = pytest.importorskip("sklearn.manifold")
    vectors, positions = drawn(n, seed)
    wanted = manifold.trustworthiness(vectors, positions, n_neighbors=neighbours, metric="cosine")
    assert map_quality(vectors, positions, neighbours=neighbours).trustworthiness == pytest.approx(wanted)


def test_a_map_that_changes_nothing_keeps_all() -> None:
    angles = np.random.default_rng(0).uniform(0, 2, 50)
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    quality = map_quality(vectors, vectors)
    assert (quality.trustworthiness, quality.kept, quality.neighbours) == (1, 1, 10)


def test_a_sample_is_near_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, positions = drawn(600, 1)
    whole = map_quality(vectors, positions)
    monkeypatch.setattr(module, "SAMPLED_TEXTS", 300)
    sample = map_quality(vectors, positions)
    assert sample.trustworthiness == pytest.approx(whole.trustworthiness, abs=0.02)
    assert sample.kept == pytest.approx(whole.kept, abs=0.02)
    assert sample == map_quality(vectors, positions)


def test_chance_keeps_next_to_nothing() -> None:
    vectors, _ = drawn(400, 2)
    quality = map_quality(vectors, np.random.default_rng(5).normal(size=(400, 2)))
    assert quality.trustworthiness == pytest.approx(0.5, abs=0.05)
    assert quality.kept < 0.06
