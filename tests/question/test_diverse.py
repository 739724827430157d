from itertools import product

import numpy as np
import pytest

from palate.features import Features
from palate.parts import Candidates
from palate.question.diverse import Diverse, clusters

GROUPS = 3


def grouped(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Nine vectors of length 1 around three directions, and weights."""
    rng = np.random.default_rng(seed)
    vectors = np.repeat(np.eye(4)[:GROUPS], 3, axis=0) + rng.normal(size=(9, 4)) * 0.15
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True), rng.uniform(0.1, 0.25, 9)


def tightness(vectors: np.ndarray, weights: np.ndarray, cluster: np.ndarray) -> float:
    """The weighted cosines to the centres, added up: the length of each cluster's sum."""
    return sum(float(np.linalg.norm(weights[cluster == k] @ vectors[cluster == k])) for k in range(GROUPS))


@pytest.mark.parametrize("seed", range(3))
def test_the_clusters_are_the_tightest_of_all_partitions(seed: int) -> None:
    vectors, weights = grouped(seed)
    centres = clusters(vectors, weights, GROUPS, np.random.default_rng(seed))
    best = max(tightness(vectors, weights, np.array([0, *rest])) for rest in product(range(GROUPS), repeat=8))
    assert float(weights @ (vectors @ centres.T).max(axis=1)) == pytest.approx(best)


def test_one_text_of_each_cluster_is_asked_the_nearest_to_its_centre() -> None:
    vectors, _ = grouped(0)
    pool = Candidates(np.full(9, 0.5), np.full(9, 0.1), Features({"semantic": vectors}), vectors)
    indices = Diverse().choose(pool, GROUPS, np.random.default_rng(0)).tolist()
    for group in range(GROUPS):
        members = range(3 * group, 3 * group + 3)
        centre = vectors[list(members)].sum(axis=0)
        assert max(members, key=lambda index: float(vectors[index] @ centre)) in indices


def test_of_many_texts_those_that_are_sure_are_not_asked() -> None:
    vectors, _ = grouped(1)
    many = np.tile(vectors, (20, 1)) + np.random.default_rng(0).normal(size=(180, 4)) * 0.5
    many /= np.linalg.norm(many, axis=1, keepdims=True)
    mean = np.where(np.arange(180) < 60, 0.5, 0.02)
    pool = Candidates(mean, np.full(180, 0.1), Features({"semantic": many}), many)
    assert Diverse().choose(pool, 1, np.random.default_rng(0))[0] < 60
