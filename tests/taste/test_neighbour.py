"""NeighbourTaste against slow loops over pairs of texts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.metrics.pairwise import cosine_similarity

from palate.features import Background, Features
from palate.taste import neighbour
from palate.taste.calibration import UNBALANCED_SHIFT, calibrate
from palate.taste.neighbour import NeighbourTaste

Floats = NDArray[np.float64]


def score(cosines: Floats, likings: Floats) -> float:
    """Of one text by its cosine to each judged one."""
    liked = [liking * cosine for liking, cosine in zip(likings, cosines, strict=True) if liking > 0]
    disliked = [-liking * cosine for liking, cosine in zip(likings, cosines, strict=True) if liking < 0]
    return max(liked, default=0.0) - max(disliked, default=0.0)


@given(seed=st.integers(0, 9999), n=st.integers(0, 10), slope=st.floats(0.3, 5), scale=st.floats(0.1, 3))
def test_log_odds_are_the_calibrated_difference_of_the_nearest(
    seed: int, n: int, slope: float, scale: float
) -> None:
    rng = np.random.default_rng(seed)
    dense, sparse = rng.normal(size=(n + 4, 3)), rng.normal(size=(n + 4, 5)) * (rng.random((n + 4, 5)) < 0.5)
    dense[n:][0], sparse[n:][0] = 0, 0
    texts = Features({"semantic": dense, "keyword": csr_array(sparse), "crowd": rng.normal(size=(n + 4, 2))})
    likings, weights, prior = (
        rng.choice([1.0, -1.0, 0.5, 0.0], n),
        rng.uniform(0.2, 2, n),
        np.array([0.5, -1.0]),
    )
    known = Background(texts, texts, {"crowd": prior})
    taste = NeighbourTaste({"semantic": 1.0, "keyword": scale}, slope=slope, background=known)
    taste.learn(texts[:n], likings, weights)
    cosines = cosine_similarity(np.hstack([dense, np.sqrt(scale) * sparse]))
    rest = [np.flatnonzero(np.arange(n) != text) for text in range(n)]
    left_out = np.array([score(cosines[text, others], likings[others]) for text, others in enumerate(rest)])
    expected = np.asarray(texts.blocks["crowd"]) @ prior / slope
    fitted, offset = calibrate(left_out + expected[:n], likings, weights, slope=slope, shift=UNBALANCED_SHIFT)
    scores = np.array([score(cosines[text, :n], likings) for text in range(n, n + 4)])
    np.testing.assert_allclose(taste.logits(texts[n:]), fitted * (scores + expected[n:]) + offset, atol=1e-5)
    mean, sd = taste.value(texts[n:])
    worth = np.array([weights @ cosines[text, :n] ** 2 for text in range(n, n + 4)])
    np.testing.assert_allclose(sd, np.sqrt(mean * (1 - mean) / (worth + 3)), atol=1e-9)


def test_two_likings_that_have_nothing_in_common_are_both_found() -> None:
    """The mean of what was liked is the very text between them that nobody wants; nearest neighbours know."""
    texts = Features(
        {"semantic": np.array([[1.0, 0.1], [1.0, -0.1], [-1.0, 0.1], [-1.0, -0.1], [0.0, 1.0], [0.0, -1.0]])}
    )
    taste = NeighbourTaste({"semantic": 1.0})
    taste.learn(texts, np.array([1.0, 1.0, 1.0, 1.0, -1.0, -1.0]), np.ones(6))
    mean, _ = taste.value(Features({"semantic": np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0]])}))
    assert mean[2] < 0.5 < min(mean[:2])


def test_many_texts_are_valued_in_parts_as_they_are_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    texts = Features({"semantic": rng.normal(size=(11, 3))})
    taste = NeighbourTaste({"semantic": 1.0})
    taste.learn(texts[:5], np.array([1.0, -1.0, 1.0, -1.0, -1.0]), np.ones(5))
    at_once = taste.logits(texts)
    monkeypatch.setattr(neighbour, "BATCH_TEXTS", 4)
    np.testing.assert_allclose(taste.logits(texts), at_once)


@given(seed=st.integers(0, 999), n=st.integers(3, 14), max_judgements=st.integers(2, 6))
def test_beyond_max_judgements_the_oldest_of_the_larger_side_is_as_if_it_had_never_been(
    seed: int, n: int, max_judgements: int
) -> None:
    rng = np.random.default_rng(seed)
    texts, likings = Features({"semantic": rng.normal(size=(n, 3))}), rng.choice([1.0, -1.0], n)
    capped, small = (
        NeighbourTaste({"semantic": 1.0}, max_judgements=max_judgements),
        NeighbourTaste({"semantic": 1.0}),
    )
    capped.learn(texts, likings, np.ones(n))
    kept: list[int] = []
    for text in range(n):
        kept.append(text)
        if len(kept) > max_judgements:
            side = 1.0 if likings[kept].sum() > 0 else -1.0
            kept.remove(next(one for one in kept if likings[one] == side))
    small.learn(texts[kept], likings[kept], np.ones(len(kept)))
    assert capped.dropped == n - len(kept)
    np.testing.assert_allclose(capped.value(texts), small.value(texts), atol=1e-9)


@pytest.mark.parametrize(
    "settings", [{"scales": {}}, {"scales": {"a": 0.0}}, {"slope": 0.0}, {"max_judgements": 1}]
)
def test_settings_out_of_range_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        NeighbourTaste(**({"scales": {"a": 1.0}} | settings))  # type: ignore[arg-type]
