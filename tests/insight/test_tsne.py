"""t-SNE: groups stay together, the same seed gives the same map, and what cannot be mapped is refused."""

import numpy as np
import pytest

from palate.errors import BadValue, MissingExtra
from palate.insight.map_quality import map_quality
from palate.insight.tsne import tsne
from palate.parts import Matrix, Rows


def three_groups(n: int, dims: int = 20, seed: int = 0) -> tuple[Matrix, Rows]:
    """Returns (n, d) vectors of length 1 around three directions, and the group of each."""
    rng = np.random.default_rng(seed)
    groups = np.arange(n) % 3
    vectors = rng.normal(0, 0.1, (n, dims))
    vectors[np.arange(n), groups] += 1
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors, np.float32), np.asarray(groups, np.int64)


def test_texts_of_a_group_lie_together_and_the_seed_alone_draws() -> None:
    pytest.importorskip("openTSNE")
    vectors, groups = three_groups(90)
    first = tsne(vectors, seed=3)
    assert first.dtype == np.float32
    assert np.array_equal(first, tsne(vectors, seed=3))
    distances = np.linalg.norm(first[:, None] - first[None], axis=-1)
    np.fill_diagonal(distances, np.inf)
    assert np.mean(groups[distances.argmin(axis=1)] == groups) == 1
    assert map_quality(vectors, first).trustworthiness > 0.9


@pytest.mark.parametrize("n", [4, 5, 10, 40])
def test_fewer_texts_than_three_perplexities_are_mapped(n: int) -> None:
    pytest.importorskip("openTSNE")
    positions = tsne(three_groups(n)[0])
    assert positions.shape == (n, 2)
    assert np.isfinite(positions).all()


def test_texts_without_a_vector_and_copies_are_mapped() -> None:
    pytest.importorskip("openTSNE")
    vectors = np.concatenate([three_groups(30)[0], np.zeros((5, 20), np.float32)])
    vectors[3:6] = vectors[3]
    positions = tsne(vectors)
    assert np.isfinite(positions).all()


def test_three_texts_are_too_few() -> None:
    pytest.importorskip("openTSNE")
    with pytest.raises(BadValue, match="t-SNE needs 4 texts or more, got 3; use --method pca"):
        tsne(np.eye(3, dtype=np.float32))


def test_without_its_extra_the_other_method_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "openTSNE", None)
    with pytest.raises(MissingExtra, match=r"unlike --method pca, needs the extra \[insight\]"):
        tsne(np.eye(5, dtype=np.float32))
