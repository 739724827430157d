"""The arxiv-sanity adapter against his code, written out plainly."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from palate.evaluation.arrays import Vector
from palate.evaluation.peer.arxiv_sanity import ArxivSanity
from palate.evaluation.replay_corpus import ReplayCorpus

SEED = 3


@pytest.fixture(scope="module")
def papers() -> tuple[str, ...]:
    """120 papers of 8 words out of 200, so that most words are in 5 papers or more and in a tenth of them or
    less.
    """
    rng = np.random.default_rng(0)
    words = [f"w{i:x}é" for i in range(200)]
    return tuple(" ".join(rng.choice(words, 8)) for _ in range(120))


def his_scores(papers: tuple[str, ...], liked_rows: list[int]) -> Vector:
    """compute.py and serve.py of karpathy/arxiv-sanity-lite."""
    v = TfidfVectorizer(
        input="content",
        encoding="utf-8",
        decode_error="replace",
        strip_accents="unicode",
        lowercase=True,
        analyzer="word",
        stop_words="english",
        token_pattern=r"(?u)\b[a-zA-Z_][a-zA-Z0-9_]+\b",
        ngram_range=(1, 2),
        max_features=20000,
        norm="l2",
        use_idf=True,
        smooth_idf=True,
        sublinear_tf=True,
        max_df=0.1,
        min_df=5,
    )
    v.fit(papers)
    x = v.transform(papers).astype(np.float32)
    y = np.zeros(len(papers), dtype=np.float32)
    y[liked_rows] = 1.0
    state = int(np.random.default_rng(SEED).integers(2**31))
    clf = LinearSVC(
        class_weight="balanced", verbose=False, max_iter=10000, tol=1e-6, C=0.01, random_state=state
    )
    clf.fit(x, y)
    return np.asarray(clf.decision_function(x))


@pytest.mark.parametrize("liked_rows", [[4], [0, 7, 50, 51, 99]])
def test_scores_equal_his(papers: tuple[str, ...], liked_rows: list[int]) -> None:
    scores = ArxivSanity(ReplayCorpus(papers), np.random.default_rng(SEED)).scores(
        np.array(liked_rows), np.ones(len(liked_rows))
    )
    np.testing.assert_array_equal(scores, his_scores(papers, liked_rows))
    assert len(np.unique(scores)) > 100


def test_a_dislike_is_no_more_than_an_unjudged_text(papers: tuple[str, ...]) -> None:
    system = ArxivSanity(ReplayCorpus(papers), np.random.default_rng(SEED))
    liked, both = (
        system.scores(np.array([4]), np.array([1.0])),
        system.scores(np.array([4, 9]), np.array([1.0, -1.0])),
    )
    np.testing.assert_array_equal(liked, both)


@pytest.mark.parametrize("likings", [[], [-1.0]])
def test_ties_everything_without_a_like(papers: tuple[str, ...], likings: list[float]) -> None:
    scores = ArxivSanity(ReplayCorpus(papers), np.random.default_rng(SEED)).scores(
        np.arange(len(likings)), np.array(likings)
    )
    assert not scores.any()


@pytest.mark.parametrize("small", [("red cats", "blue cats"), ("", ""), ("red cats",) * 30])
def test_ties_everything_where_the_settings_leave_no_word(small: tuple[str, ...]) -> None:
    scores = ArxivSanity(ReplayCorpus(small), np.random.default_rng(SEED)).scores(
        np.array([0]), np.array([1.0])
    )
    assert scores.tolist() == [0] * len(small)
