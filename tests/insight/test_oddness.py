"""What sets odd texts apart: distance, isolation, word order, shared phrases; likeness by words; polarity."""

import numpy as np
import pytest

from palate.feature.polarity import polarity
from palate.insight.neighbour_distance import neighbour_distances
from palate.insight.word_order import WordSequences, order_fit, shared_phrases


def test_a_small_group_of_odd_texts_is_far_though_they_are_near_each_other() -> None:
    rng = np.random.default_rng(0)
    usual = np.eye(12)[0] + rng.normal(0, 0.2, (200, 12))
    odd = np.eye(12)[5] + rng.normal(0, 0.01, (10, 12))
    found = neighbour_distances(np.concatenate([usual, odd]))
    assert found[200:].min() > found[:200].max()
    assert neighbour_distances(np.ones((1, 3))).tolist() == [0.0]


def test_isolation_finds_them_too() -> None:
    pytest.importorskip("sklearn")
    from palate.insight.isolation import isolation

    rng = np.random.default_rng(1)
    vectors = np.concatenate([rng.normal(0, 1, (300, 8)), rng.normal(9, 1, (6, 8))])
    found = isolation(vectors, seed=1)
    assert found[300:].mean() > np.quantile(found[:300], 0.98)
    assert np.ptp(isolation(np.ones((4, 3)))) == 0


def sequences(texts: list[str]) -> WordSequences:
    ids: dict[str, int] = {}
    words = [[ids.setdefault(word, len(ids)) for word in text.split()] for text in texts]
    starts = np.cumsum([0, *map(len, words)])
    return WordSequences(np.array([word for text in words for word in text], np.int64), starts)


def test_shuffled_words_fit_worse_than_any_text_in_order() -> None:
    rng = np.random.default_rng(0)
    parts = ["the cat sat on the mat", "the dog ran to the old house", "a man read in the old book"]
    texts = [" and then ".join(rng.permutation(parts)) for _ in range(40)]
    shuffled = [" ".join(rng.permutation(text.split())) for text in texts[:3]]
    fits = order_fit(sequences([*texts, *shuffled]))
    assert fits[40:].max() < fits[:40].min()
    assert np.isnan(order_fit(sequences(["one"]))).all()
    assert np.isnan(order_fit(sequences(["", ""]))).all()


def test_phrases_that_four_texts_have_are_shared() -> None:
    notice = "this message was sent by a machine"
    texts = [f"{notice} {word} x{word} y{word} z{word} w{word}" for word in "abcd"]
    found = shared_phrases(sequences([*texts, "quite other words that nobody else has here", "short"]))
    assert (found[:4] > 0.3).all()
    assert found[4:].tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("more", "less"),
    [
        ("A wonderful film.", "A film."),
        ("A film.", "An awful film."),
        ("A very good film.", "A good film."),
        ("A good film.", "A slightly good film."),
        ("It is not bad.", "It is bad."),
        ("It isn’t awful", "It is awful"),
        ("Dull at first, but brilliant.", "Brilliant at first, but dull."),
        ("I couldn't stop laughing at this charming thing", "I couldn't like this charming thing"),
    ],
)
def test_polarity_sees_negation_emphasis_and_turns(more: str, less: str) -> None:
    assert polarity(more).value > polarity(less).value


def test_polarity_names_the_words_and_is_bounded() -> None:
    found = polarity("great " * 500)
    assert 0.9 < found.value <= 1
    assert [word for word, _ in found.words] == ["great"]
    assert polarity("") == (0.0, ())
