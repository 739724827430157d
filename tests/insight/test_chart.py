import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.insight.calibration import reliability_bins
from palate.insight.chart import Chart, calibration_chart, column_chart, line_chart, ticks


@given(low=st.floats(-1e6, 1e6), width=st.floats(1e-3, 1e7), most=st.integers(3, 9))
def test_ticks_are_round_within_the_range_and_neither_few_nor_many(
    low: float, width: float, most: int
) -> None:
    found = ticks(low, low + width, most)
    assert 1 <= len(found) <= most
    assert all(low - 1e-6 * width <= tick <= low + width * (1 + 1e-6) for tick in found)
    if len(found) > 1:
        step = found[1] - found[0]
        digits = step / 10 ** math.floor(math.log10(step) + 1e-9)
        assert min(abs(digits - round_step) for round_step in (1, 2, 5, 10)) < 1e-3


def test_a_line_goes_through_the_places_of_its_points() -> None:
    x, y = np.array([0.0, 5.0, 10.0]), np.array([0.0, 1.0, 4.0])
    chart = line_chart("t", ("x", "y"), {"one": (x, y), "two": (x, y / 2)}, dashed=("two",))
    places = [tuple(map(float, point.split(","))) for point in chart.marks[0].points.split()]
    assert places[0] == (Chart.left, Chart.bottom)
    assert places[-1] == (Chart.right, Chart.top)
    assert places[1] == (
        (Chart.left + Chart.right) / 2,
        Chart.bottom - (Chart.bottom - Chart.top) / 4,
    )
    assert chart.key == (("c0", "one"), ("c1 dashed", "two"))
    assert chart.data["one"] == {"x": [0, 5, 10], "y": [0, 1, 4]}


@pytest.mark.parametrize("y", [[3.0, 3.0], [0.0, 0.0]])
def test_a_line_that_does_not_rise_is_in_the_middle(y: list[float]) -> None:
    chart = line_chart("t", ("x", "y"), {"one": (np.array([1.0, 2.0]), np.array(y))})
    assert {point.split(",")[1] for point in chart.marks[0].points.split()} == {
        str((Chart.top + Chart.bottom) / 2)
    }


def test_columns_stand_on_the_axis_and_are_as_high_as_their_counts() -> None:
    chart = column_chart("t", ("x", "y"), [0, 5, 10], ["a", "b", "c"])
    (mark,) = chart.marks
    heights = [place[3] for place in mark.shapes]
    assert heights == [0, (Chart.bottom - Chart.top) / 2, Chart.bottom - Chart.top]
    assert all(place[1] + place[3] == Chart.bottom for place in mark.shapes)
    assert [label for _, label in chart.x_ticks] == ["a", "b", "c"]


def test_names_of_many_columns_are_thinned() -> None:
    chart = column_chart("t", ("x", "y"), [1] * 40, [str(n) for n in range(40)])
    assert [label for _, label in chart.x_ticks] == ["0", "6", "12", "18", "24", "30", "36"]


def test_a_bin_that_came_as_predicted_lies_on_the_diagonal() -> None:
    bins = reliability_bins(np.full(10, 0.5), np.array([0.0, 1.0] * 5))
    (dot,) = [mark for mark in calibration_chart("t", bins).marks if mark.kind == "dot"]
    x, y, _, told = dot.shapes[0]
    assert (x - Chart.left) / (Chart.right - Chart.left) == pytest.approx(0.5, abs=1e-3)
    assert (Chart.bottom - y) / (Chart.bottom - Chart.top) == pytest.approx(0.5, abs=1e-3)
    assert told == "10 predicted 50%: 50% liked"
