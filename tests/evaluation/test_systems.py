"""What every system in the table promises."""

from collections.abc import Callable

import numpy as np
import pytest

from palate.errors import UnknownName
from palate.evaluation.systems import SYSTEMS, System, find_maker

CONTENTS = tuple(f"{'cats purr and sleep' if i % 2 else 'dogs bark and run'} number{i}" for i in range(60))


@pytest.fixture(params=sorted(SYSTEMS))
def make(request: pytest.FixtureRequest) -> Callable[[], System]:
    return lambda: find_maker(request.param)(CONTENTS, np.random.default_rng(5))


def test_answers_to_its_name() -> None:
    for name, maker in SYSTEMS.items():
        assert maker(CONTENTS, np.random.default_rng(0)).name == name


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
