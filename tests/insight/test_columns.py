"""Columns of tables, their correlation, and the encoding of their texts."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from palate.insight.column_summary import QUANTILES, numbers_of, summary_of
from palate.insight.correlation import MAX_COLUMNS, correlation, correlation_svg
from palate.insight.mojibake import trouble_in
from palate.insight.robust import robust_z


@given(st.lists(st.one_of(st.none(), st.floats(-1e9, 1e9), st.integers(-99, 99), st.just("NA")), min_size=1))
def test_numbers_are_described_as_numpy_does(cells: list[object]) -> None:
    found = summary_of("n", cells)
    values = np.array([float(cell) for cell in cells if isinstance(cell, int | float)])
    assert (found.count, found.missing) == (len(values), len(cells) - len(values))
    if not len(values):
        assert found.kind == "empty"
        return
    assert found.kind == "number"
    assert found.unique == len({*values.tolist()})
    assert found.mean == pytest.approx(values.mean())
    assert found.sd == pytest.approx(values.std())
    assert found.quantiles == pytest.approx(tuple(np.quantile(values, QUANTILES)))


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["a", "b", "a", "b", "a"], "category"),
        (["one text", "another text", "a third"], "text"),
        (["2020-01-02", "2021-03-04T10:00"], "date"),
        ([["a", "b"], ["c"]], "list"),
        (["1", "2", "three"] + ["4"] * 40, "number"),
        ([True, False], "number"),
        (["", None, "n/a", float("nan"), []], "empty"),
        ([], "empty"),
    ],
)
def test_what_a_column_holds_is_told(cells: list[object], kind: str) -> None:
    assert summary_of("c", cells).kind == kind


def test_shortest_longest_and_dates_have_their_rows() -> None:
    found = summary_of("title", ["abc", "", "a", "abcdef"])
    assert (found.shortest, found.longest) == ((2, 1, "a"), (3, 6, "abcdef"))
    assert summary_of("d", ["2021-05-01", "2020-05-01"]).span == ("2020-05-01", "2021-05-01")
    assert summary_of("n", ["1", "two"] + ["3"] * 30).mixed == 1
    assert found.shape()["longest"] == {"row": 3, "length": 6, "cell": "abcdef"}


def test_what_is_no_number_is_nan() -> None:
    assert [str(value) for value in numbers_of(["1,000.5", "v2", "2020-01-01", "1e3", " 7 ", ""])[:4]] == [
        "1000.5",
        "nan",
        "nan",
        "1000.0",
    ]


@given(st.integers(0, 500), st.integers(4, 30), st.integers(2, 6))
def test_coefficients_are_those_of_numpy_and_scipy(seed: int, n: int, c: int) -> None:
    from scipy.stats import spearmanr

    rng = np.random.default_rng(seed)
    values = rng.integers(0, 6, (c, n)).astype(float) + 1e6
    values[0] = 3.0
    found = correlation([(f"c{index}", row) for index, row in enumerate(values)])
    assert np.isnan(found.pearson[0]).all()
    for i in range(1, c):
        for j in range(1, c):
            if np.ptp(values[i]) and np.ptp(values[j]):
                assert found.pearson[i, j] == pytest.approx(np.corrcoef(values[i], values[j])[0, 1], abs=1e-6)
                assert found.spearman[i, j] == pytest.approx(
                    spearmanr(values[i], values[j]).statistic, abs=1e-6
                )


def test_rows_that_lack_a_cell_do_not_count_and_many_columns_are_cut() -> None:
    one, other = np.array([1.0, 2, 3, np.nan, 9]), np.array([2.0, 4, 6, 100, np.nan])
    assert correlation([("a", one), ("b", other)]).pearson[0, 1] == pytest.approx(1)
    rng = np.random.default_rng(0)
    many = correlation([(f"<{n}>", rng.normal(size=5)) for n in range(10_000)])
    assert (len(many.names), many.n_left_out) == (MAX_COLUMNS, 10_000 - MAX_COLUMNS)
    assert "<0>" not in correlation_svg(many)
    assert correlation([]).names == ()


def test_misread_lost_and_control_characters_are_counted_and_real_letters_are_not() -> None:
    real = ["Ångström", "café", "naïve Älter", "Ā Ķ", "100 €", "“quoted” – dash"]
    assert trouble_in(real) == (0, 0, 0, -1)
    broken = [text.encode().decode("cp1252", "replace") for text in ("café", "“x”", "Größe")]
    assert trouble_in(["fine", *broken]).misread >= 2
    assert trouble_in(["a\x07b", "c\ufffd"]) == (0, 1, 1, 0)


@given(st.lists(st.floats(-1e6, 1e6), max_size=40))
def test_robust_scores_keep_order_and_bear_equal_numbers(values: list[float]) -> None:
    found = robust_z(np.array(values))
    assert np.isfinite(found).all()
    order = np.argsort(values, kind="stable")
    assert (np.diff(found[order]) >= -1e-9).all()
    assert math.isclose(float(robust_z(np.ones(5)).sum()), 0)
