"""Groups: k-means, silhouettes, topics that stay, their words, keywords, time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from palate.errors import BadValue
from palate.insight.class_words import class_tfidf, first_words
from palate.insight.keywords import keywords
from palate.insight.over_time import counts_over_time
from palate.insight.silhouette import best_k, silhouettes
from palate.parts import Matrix, Rows


def directions(seed: int, sizes: list[int], dims: int = 16, spread: float = 0.12) -> tuple[Matrix, Rows]:
    rng = np.random.default_rng(seed)
    of = np.repeat(np.arange(len(sizes)), sizes)
    vectors = np.eye(dims)[of] + rng.normal(0, spread, (len(of), dims))
    return np.asarray(vectors, np.float32), np.asarray(of, np.int64)


@given(st.integers(0, 500), st.integers(4, 40), st.integers(2, 5))
def test_silhouettes_are_those_of_scikit_learn(seed: int, n: int, k: int) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(seed)
    vectors, labels = rng.normal(size=(n, 4)), rng.integers(0, k, n)
    labels[:2] = (0, 1)
    if len(np.unique(labels)) >= n:
        labels[-1] = labels[0]
    usual = metrics.silhouette_samples(vectors, labels, metric="cosine")
    assert np.allclose(silhouettes(vectors, labels), usual, atol=1e-5)


def test_the_number_of_groups_is_found() -> None:
    pytest.importorskip("sklearn")
    vectors, _ = directions(0, [30, 40, 25, 30, 20])
    assert best_k(vectors) == 5
    with pytest.raises(BadValue, match="three texts that differ"):
        best_k(np.ones((9, 4)))


def test_more_groups_than_texts_are_refused() -> None:
    pytest.importorskip("sklearn")
    from palate.insight.spherical import spherical_kmeans

    vectors, of = directions(1, [5, 5])
    found, groups = spherical_kmeans(vectors, 2)
    assert len({*groups[of == 0]}) == len({*groups[of == 1]}) == 1
    assert np.allclose(np.linalg.norm(found.centres, axis=1), 1, atol=1e-5)
    for few in (vectors[:0], np.ones((4, 3), np.float32), vectors[:3]):
        with pytest.raises(BadValue, match="ask for fewer with --k"):
            spherical_kmeans(few, 4)


def test_topics_are_the_groups_and_a_withheld_one_is_a_pocket() -> None:
    pytest.importorskip("sklearn")
    from palate.insight.topic_model import NO_TOPIC, TopicModel

    vectors, of = directions(2, [60, 50, 40, 30])
    first, more = of < 3, directions(3, [20, 20, 20])[0]
    model, found = TopicModel.fit(vectors[first], k=3)
    assert model.ids.tolist() == [1, 2, 3]
    assert [{*found[of[first] == group]} - {NO_TOPIC} for group in range(3)] == [{1}, {2}, {3}]
    assert np.mean(found == NO_TOPIC) < 0.1
    assert np.array_equal(model.topics_of(vectors[first]), found)
    assert not len(model.pockets(more, vectors[first]))
    assert not len(model.pockets(vectors[~first][:9], vectors[first]))  # too few to be a subject
    pockets = model.pockets(np.concatenate([more, vectors[~first]]), vectors[first])
    assert len(pockets) == 1
    grown = model.opened(pockets, [7])
    assert np.array_equal(grown.topics_of(vectors[first]), found)
    assert np.mean(grown.topics_of(vectors[~first]) == 7) > 0.9
    assert model.topics_of(np.zeros((1, 16))).tolist() == [NO_TOPIC]


def test_topics_of_too_few_texts_are_refused() -> None:
    pytest.importorskip("sklearn")
    from palate.insight.topic_model import TopicModel

    for vectors in (np.zeros((0, 4)), np.zeros((5, 4)), np.eye(4)[:1]):
        with pytest.raises(BadValue, match="two texts or more"):
            TopicModel.fit(vectors)
    for k in (0, 6):
        with pytest.raises(BadValue, match="ask for fewer with --k"):
            TopicModel.fit(np.eye(5, dtype=np.float32), k=k)
    model, found = TopicModel.fit(np.ones((5, 4), np.float32))
    assert (model.ids.tolist(), found.tolist()) == ([1], [1] * 5)  # all alike


@given(st.integers(0, 500), st.integers(4, 60))
def test_every_text_has_the_topic_of_a_centre_or_none(seed: int, n: int) -> None:
    """Whatever the vectors are: some 0, some alike."""
    pytest.importorskip("sklearn")
    from palate.insight.topic_model import TopicModel

    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(n, 5)).astype(np.float32)[rng.integers(0, n, n)]
    vectors[rng.random(n) < 0.1] = 0
    vectors[:2] = np.eye(5)[:2]
    model, found = TopicModel.fit(vectors, seed=seed)
    again, same = TopicModel.fit(vectors, seed=seed)
    assert np.array_equal(found, same)
    assert {*found} - {-1} == {*model.ids.tolist()}
    sizes = [int(np.sum(found == topic)) for topic in model.ids]
    assert min(sizes) > 0
    assert np.all(found[~vectors.any(axis=1)] == -1)
    assert np.allclose(np.linalg.norm(again.directions.centres, axis=1), 1, atol=1e-4) or len(sizes) == 1


@given(st.integers(0, 500), st.integers(1, 4))
def test_class_words_do_not_depend_on_the_size_of_a_class(seed: int, times: int) -> None:
    rng = np.random.default_rng(seed)
    counts = csr_array(rng.poisson(1.0, (6, 5)).astype(float))
    groups = np.array([0, 0, 1, 1, 2, -1])
    found = class_tfidf(counts, groups, 3)
    f = np.array([counts.toarray()[groups == group].sum(axis=0) for group in range(3)])
    total = f.sum(axis=0)
    expected = np.sqrt(f / np.maximum(f.sum(axis=1, keepdims=True), 1)) * np.log(
        (f.sum() / 3 + 1) / (total + 0.5)
    )
    assert np.allclose(found, expected)
    order = first_words(found, ["a", "b", "c", "d", "e"], times)
    assert all(len(words) <= times for words in order)


def test_keywords_are_rare_near_and_unlike_each_other() -> None:
    vectors = np.array([[1, 0, 0], [0.99, 0.1, 0], [0, 1, 0], [0, 0, 1]], float)
    words = ["cat", "cats", "milk", "bond"]
    found = keywords(words, np.array([2.0, 1.9, 1.5, 1.0]), vectors, np.array([1, 0.6, 0]), n=3)
    assert [word.word for word in found[:2]] == ["cats", "milk"]
    assert found[0].score == 1.0
    assert keywords([], np.zeros(0), np.zeros((0, 3)), np.ones(3)) == []
    pairs = keywords(["two cats", "cats"], np.array([2.0, 1.0]), vectors[:2], vectors[0])
    assert [word.word for word in pairs] == ["two cats"]


@given(st.lists(st.integers(0, 4000), min_size=1, max_size=30), st.integers(1, 3))
def test_every_dated_text_is_in_one_period(days: list[int], k: int) -> None:
    moments = np.array([*(86_400.0 * day for day in days), np.nan])
    groups = np.arange(len(moments)) % k
    found = counts_over_time(moments, groups, k)
    assert found.counts.sum() == len(days)
    assert found.n_undated == 1
    assert list(found.periods) == sorted(found.periods)
    assert np.allclose(found.shares.sum(axis=1)[found.counts.sum(axis=1) > 0], 1)


def test_without_dates_there_is_no_period() -> None:
    assert counts_over_time(np.full(3, np.nan), np.zeros(3, int), 1).periods == ()
