"""The Qdrant adapters against the real package, in its local mode."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palate.evaluation.arrays import IntVector, Vector
from palate.evaluation.peer.qdrant import QdrantAverage, QdrantBest
from palate.evaluation.systems import Maker, ReplayCorpus

WORDS = [
    "cat",
    "kitten",
    "dog",
    "bond",
    "yield",
    "garden",
    "sleep",
    "protein",
    "kidney",
    "search",
    "rain",
    "market",
]
STAGE = ReplayCorpus(tuple(" ".join(np.random.default_rng(i).choice(WORDS, 4)) for i in range(40)))
MAKERS: dict[str, Maker] = {"average_vector": QdrantAverage, "best_score": QdrantBest}


def qdrants_scores(strategy: str, rows: IntVector, likings: Vector) -> dict[int, float]:
    """What the package says of the texts that were not judged: it leaves out the others."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        pytest.importorskip("qdrant_client")
        from qdrant_client import QdrantClient, models

    client = QdrantClient(":memory:")
    client.create_collection(
        "texts",
        vectors_config=models.VectorParams(size=STAGE.vectors.shape[1], distance=models.Distance.COSINE),
    )
    points = [
        models.PointStruct(id=index, vector=vector.tolist()) for index, vector in enumerate(STAGE.vectors)
    ]
    client.upsert("texts", points)
    judgements = models.RecommendInput(
        positive=rows[likings > 0].tolist(),
        negative=rows[likings < 0].tolist(),
        strategy=models.RecommendStrategy(strategy),
    )
    response = client.query_points(
        "texts", query=models.RecommendQuery(recommend=judgements), limit=len(points)
    ).points
    client.close()
    return {int(point.id): point.score for point in response}


@pytest.mark.parametrize("strategy", MAKERS)
@pytest.mark.parametrize("likings", [[1], [1, 1, 1], [1, -1], [-1, 1, 1, -1, -1, 1], [1] * 9 + [-1] * 20])
def test_scores_equal_qdrants(strategy: str, likings: list[int]) -> None:
    rows = np.random.default_rng(len(likings)).permutation(40)[: len(likings)]
    scores = MAKERS[strategy](STAGE, np.random.default_rng(0)).scores(rows, np.array(likings, dtype=float))
    theirs = qdrants_scores(strategy, rows, np.array(likings, dtype=float))
    assert sorted(theirs) == sorted(set(range(40)) - set(rows.tolist()))
    for index, score in theirs.items():
        assert scores[index] == pytest.approx(score, abs=2e-6)


def test_dislikes_alone_are_enough_for_best_score_and_not_for_the_average() -> None:
    rows, likings = np.array([3, 8]), np.array([-1.0, -1.0])
    best = QdrantBest(STAGE, np.random.default_rng(0)).scores(rows, likings)
    for index, score in qdrants_scores("best_score", rows, likings).items():
        assert best[index] == pytest.approx(score, abs=2e-6)
    with pytest.raises(ValueError, match="Positive list is empty"):
        qdrants_scores("average_vector", rows, likings)
    assert not QdrantAverage(STAGE, np.random.default_rng(0)).scores(rows, likings).any()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=12), st.integers(0, 99))
def test_asked_after_each_judgement_or_once_at_the_end_the_scores_are_the_same(
    liked: list[bool], seed: int
) -> None:
    rows, likings = np.random.default_rng(seed).permutation(40)[: len(liked)], np.where(liked, 1.0, -1.0)
    for make in MAKERS.values():
        often, once = (make(STAGE, np.random.default_rng(0)) for _ in range(2))
        for k in range(len(rows)):
            often.scores(rows[:k], likings[:k])
        np.testing.assert_array_equal(often.scores(rows, likings), once.scores(rows, likings))
