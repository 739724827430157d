"""What sets odd texts apart: distance, isolation, word order, shared phrases; likeness by words; polarity."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.errors import BadValue
from palate.feature.polarity import polarity
from palate.insight.duplicate_probability import DuplicateModel, pair_features
from palate.insight.neighbour_distance import neighbour_distances
from palate.insight.simhash import bits_apart, simhash
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


@given(
    st.dictionaries(st.text("abcdefg", min_size=1, max_size=6), st.integers(1, 5), min_size=1, max_size=12)
)
def test_simhash_does_not_depend_on_order_and_grows_apart_with_words(counts: dict[str, int]) -> None:
    assert simhash(dict(reversed(counts.items()))) == simhash(counts)
    assert simhash({word: 3 * n for word, n in counts.items()}) == simhash(counts)
    assert 0 <= bits_apart(simhash(counts), simhash({**counts, "entirely": 1})) <= 64


def test_simhash_of_no_words_is_zero_and_is_the_same_everywhere() -> None:
    assert simhash({}) == 0
    assert simhash({"cat": 1}) == int.from_bytes(__import__("hashlib").sha256(b"cat").digest()[:8], "big")


def test_probabilities_are_those_of_scikit_learn_and_calibrated() -> None:
    linear = pytest.importorskip("sklearn.linear_model")
    rng = np.random.default_rng(0)
    cosines = rng.uniform(0, 1, 4000)
    words = [({"a", "b", "c"}, {"a", "b", *("cd"[: int(n)])}) for n in rng.integers(0, 3, 4000)]
    features = pair_features(cosines, words)
    truth = (rng.uniform(size=4000) < 1 / (1 + np.exp(-(8 * cosines - 5)))).astype(float)
    model = DuplicateModel.fit(features[:2000], truth[:2000])
    found = model.probabilities(features[2000:])
    usual = linear.LogisticRegression(C=1e3, fit_intercept=False, max_iter=10_000, tol=1e-8)
    usual.fit(features[:2000], truth[:2000])
    assert np.allclose(found, usual.predict_proba(features[2000:])[:, 1], atol=0.02)
    assert abs(found.mean() - truth[2000:].mean()) < 0.03


def test_too_few_pairs_or_one_kind_are_refused() -> None:
    features = pair_features(np.full(60, 0.5), [(set(), {"a"})] * 60)
    assert np.isfinite(features).all()
    for labels in (np.ones(60), np.zeros(60), np.array([0.0, 1.0])):
        with pytest.raises(BadValue, match="50 pairs"):
            DuplicateModel.fit(features[: len(labels)], labels)


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
