"""Scales: what is told, and that what is advised brings columns together."""

import numpy as np

from palate.insight.column import Column
from palate.insight.column_summary import summarise_column
from palate.insight.scales import compare_scales

RNG = np.random.default_rng(0)


def summaries(**columns: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> list:  # type: ignore[type-arg]
    return [
        summarise_column(
            Column(name, "number", numbers.tolist(), {}, dict.fromkeys(numbers.tolist(), 1), numbers),
            [""] * len(numbers),
        )
        for name, numbers in columns.items()
    ]


def test_one_scale_stays_as_it_is() -> None:
    scales = compare_scales(summaries(a=RNG.normal(size=500), b=RNG.normal(3, 4, size=500)))
    assert scales is not None
    assert scales.shared
    assert [column.advice for column in scales.columns] == ["keep", "keep"]


def test_the_advice_fits_the_shape_and_brings_all_on_one_scale() -> None:
    columns = {
        "plain": RNG.normal(1000, 300, size=2000),
        "share": RNG.random(2000),
        "price": RNG.lognormal(3, 2, size=2000),
        "far": np.append(RNG.normal(-5, 2, size=1999), -1e6),
        "flag": (RNG.random(2000) < 0.01).astype(float),
    }
    scales = compare_scales(summaries(**columns))
    assert scales is not None
    assert not scales.shared
    advice = {column.name: column.advice for column in scales.columns}
    assert advice["plain"] == advice["share"] == advice["flag"] == "standardise"
    assert (advice["price"], advice["far"]) == ("log", "robust")
    scaled = {
        column.name: np.array([column.scaled(number) for number in columns[column.name]])
        for column in scales.columns
    }
    after = compare_scales(summaries(**scaled))
    assert after is not None
    assert after.shared


def test_fewer_than_two_columns_that_vary_have_no_scales() -> None:
    assert compare_scales([]) is None
    assert compare_scales(summaries(a=np.arange(5.0), b=np.ones(5))) is None
