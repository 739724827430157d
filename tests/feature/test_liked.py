"""The crowd's likes as features, against dense algebra and planted clusters."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from palate.feature.liked import POPULARITY_LOGIT, LikedCrowd
from palate.feedback import CrowdFeedback

Floats = NDArray[np.float64]


def said(likes: Floats) -> CrowdFeedback:
    """From a (readers, n) matrix, 0 where nothing was said."""
    readers, places = np.nonzero(likes)
    return CrowdFeedback(readers, places, likes[readers, places], likes.shape[1])


def slow_block(likes: Floats, rows: Floats, shrinkage: float, neighbours: int, damping: float) -> Floats:
    """(n, readers), text by text."""
    likes = np.maximum(likes, 0)
    activity, popularity = likes.sum(axis=1), likes.sum(axis=0)
    n = likes.shape[1]
    own = np.zeros((n, len(likes)))
    for reader, text in zip(*np.nonzero(likes), strict=True):
        own[text, reader] = likes[reader, text] / (activity[reader] * popularity[text]) ** damping
    block = np.zeros_like(own)
    for text in range(n):
        lengths = np.linalg.norm(rows, axis=1) * np.linalg.norm(rows[text])
        others = [other for other in range(n) if other != text and popularity[other] > 0]
        ordered = sorted(
            ((rows[other] @ rows[text] / lengths[other], other) for other in others), reverse=True
        )
        best = [(cosine, other) for cosine, other in ordered[:neighbours] if cosine > 0]
        near = sum((cosine * own[other] for cosine, other in best), np.zeros(len(likes)))
        near = near / sum(cosine for cosine, _ in best) if best else near
        share = popularity[text] / (popularity[text] + shrinkage)
        block[text] = share * own[text] + (1 - share) * near
    energy = (block**2).sum() / n
    return block / np.sqrt(energy) if energy else block


@given(
    seed=st.integers(0, 999),
    n=st.integers(1, 9),
    readers=st.integers(1, 6),
    shrinkage=st.floats(0.1, 5),
    neighbours=st.integers(1, 4),
    damping=st.floats(0, 0.5),
)
def test_the_block_is_what_dense_algebra_gives(
    seed: int, n: int, readers: int, shrinkage: float, neighbours: int, damping: float
) -> None:
    rng = np.random.default_rng(seed)
    likes = np.where(rng.random((readers, n)) < 0.4, rng.uniform(-1, 1, (readers, n)), 0.0)
    # somebody likes every text; those with none are below
    likes[rng.integers(readers)] = np.abs(likes).max(axis=0) + 0.01
    likes[:, rng.random(n) < 0.3] = 0
    heard = likes[(likes > 0).any(axis=1)]
    rows = rng.normal(size=(n, 3))
    crowd = LikedCrowd(said(likes), rows, shrinkage=shrinkage, neighbours=neighbours, damping=damping)
    expected = slow_block(heard, rows, shrinkage, neighbours, damping)
    assert (crowd.block.shape, crowd.block.dtype.name) == ((n, 1 + len(heard)), "float32")
    np.testing.assert_allclose(crowd.block.toarray()[:, 1:], expected, atol=1e-4)


def test_the_first_column_orders_texts_by_likes_and_alone_has_a_prior() -> None:
    likes = np.array([[1.0, 1, 1, 0], [0, 1, 1, 0], [0, 0, 1, 0]])
    crowd = LikedCrowd(said(likes), np.eye(4))
    assert crowd.prior.tolist() == [1, 0, 0, 0]
    before = crowd.block @ crowd.prior
    assert np.argsort(before).tolist() == [3, 0, 1, 2]
    assert (before.mean(), before.std()) == (
        pytest.approx(0, abs=1e-6),
        pytest.approx(POPULARITY_LOGIT, rel=1e-5),
    )


def test_a_text_that_nobody_liked_and_a_new_one_are_like_their_neighbours() -> None:
    rng = np.random.default_rng(0)
    likes = (rng.random((20, 30)) < 0.2).astype(np.float64)
    likes[:, [4, 17]] = 0
    rows = rng.normal(size=(30, 5))
    crowd = LikedCrowd(said(likes), rows)
    np.testing.assert_allclose(
        crowd.transform(rows[[4, 17]]).toarray()[:, 1:], crowd.block[[4, 17]].toarray()[:, 1:], atol=1e-6
    )


def test_planted_clusters_are_told_apart_where_the_content_says_nothing() -> None:
    rng = np.random.default_rng(1)
    n, readers = 400, 300
    cluster, taste = np.arange(n) % 5, np.arange(readers) % 5
    likes = (rng.random((readers, n)) < np.where(cluster == taste[:, None], 0.1, 0.01)).astype(np.float64)
    crowd = LikedCrowd(said(likes), rng.normal(size=(n, 8)))
    given = rng.choice(np.flatnonzero(cluster == 2), 5, replace=False)
    scores = np.asarray((crowd.block @ crowd.block[given].T).sum(axis=1))
    scores[given] = -np.inf
    assert (cluster[np.argsort(-scores)[:40]] == 2).mean() > 0.8


def test_popular_texts_and_busy_readers_count_less_per_like() -> None:
    """One reader of two texts ties them closer than one of all texts does."""
    likes = np.vstack([np.ones(10), [1, 1] + [0] * 8])
    block = LikedCrowd(said(likes), np.ones((10, 1)), shrinkage=1e-9).block.toarray()[:, 1:]
    assert block[0] @ block[1] > 2 * (block[0] @ block[5])
    assert block[0, 1] > block[0, 0]


@pytest.mark.parametrize(
    "likes", [np.zeros((0, 3)), np.zeros((2, 3)), np.array([[-1.0, 0, -0.5]]), np.zeros((0, 0))]
)
def test_without_a_like_there_is_nothing_to_go_by(likes: Floats) -> None:
    n = likes.shape[1]
    crowd = LikedCrowd(said(likes), np.ones((n, 2)))
    assert (crowd.block.toarray().tolist(), crowd.prior.tolist()) == ([[0.0]] * n, [1.0])
    assert crowd.transform(np.ones((2, 2))).toarray().tolist() == [[0.0], [0.0]]


def test_one_reader_of_one_text_makes_it_alike_only_to_what_is_near() -> None:
    crowd = LikedCrowd(said(np.array([[1.0, 0, 0]])), np.array([[1.0, 0], [1, 1], [-1, 0]]))
    assert np.asarray(crowd.block[:, [1]].toarray()[:, 0] > 0).tolist() == [True, True, False]


def test_the_same_feedback_gives_the_same_bits() -> None:
    rng = np.random.default_rng(2)
    feedback, rows = said((rng.random((30, 50)) < 0.1).astype(np.float64)), rng.normal(size=(50, 4))
    one, other = (LikedCrowd(feedback, rows).block for _ in range(2))
    assert one.data.tobytes() == other.data.tobytes()
    assert one.indices.tobytes() == other.indices.tobytes()


@pytest.mark.parametrize(
    "settings", [{"shrinkage": 0.0}, {"neighbours": 0}, {"damping": 0.6}, {"damping": -0.1}]
)
def test_settings_out_of_range_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(settings))}=-?{abs(next(iter(settings.values())))}"):
        LikedCrowd(said(np.ones((1, 2))), np.eye(2), **settings)  # type: ignore[arg-type]


def test_rows_of_other_texts_are_refused() -> None:
    with pytest.raises(ValueError, match="speaks of 2 texts, and there are rows of 3"):
        LikedCrowd(said(np.ones((1, 2))), np.eye(3))
