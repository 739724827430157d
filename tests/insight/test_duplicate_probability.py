import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.errors import BadSource, BadValue
from palate.insight.duplicate_probability import (
    DuplicateCalibration,
    calibration_from_json,
    fit_calibration,
)

CALIBRATION = DuplicateCalibration(
    "e", "candidates", -12.0, {"cosine": 17.0, "background": -4.0}, 0.4, lowest_background=0.2
)


def drawn(n: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Candidates whose duplicates follow CALIBRATION."""
    rng = np.random.default_rng(1)
    columns = rng.uniform([0, 0, 0, 0.2], [1, 1, 1, 0.6], (n, 4))
    return columns, (rng.random(n) < CALIBRATION.probability(columns)).astype(float)


def test_a_fit_finds_what_the_examples_were_drawn_by() -> None:
    columns, duplicates = drawn()
    fitted = fit_calibration(columns, duplicates, encoder="e", setting="candidates")
    test = drawn()[0]
    assert np.abs(fitted.probability(test) - CALIBRATION.probability(test)).mean() < 0.02
    assert fitted.examples == 4000


def test_pairs_have_no_background() -> None:
    columns, duplicates = drawn(400)
    fitted = fit_calibration(columns, duplicates, encoder="e", setting="pairs")
    assert "background" not in fitted.weights
    other = columns.copy()
    other[:, 3] = 0.9
    assert np.array_equal(fitted.probability(columns), fitted.probability(other))


@given(share=st.floats(0.01, 0.99))
def test_a_share_moves_the_odds_by_its_own(share: float) -> None:
    """As Bayes' theorem has it."""
    columns = drawn(50)[0]
    before, after = CALIBRATION.probability(columns), CALIBRATION.probability(columns, share)
    ratio = share / (1 - share) / (0.4 / 0.6)
    np.testing.assert_allclose(after, before * ratio / (before * ratio + 1 - before), rtol=1e-9)


@pytest.mark.parametrize("share", [0.0, 1.0, -1.0, float("nan")])
def test_a_share_lies_between_0_and_1(share: float) -> None:
    with pytest.raises(BadValue, match="between 0 and 1"):
        CALIBRATION.probability(np.zeros((1, 4)), share)


def test_a_background_below_all_of_the_fit_counts_as_the_lowest() -> None:
    rows = np.array([[0.9, 0, 0, 0.2], [0.9, 0, 0, -0.5]])
    first, second = CALIBRATION.probability(rows)
    assert first == second


@pytest.mark.parametrize("duplicates", [[], [1.0, 1.0], [0.0, 0.0]])
def test_one_class_has_no_calibration(duplicates: list[float]) -> None:
    with pytest.raises(BadValue, match="one class"):
        fit_calibration(np.zeros((len(duplicates), 4)), np.array(duplicates), encoder="e", setting="pairs")


def test_json_gives_the_same_calibration() -> None:
    assert calibration_from_json(json.loads(json.dumps(CALIBRATION.to_json())), "f") == CALIBRATION


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"schema": 99}, "schema 99"),
        ({"intercept": float("nan")}, "damaged"),
        ({"intercept": "x"}, "damaged"),
        ({"share": 1.0}, "damaged"),
        ({"weights": {"taste": 1.0}}, "damaged"),
        ({"weights": None}, "damaged"),
        ({"colour": "red"}, "damaged"),
    ],
)
def test_a_damaged_file_says_what_to_run(change: dict[str, object], why: str) -> None:
    with pytest.raises(BadSource, match=why) as raised:
        calibration_from_json({**CALIBRATION.to_json(), **change}, "mine.json")
    assert "palate ask-duplicates --calibrate" in str(raised.value)


@pytest.mark.parametrize("shape", [[], 3, {}, {"encoder": "e"}])
def test_other_json_is_no_calibration(shape: object) -> None:
    with pytest.raises(BadSource, match="no calibration"):
        calibration_from_json(shape, "mine.json")
