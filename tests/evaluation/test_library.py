"""The library protocol on a small made set and hand-written systems, against a slow count."""

import numpy as np
import pytest

from palate.errors import UnknownName
from palate.evaluation.arrays import IntVector, Vector
from palate.evaluation.generator import generator
from palate.evaluation.judgements import History, RatedTexts
from palate.evaluation.library import measure, replay_library
from palate.evaluation.result_row import ResultRow
from palate.evaluation.systems import SYSTEMS, ReplayCorpus

N = 300
TOPIC = np.arange(N) % 4


class Topical:
    """Scores a text by how many of the given ones are of its topic: nearly all texts tie."""

    name, calibrated = "topical", False

    def __init__(self, corpus: ReplayCorpus, rng: np.random.Generator) -> None: ...

    def scores(self, rows: IntVector, likings: Vector) -> Vector:
        assert (likings == 1).all()
        return np.bincount(TOPIC[rows], minlength=4)[TOPIC].astype(np.float64)


def history(reader: int, m: int) -> History:
    rows = np.random.default_rng(reader).choice(np.arange(reader % 4, N, 4), m, replace=False)
    return History(f"r{reader}", rows, np.ones(m), np.zeros(m))


@pytest.fixture
def rated(monkeypatch: pytest.MonkeyPatch) -> RatedTexts:
    monkeypatch.setitem(SYSTEMS, "topical", Topical)
    texts = tuple(f"{topic} {i}" for i, topic in enumerate(TOPIC))
    return RatedTexts("made", texts, tuple(history(i, m) for i, m in enumerate([40, 11, 10, 6, 5, 2, 1])))


def find(rows: list[ResultRow], **wanted: object) -> ResultRow:
    (row,) = [row for row in rows if all(getattr(row, name) == value for name, value in wanted.items())]
    return row


def slow(
    scores: Vector, tie_order: IntVector, given: set[int], later: set[int]
) -> tuple[float, float, float]:
    """recall@100, nDCG@10 and reciprocal rank by sorting a list and counting."""
    order = sorted(
        (i for i in range(len(scores)) if i not in given), key=lambda i: (-scores[i], tie_order[i])
    )
    recall = sum(i in later for i in order[:100]) / len(later)
    gain = sum(1 / np.log2(rank + 1) for rank, i in enumerate(order[:10], 1) if i in later)
    best = sum(1 / np.log2(rank + 1) for rank in range(1, min(10, len(later)) + 1))
    return recall, gain / best, next(1 / rank for rank, i in enumerate(order, 1) if i in later)


@pytest.mark.parametrize("seed", range(20))
def test_measures_equal_a_slow_count(seed: int) -> None:
    rng = np.random.default_rng(seed)
    likes = rng.permutation(N)[: rng.integers(2, 60)]
    k = int(rng.integers(1, len(likes)))
    tie_order, scores = rng.permutation(N), rng.integers(rng.integers(1, N), size=N).astype(np.float64)

    class Fixed(Topical):
        def scores(self, rows: IntVector, likings: Vector) -> Vector:
            assert rows.tolist() == likes[:k].tolist()
            return scores

    measured = measure(Fixed(ReplayCorpus(()), rng), likes, k, tie_order)
    expected = slow(scores, tie_order, set(likes[:k].tolist()), set(likes[k:].tolist()))
    assert [measured["recall@100"], measured["ndcg@10"], measured["mrr"]] == [
        [pytest.approx(value)] for value in expected
    ]


def test_who_knows_the_topic_finds_the_likes_and_chance_does_not(rated: RatedTexts) -> None:
    rows = replay_library(rated, ["topical", "random"], seed=0)
    assert find(rows, system="topical", k=5, metric="recall@100").mean == 1  # 75 texts of the topic
    assert find(rows, system="random", k=5, metric="recall@100").mean == pytest.approx(1 / 3, abs=0.15)
    assert {row.protocol for row in rows} == {"library"}


