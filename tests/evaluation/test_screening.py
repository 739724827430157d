"""The screening protocol on a small made review and hand-written systems."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import ArrayLike

from palate.errors import UnknownName
from palate.evaluation.arrays import IntVector, Vector
from palate.evaluation.judgements import Review
from palate.evaluation.partial_results import PartialResults
from palate.evaluation.screening import draw_priors, replay_screening, screen, screen_reviews
from palate.evaluation.systems import SYSTEMS

INCLUDED = np.isin(np.arange(60), [3, 20, 21, 44, 59])


@pytest.fixture(scope="module")
def reviews() -> list[Review]:
    rng = np.random.default_rng(0)
    texts = [
        f"{'cats purr' if label else 'dogs bark'} {' '.join(rng.choice(list('uvwxyz'), 3))}1"
        for label in INCLUDED
    ]
    return [Review("one", tuple(texts), INCLUDED), Review("two", tuple(texts[:25]), INCLUDED[:25])]


class Fixed:
    """Always the same scores; keeps what it was told."""

    name, calibrated = "fixed", False

    def __init__(self, scores: ArrayLike) -> None:
        self.fixed = np.asarray(scores, dtype=np.float64)
        self.told: list[tuple[list[int], list[float]]] = []

    def scores(self, rows: IntVector, likings: Vector) -> Vector:
        self.told.append((rows.tolist(), likings.tolist()))
        return self.fixed


def test_always_reads_the_top_one_and_learns_it_before_the_next() -> None:
    system = Fixed(np.arange(60))
    order = screen(system, INCLUDED, np.array([20, 50]), np.random.default_rng(0))
    # ends with 3, the last one included
    assert order.tolist() == [i for i in range(59, 2, -1) if i not in (20, 50)]
    assert system.told[0] == ([20, 50], [1.0, -1.0])
    for step, (rows, likings) in enumerate(system.told):
        assert rows == [20, 50, *order[:step]]
        assert likings == np.where(INCLUDED[rows], 1.0, -1.0).tolist()


def test_ties_are_read_in_an_order_drawn_with_the_seed() -> None:
    orders = [
        screen(Fixed(np.zeros(60)), INCLUDED, np.array([20, 50]), np.random.default_rng(s)).tolist()
        for s in (1, 1, 2)
    ]
    assert orders[0] == orders[1] != orders[2]
    assert orders[0] != sorted(orders[0])


def test_a_system_that_scores_nan_is_refused() -> None:
    with pytest.raises(ValueError, match="'fixed' gave nan"):
        screen(Fixed(np.full(60, np.nan)), INCLUDED, np.array([20, 50]), np.random.default_rng(0))


def test_priors_are_one_included_and_one_excluded() -> None:
    drawn = [draw_priors(INCLUDED, np.random.default_rng(seed)) for seed in range(30)]
    assert all(INCLUDED[included] and not INCLUDED[excluded] for included, excluded in drawn)
    assert len({int(included) for included, _ in drawn}) == 5


def test_who_knows_all_loses_nothing(reviews: list[Review], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SYSTEMS, "known", lambda corpus, rng: Fixed(INCLUDED[: len(corpus.contents)]))
    rows = replay_screening(reviews[:1], ["known"], seeds=[0, 1])
    assert {row.metric: row.mean for row in rows} == pytest.approx(
        {"loss": 0, "wss@95": 54 / 58 - 0.05, "atd": 2.5 / 58, "recall@10%": 1, "last": 4}
    )
    for row in rows:
        assert (row.protocol, row.data, row.system, row.k, row.n) == ("screening", "one", "known", None, 2)
        assert row.low == row.mean == row.high


@pytest.mark.needs("peers")
def test_chance_loses_half_and_a_learner_less(reviews: list[Review]) -> None:
    rows = replay_screening(reviews[:1], ["random", "elas-u4"], seeds=range(8))
    losses = {row.system: row for row in rows if row.metric == "loss"}
    assert losses["random"].low < 0.5 < losses["random"].high
    assert losses["elas-u4"].mean < 0.1


def test_several_reviews_have_a_row_for_all(reviews: list[Review]) -> None:
    rows = [row for row in replay_screening(reviews, ["random"], seeds=[0, 1, 2]) if row.metric == "atd"]
    first, second, both = rows
    assert [row.data for row in rows] == ["one", "two", "all"]
    assert [row.n for row in rows] == [3, 3, 2]
    assert both.mean == pytest.approx((first.mean + second.mean) / 2)


@pytest.mark.needs("peers")
def test_the_same_seeds_give_the_same_rows_on_any_number_of_workers(reviews: list[Review]) -> None:
    rows = replay_screening(reviews, ["random", "elas-u3"], seeds=[0, 1])
    assert replay_screening(reviews, ["random", "elas-u3"], seeds=[0, 1], workers=2) == rows
    assert replay_screening(reviews, ["random", "elas-u3"], seeds=[2, 3]) != rows


def test_an_unknown_system_is_refused_before_any_work(reviews: list[Review]) -> None:
    with pytest.raises(UnknownName, match="no system called 'svm'"):
        replay_screening(reviews, ["svm"])


def test_palate_is_compared_run_by_run_and_over_all_review_by_review(
    reviews: list[Review], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SYSTEMS, "palate", lambda corpus, rng: Fixed(INCLUDED[: len(corpus.contents)]))
    rows = [
        row for row in replay_screening(reviews, ["random", "palate"], seeds=range(4)) if row.metric == "loss"
    ]
    chance, palate = ({row.data: row for row in rows if row.system == name} for name in ("random", "palate"))
    for data, n in (("one", 4), ("two", 4), ("all", 2)):
        less = chance[data].palate_minus
        assert less is not None
        assert less.mean == pytest.approx(palate[data].mean - chance[data].mean)
        assert less.low <= less.mean <= less.high < 0
        assert (less.n, palate[data].palate_minus) == (n, None)


@pytest.mark.needs("peers")
def test_what_was_kept_gives_the_same_rows(reviews: list[Review], tmp_path: Path) -> None:
    wanted = replay_screening(reviews, ["random", "elas-u3"], seeds=[0, 1])
    first = screen_reviews(
        reviews[:1], ["elas-u3"], seeds=[1], partial=PartialResults(tmp_path / "partial", {})
    )
    partial = PartialResults(tmp_path / "partial", {})
    assert [("one", "elas-u3", 1)] == list(first) == [task for task in first if task in partial]
    assert replay_screening(reviews, ["random", "elas-u3"], seeds=[0, 1], partial=partial) == wanted
    assert len(partial) == 8
