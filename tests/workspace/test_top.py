"""TopK: the best of all texts, found without scoring all of them."""

from collections.abc import Mapping

import numpy as np
import pytest
from scipy.sparse import csr_array, random_array

from palate.features import Features
from palate.parts import Vector
from palate.workspace.top import TopK


def corpus(rng: np.random.Generator, n: int) -> Features:
    dense = rng.normal(size=(n, 6)).astype(np.float32) / 2.5
    sparse = random_array((n, 300), density=0.03, rng=rng).toarray().astype(np.float32)
    return Features({"semantic": dense, "keyword": csr_array(sparse)})


@pytest.mark.parametrize("step", [0.0, 0.02, 0.3, 3.0])
@pytest.mark.parametrize("seed", range(3))
def test_they_are_the_best_of_all_after_any_changes(step: float, seed: int) -> None:
    """Against scoring all in double precision; equal ones and those within rounding of the last may come
    besides.
    """
    rng = np.random.default_rng(seed)
    features = corpus(rng, 2000)
    scores = TopK(features)
    weights = {"semantic": rng.normal(size=6), "keyword": rng.normal(size=300) * (rng.random(300) < 0.5)}
    for _ in range(60):
        places = np.flatnonzero(rng.random(2000) < 0.7)
        added = rng.normal(size=2000) * (rng.random(2000) < 0.1)
        exact = (
            sum(features.blocks[name].astype(np.float64) @ block for name, block in weights.items()) + added
        )
        found = scores.best(weights, added, places, 10)
        cut = np.sort(exact[places])[-10]
        assert (
            set(places[exact[places] > cut + 1e-3]) <= set(found) <= set(places[exact[places] > cut - 1e-3])
        )
        assert len(found) >= 10
        weights = {
            name: block * rng.uniform(0.8, 1.2)
            + step * rng.normal(size=block.shape) * (rng.random(block.shape) < 0.2)
            for name, block in weights.items()
        }


def test_small_changes_do_not_score_all(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    features = corpus(rng, 5000)
    scores, weights = TopK(features), {"semantic": rng.normal(size=6), "keyword": rng.normal(size=300)}
    calls = 0
    whole = TopK.all

    def counted(self: TopK, given: Mapping[str, Vector]) -> Vector:
        nonlocal calls
        calls += 1
        return whole(self, given)

    monkeypatch.setattr(TopK, "all", counted)
    for _ in range(40):
        scores.best(weights, np.zeros(5000), np.arange(5000), 10)
        weights = {
            "semantic": weights["semantic"] * 1.02 + 0.001,
            "keyword": weights["keyword"] + 0.2 * (rng.random(300) < 0.02),
        }
    assert calls <= 6


def test_where_all_are_asked_for_all_come() -> None:
    features = corpus(np.random.default_rng(2), 20)
    assert TopK(features).best({}, np.zeros(20), np.arange(5, 12), 7).tolist() == list(range(5, 12))
    assert len(TopK(features).best({}, np.zeros(20), np.arange(20), 3)) == 20  # all are equal
