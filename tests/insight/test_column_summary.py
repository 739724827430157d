"""Columns in brief, against pandas and scipy."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.insight.column import Column
from palate.insight.column_numbers import QUANTILES, histogram, summarise_numbers
from palate.insight.column_summary import summarise_column

NUMBERS = st.floats(-1e6, 1e6).map(lambda number: round(number, 3))


def column(cells: list[Any], **more: Any) -> Column:
    return Column("x", "text", cells, {}, Counter(cell for cell in cells if cell is not None), **more)


@given(st.lists(NUMBERS | st.just(float("nan")), min_size=1, max_size=60))
def test_numbers_are_described_as_scipy_does(numbers: list[float]) -> None:
    from scipy.stats import skew

    found = summarise_numbers(np.array(numbers))
    finite = [number for number in numbers if number == number]
    if not finite:
        assert found is None
        return
    assert found is not None
    assert found.count == len(finite)
    assert found.mean == pytest.approx(np.mean(finite), abs=1e-6)
    assert found.quantiles == pytest.approx(np.quantile(finite, QUANTILES).tolist())
    if len(finite) > 1 and found.spreads:
        assert found.sd == pytest.approx(np.std(finite, ddof=1), rel=1e-6, abs=1e-9)
        assert found.skew == pytest.approx(float(skew(np.array(finite))), rel=1e-4, abs=1e-6)
    else:
        assert found.sd == 0
    assert sum(found.histogram.counts) == len(finite)


def test_very_large_and_infinite_numbers_leave_the_figures_finite() -> None:
    found = summarise_numbers(np.array([1e300, -1e300, 3e300, np.inf, -np.inf]))
    assert found is not None
    assert found.infinite == 2
    assert np.isfinite([found.mean, found.sd, found.skew, *found.quantiles]).all()


def test_one_number_and_one_value_have_no_spread() -> None:
    for numbers in ([7.0], [0.1] * 50):
        found = summarise_numbers(np.array(numbers))
        assert found is not None
        assert (found.sd, found.skew, found.spreads) == (0.0, 0.0, False)
        assert found.histogram.counts == (len(numbers),)


def test_a_far_number_does_not_make_the_histogram_one_bar() -> None:
    numbers = np.append(np.random.default_rng(0).normal(size=1000), 1e9)
    assert np.count_nonzero(histogram(numbers).counts) > 20


def test_the_shortest_and_the_longest_are_named_with_their_place() -> None:
    found = summarise_column(column(["bb", None, "a", "cccc", "d"]), [f"row {n}" for n in range(1, 6)])
    assert found.shortest is not None
    assert found.longest is not None
    assert (found.shortest.where, found.longest.where) == ("row 3", "row 4")
    assert (found.count, found.missing, found.unique, found.mean_length) == (4, 1, 4, 2.0)


def test_an_empty_column_has_neither() -> None:
    found = summarise_column(column([None, None]), ["1", "2"])
    assert (found.shortest, found.longest, found.count, found.missing_share) == (None, None, 0, 1.0)
