"""MiniLM's cosine, and its fusion with BM25."""

import numpy as np
import pytest

from palate.encoder.choose import make_encoder
from palate.evaluation.peer.fusion import Fusion
from palate.evaluation.peer.minilm import MinilmCosine
from palate.evaluation.replay_corpus import ReplayCorpus

pytestmark = [pytest.mark.needs("peers"), pytest.mark.needs("minilm")]

CORPUS = ReplayCorpus(("a cat purrs", "kittens sleep", "government bonds", "interest rates"))
NOTHING = (np.zeros(0, dtype=np.int64), np.zeros(0))


def test_a_description_is_a_vector() -> None:
    system = MinilmCosine(CORPUS, np.random.default_rng(0))
    assert system.scores(*NOTHING).tolist() == [0] * 4
    system.describe("money and finance")
    vectors = make_encoder("minilm").encode([*CORPUS.contents, "money and finance"])
    np.testing.assert_allclose(system.scores(*NOTHING), vectors[:4] @ vectors[4], atol=1e-5)
    judged = system.scores(np.array([0, 2]), np.array([1.0, -1.0]))
    assert judged[1] > system.scores(*NOTHING)[1]


def test_fusion_adds_reciprocal_ranks() -> None:
    system = Fusion(CORPUS, np.random.default_rng(0))
    assert len(set(system.scores(*NOTHING))) == 1
    system.describe("bonds")
    by_words, by_meaning = system.systems
    order = np.argsort(-by_meaning.scores(*NOTHING))
    expected = np.full(4, 1 / 62)  # of words: one has it, the others tie behind
    expected[2] = 1 / 61
    assert int(np.argmax(by_words.scores(*NOTHING))) == 2
    expected[order] += 1 / (61 + np.arange(4))
    np.testing.assert_allclose(system.scores(*NOTHING), expected)
