"""The ratings protocol on a small made set and hand-written systems."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from palate.errors import UnknownName
from palate.evaluation.arrays import IntVector, Vector
from palate.evaluation.crowd import crowd_feedback
from palate.evaluation.generator import generator
from palate.evaluation.judgements import History, RatedTexts
from palate.evaluation.metrics import brier, expected_calibration_error
from palate.evaluation.partial_results import PartialResults
from palate.evaluation.ratings import in_time_order, measure, replay_ratings
from palate.evaluation.result_row import ResultRow
from palate.evaluation.systems import SYSTEMS, ReplayCorpus

N = 120
LIKED = np.random.default_rng(0).random(N) < 0.4  # all readers like the same texts: the ones about cats


def history(reader: str, m: int, *, timed: bool = True) -> History:
    """m judgements, likes rated 4 or 5 and dislikes 1 or 2, in a file order that is not that of time."""
    rng = np.random.default_rng(len(reader) + m)
    rows = rng.choice(N, m, replace=False)
    ratings = np.where(LIKED[rows], 4, 1) + rng.integers(2, size=m)
    times = rng.permutation(m) * 60 if timed else np.zeros(m)
    return History(reader, rows, ratings.astype(np.float64), times.astype(np.float64))


@pytest.fixture(scope="module")
def rated() -> RatedTexts:
    words = np.array(["fox", "sun", "sea", "oak", "ink", "jam", "hat", "rye"])
    rng = np.random.default_rng(1)
    texts = [f"{'cats purr' if liked else 'dogs bark'} {' '.join(rng.choice(words, 5))}" for liked in LIKED]
    return RatedTexts(
        "made", tuple(texts), tuple(history(f"r{i}", m) for i, m in enumerate([60, 80, 30, 8, 100, 90]))
    )


class Known:
    """Knows all, and says 0.9 of what is liked and 0.2 of what is not."""

    name, calibrated = "known", True

    def __init__(self, corpus: ReplayCorpus, rng: np.random.Generator) -> None: ...

    def scores(self, rows: IntVector, likings: Vector) -> Vector:
        return np.where(LIKED, 0.9, 0.2)


def find(rows: list[ResultRow], **wanted: object) -> ResultRow:
    (row,) = [row for row in rows if all(getattr(row, name) == value for name, value in wanted.items())]
    return row


@pytest.mark.needs("peers")
def test_who_knows_all_is_perfect_and_chance_is_chance(
    rated: RatedTexts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SYSTEMS, "known", Known)
    rows = replay_ratings(rated, ["known", "random", "elas-u4"], seed=0)
    assert find(rows, system="known", k=10, metric="auc").mean == 1
    assert find(rows, system="known", k=10, metric="ndcg@10").mean == 1
    assert np.mean(
        [row.mean for row in rows if row.system == "random" and row.metric == "auc"]
    ) == pytest.approx(0.5, abs=0.05)
    assert find(rows, system="elas-u4", k=0, metric="auc").mean == 0.5
    assert find(rows, system="elas-u4", k=20, metric="auc").mean > 0.95


def test_n_counts_the_readers_that_had_later_texts_of_both_kinds(rated: RatedTexts) -> None:
    rows = replay_ratings(rated, ["random"], seed=0)
    assert {row.k: row.n for row in rows if row.metric == "auc"} == {0: 6, 5: 6, 10: 5, 20: 5, 50: 4}
    one_sided = RatedTexts(
        "likes", rated.contents, (History("r", np.arange(9), np.full(9, 3.3), np.zeros(9)),)
    )
    assert replay_ratings(one_sided, ["random"], seed=0) == []


def test_calibration_is_pooled_over_readers_and_only_for_probabilities(
    rated: RatedTexts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SYSTEMS, "known", Known)
    rows = replay_ratings(rated, ["known", "random"], seed=0, steps=[0])
    liked = np.concatenate([LIKED[h.rows] for h in rated.histories])
    mean = np.where(liked, 0.9, 0.2)
    ece = find(rows, system="known", k=0, metric="ece")
    assert ece.mean == pytest.approx(expected_calibration_error(liked, mean))
    assert ece.low <= ece.mean <= ece.high
    by_reader = [brier(LIKED[h.rows], np.where(LIKED[h.rows], 0.9, 0.2)) for h in rated.histories]
    assert find(rows, system="known", k=0, metric="brier").mean == pytest.approx(np.mean(by_reader))
    assert {row.metric for row in rows if row.system == "random"} == {"auc", "ndcg@10"}


def test_a_prediction_at_k_has_seen_the_first_k_judgements_in_time_order(
    rated: RatedTexts, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    class Spy(Known):
        name = "spy"

        def scores(self, rows: IntVector, likings: Vector) -> Vector:
            seen.append((rows.tolist(), likings.tolist()))
            return super().scores(rows, likings)

    monkeypatch.setitem(SYSTEMS, "spy", Spy)
    history = rated.histories[0]
    replay_ratings(RatedTexts("one", rated.contents, (history,)), ["spy"], seed=0)
    in_time = history.rows[np.argsort(history.times)]
    assert [len(rows) for rows, _ in seen] == [0, 5, 10, 20, 50]
    for rows, likings in seen:
        assert rows == in_time[: len(rows)].tolist()
        assert likings == np.where(LIKED[rows], 1.0, -1.0).tolist()


def test_only_later_texts_are_measured() -> None:
    class Memory(Known):
        def scores(self, rows: IntVector, likings: Vector) -> Vector:
            scores = np.full(N, 0.5)
            scores[rows] = likings
            return scores

    rows = np.arange(40)
    assert measure(Memory(ReplayCorpus(()), np.random.default_rng(0)), rows, LIKED[rows], k=20)["auc"] == [
        0.5
    ]


def test_a_like_is_at_or_above_the_readers_mean_and_equal_ratings_are_all_likes() -> None:
    mixed = History("a", np.arange(4), np.array([1.0, 2.0, 3.0, 2.0]), np.arange(4.0))
    assert in_time_order(mixed, np.random.default_rng(0))[1].tolist() == [False, True, True, True]
    tenths = History("b", np.arange(3), np.array([0.1, 0.1, 0.1]), np.zeros(3))  # their mean is above 0.1
    assert in_time_order(tenths, np.random.default_rng(0))[1].all()


def test_without_times_the_order_is_random_with_the_seed() -> None:
    untimed = history("r", 50, timed=False)
    orders = [in_time_order(untimed, generator(seed, "order", "r"))[0].tolist() for seed in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]
    assert sorted(orders[2]) == sorted(untimed.rows.tolist()) != orders[2]


@pytest.mark.needs("peers")
def test_a_readers_figures_do_not_depend_on_who_else_takes_part(rated: RatedTexts) -> None:
    def auc_of(systems: list[str], *indices: int) -> float:
        some = RatedTexts("made", rated.contents, tuple(rated.histories[index] for index in indices))
        return find(replay_ratings(some, systems, seed=3, steps=[5]), system="random", metric="auc").mean

    together = auc_of(["elas-u3", "random"], 0, 1)
    alone = [auc_of(["random"], index) for index in (0, 1)]
    assert together == pytest.approx(np.mean(alone))


@pytest.mark.needs("peers")
def test_the_same_seed_gives_the_same_rows_on_any_number_of_workers(rated: RatedTexts) -> None:
    some = RatedTexts("made", rated.contents, rated.histories[:3])
    told = []
    rows = replay_ratings(
        some, ["random", "elas-u4"], seed=4, on_done=lambda done, total: told.append((done, total))
    )
    assert told == [(i, 6) for i in range(1, 7)]
    assert replay_ratings(some, ["random", "elas-u4"], seed=4, workers=2) == rows
    assert replay_ratings(some, ["random", "elas-u4"], seed=5) != rows


def test_an_unknown_system_is_refused_before_any_work(rated: RatedTexts) -> None:
    told = []
    with pytest.raises(UnknownName, match="no system called 'svm'"):
        replay_ratings(rated, ["random", "svm"], seed=0, on_done=lambda done, _: told.append(done))
    assert told == []


def test_palate_is_compared_with_each_system_on_the_same_readers(
    rated: RatedTexts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SYSTEMS, "palate", Known)
    rows = replay_ratings(rated, ["palate", "random"], seed=0, steps=[5])
    palate, chance = find(rows, system="palate", metric="auc"), find(rows, system="random", metric="auc")
    assert palate.palate_minus is None
    assert chance.palate_minus is not None
    assert chance.palate_minus.mean == pytest.approx(palate.mean - chance.mean)
    assert 0 < chance.palate_minus.low < chance.palate_minus.mean < chance.palate_minus.high
    assert chance.palate_minus.n == 6


def test_the_crowd_and_the_encoder_reach_every_system(
    rated: RatedTexts, monkeypatch: pytest.MonkeyPatch
) -> None:
    stages = []

    class Curious(Known):
        def __init__(self, corpus: ReplayCorpus, rng: np.random.Generator) -> None:
            stages.append(corpus)

    monkeypatch.setitem(SYSTEMS, "curious", Curious)
    crowd = crowd_feedback(rated, without=[rated.histories[0].reader])
    replay_ratings(replace(rated, crowd=crowd), ["curious"], seed=0, steps=[0], encoder="minilm")
    assert {id(corpus) for corpus in stages} == {id(stages[0])}
    assert (stages[0].crowd, stages[0].encoder, stages[0].contents) == (crowd, "minilm", rated.contents)


def test_who_goes_by_the_crowd_alone_is_good_before_any_judgement(rated: RatedTexts) -> None:
    with_crowd = replace(rated, crowd=crowd_feedback(rated))
    rows = replay_ratings(with_crowd, ["popularity"], seed=0, steps=[0])
    assert find(rows, metric="auc").mean > 0.9


@pytest.mark.needs("peers")
def test_what_was_kept_gives_the_same_rows(rated: RatedTexts, tmp_path: Path) -> None:
    some = RatedTexts("made", rated.contents, rated.histories[:3])
    wanted = replay_ratings(some, ["elas-u3", "river"], seed=4)

    def stop(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replay_ratings(
            some, ["elas-u3"], seed=4, on_done=stop, partial=PartialResults(tmp_path / "partial", {})
        )
    told = []
    partial = PartialResults(tmp_path / "partial", {})
    assert len(partial) == 2
    rows = replay_ratings(
        some, ["elas-u3", "river"], seed=4, on_done=lambda done, total: told.append(done), partial=partial
    )
    assert rows == wanted
    assert told == [2, 3, 4, 5, 6]
