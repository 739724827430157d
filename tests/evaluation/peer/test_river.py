"""The river adapter against the real package, judgement by judgement."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palate.evaluation.peer.river import River
from palate.evaluation.replay_corpus import ReplayCorpus

pytestmark = pytest.mark.needs("peers")

TEXTS = (
    "A cat, a cat and a kitten.",
    "Re-read: the re-reading of Café Zürich",
    "dogs bark",
    "DOGS dogs Dogs!",
    "",
    "x y z",
    "the cat sat on the mat",
    "kitten_7 état été",
    "bond yields rose; bonds fell",
    "the the the the cat",
)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([i for i in range(10) if TEXTS[i] not in ("", "x y z")]), st.booleans()),
        max_size=25,
    )
)
def test_probabilities_equal_rivers(judgements: list[tuple[int, bool]]) -> None:
    pytest.importorskip("river")
    from river.compose import Pipeline
    from river.feature_extraction import TFIDF
    from river.linear_model import LogisticRegression

    model = Pipeline(TFIDF(), LogisticRegression())
    for row, liked in judgements:
        model.learn_one(TEXTS[row], liked)  # type: ignore[arg-type]  # a pipeline that begins with text takes text
    rows, likings = (
        np.array([row for row, _ in judgements], dtype=np.int64),
        np.array([1.0 if liked else -1.0 for _, liked in judgements]),
    )
    scores = River(ReplayCorpus(TEXTS), np.random.default_rng(0)).scores(rows, likings)
    for index, text in enumerate(TEXTS):
        if text not in ("", "x y z"):  # no word: river divides by zero
            theirs = model.predict_proba_one(text)[True]  # type: ignore[arg-type]
            assert scores[index] == pytest.approx(theirs, abs=1e-12)


def test_each_judgement_is_learned_once_however_often_it_is_asked() -> None:
    rows, likings = np.array([0, 2, 3, 6]), np.array([1.0, -1.0, -1.0, 1.0])
    often, once = (River(ReplayCorpus(TEXTS), np.random.default_rng(0)) for _ in range(2))
    for k in range(4):
        often.scores(rows[:k], likings[:k])
    np.testing.assert_array_equal(often.scores(rows, likings), once.scores(rows, likings))


@pytest.mark.parametrize("texts", [("", "!"), ("a b", "c")])
def test_texts_without_words_are_learned_by_the_intercept_alone(texts: tuple[str, ...]) -> None:
    scores = River(ReplayCorpus(texts), np.random.default_rng(0)).scores(np.array([0]), np.array([1.0]))
    assert scores[0] == scores[1] > 0.5