def test_n_counts_the_readers_that_have_a_like_left(rated: RatedTexts) -> None:
    rows = replay_library(rated, ["topical"], seed=0)
    assert {(row.k, row.metric): row.n for row in rows} == {
        (k, metric): n
        for k, n in [(1, 6), (5, 4), (10, 2), (20, 1)]
        for metric in ("recall@100", "ndcg@10", "mrr")
    }


def test_a_disliked_text_is_neither_given_nor_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    class Spy(Topical):
        def scores(self, rows: IntVector, likings: Vector) -> Vector:
            seen.append(set(rows.tolist()))
            return np.arange(N, dtype=np.float64)

    monkeypatch.setitem(SYSTEMS, "spy", Spy)
    rated = RatedTexts(
        "made",
        ("text",) * N,
        (History("r", np.array([299, 298, 7, 9]), np.array([1.0, 1, 5, 5]), np.zeros(4)),),
    )
    rows = replay_library(rated, ["spy"], seed=0, steps=[1])
    assert seen in ([{7}], [{9}])
    assert find(rows, metric="mrr").mean == pytest.approx(1 / (N - 9 if seen == [{7}] else N - 8))


def test_the_given_likes_grow_with_k_and_are_drawn_with_the_seed(
    rated: RatedTexts, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[int]] = []

    class Spy(Topical):
        def scores(self, rows: IntVector, likings: Vector) -> Vector:
            seen.append(rows.tolist())
            return super().scores(rows, likings)

    monkeypatch.setitem(SYSTEMS, "spy", Spy)
    first_reader = RatedTexts("one", rated.contents, rated.histories[:1])
    for seed in (0, 0, 1):
        replay_library(first_reader, ["spy"], seed=seed)
    first, again, different = seen[:4], seen[4:8], seen[8:]
    assert first == again != different
    assert [len(rows) for rows in first] == [1, 5, 10, 20]
    assert first[2][:5] == first[1]
    assert first[1][:1] == first[0]
    assert set(first[2]) < set(rated.histories[0].rows.tolist())


def test_ties_are_broken_by_one_draw_per_reader_not_by_the_order_of_the_file() -> None:
    class Tied(Topical):
        def scores(self, rows: IntVector, likings: Vector) -> Vector:
            return np.zeros(N)

    recalls = [
        measure(
            Tied(ReplayCorpus(()), generator(0)), np.arange(50), 1, generator(seed, "ties").permutation(N)
        )["recall@100"][0]
        for seed in range(40)
    ]
    assert np.mean(recalls) == pytest.approx(100 / 299, abs=0.04)


@pytest.mark.needs("peers")
def test_the_same_seed_gives_the_same_rows_on_any_number_of_workers(rated: RatedTexts) -> None:
    told = []
    rows = replay_library(
        rated, ["random", "arxiv-sanity"], seed=4, on_done=lambda done, total: told.append((done, total))
    )
    assert told[-1] == (14, 14)
    assert replay_library(rated, ["random", "arxiv-sanity"], seed=4, workers=2) == rows
    assert replay_library(rated, ["random", "arxiv-sanity"], seed=5) != rows


def test_what_cannot_be_replayed_is_refused(rated: RatedTexts, monkeypatch: pytest.MonkeyPatch) -> None:
    class Nan(Topical):
        name = "nan"

        def scores(self, rows: IntVector, likings: Vector) -> Vector:
            return np.full(N, np.nan)

    monkeypatch.setitem(SYSTEMS, "nan", Nan)
    with pytest.raises(UnknownName, match="no system called 'svm'"):
        replay_library(rated, ["svm"], seed=0)
    with pytest.raises(ValueError, match=r"got steps \[0, 5\]"):
        replay_library(rated, ["random"], seed=0, steps=[0, 5])
    with pytest.raises(ValueError, match="'nan' gave nan"):
        replay_library(rated, ["nan"], seed=0)
