"""BM25 against its formula and the package's own search."""

import math

import numpy as np
import pytest

from palate.evaluation.peer.bm25 import Bm25
from palate.evaluation.replay_corpus import ReplayCorpus

pytestmark = pytest.mark.needs("peers")

TEXTS = ("red cats and red dogs", "blue cats", "dogs bark at the moon", "government bonds")
NOTHING = (np.zeros(0, dtype=np.int64), np.zeros(0))


def test_a_description_is_a_query() -> None:
    system = Bm25(ReplayCorpus(TEXTS), np.random.default_rng(0))
    system.describe("Red cats, please")
    scores = system.scores(*NOTHING)
    lengths = [4, 2, 3, 2]  # without stop words
    mean = sum(lengths) / 4

    def weight(count: int, length: int, having: int) -> float:
        idf = math.log(1 + (4 - having + 0.5) / (having + 0.5))
        return idf * count / (count + 1.5 * (0.25 + 0.75 * length / mean))

    expected = [weight(2, 4, 1) + weight(1, 4, 2), weight(1, 2, 2), 0, 0]
    np.testing.assert_allclose(scores, np.array(expected) / math.sqrt(2), atol=1e-6)


def test_likes_draw_near_and_dislikes_push_away() -> None:
    system = Bm25(ReplayCorpus(TEXTS), np.random.default_rng(0))
    assert system.scores(*NOTHING).tolist() == [0] * 4
    scores = system.scores(np.array([1, 3]), np.array([1.0, -1.0]))
    assert scores[0] > scores[2] == 0 > scores[3]


@pytest.mark.parametrize("texts", [("", "!"), ("the", "and of")])
def test_texts_without_words_tie(texts: tuple[str, ...]) -> None:
    system = Bm25(ReplayCorpus(texts), np.random.default_rng(0))
    system.describe("red cats")
    assert system.scores(np.array([0]), np.ones(1)).tolist() == [0, 0]
