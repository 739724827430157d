"""Rows from what was measured of each reader: means, intervals, and palate's difference from each system."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from palate.evaluation.arrays import Vector
from palate.evaluation.generator import generator
from palate.evaluation.metrics import bootstrap
from palate.evaluation.result_row import Difference, Metric, Protocol, ResultRow

Measurements = Sequence[tuple[int, Metric, Sequence[float]]]
"""What was measured of one reader: k, metric, and the numbers whose mean over readers the statistic takes."""

Statistic = Callable[[Vector], Vector]
"""The figure, (...), from the mean over readers, (..., m)."""


def plain_mean(means: Vector) -> Vector:
    """Returns the figure of a metric that is a plain mean: m is 1.

    >>> plain_mean(np.array([[0.5], [0.7]])).tolist()
    [0.5, 0.7]
    """
    return means[..., 0]


def rows_over_readers(
    protocol: Protocol,
    data: str,
    measured: Mapping[str, Sequence[Measurements]],
    steps: Sequence[int],
    statistics: Mapping[Metric, Statistic],
    seed: int,
) -> list[ResultRow]:
    """Returns a row for each system, step and metric that some reader has.

    measured: the readers' measurements by system, in the same order of readers for each. statistics: for each
    metric. Differences are between the readers that both systems have at that step: the interval is that of
    the paired bootstrap."""
    cells_of = {name: _by_cell(readers) for name, readers in measured.items()}
    rows = []
    for name, cells in cells_of.items():
        for k in steps:
            for metric, statistic in statistics.items():
                if not (readers := cells.get((k, metric))):
                    continue
                interval = bootstrap(
                    np.array(list(readers.values())),
                    generator(seed, "bootstrap", name, str(k), metric),
                    statistic=statistic,
                )
                palate_readers = cells_of.get("palate", {}).get((k, metric), {})
                difference = (
                    None if name == "palate" else _difference(palate_readers, readers, statistic, seed)
                )
                rows.append(
                    ResultRow(
                        protocol, data, name, k, metric, *interval, n=len(readers), palate_minus=difference
                    )
                )
    return rows


def _by_cell(readers: Sequence[Measurements]) -> dict[tuple[int, Metric], dict[int, Sequence[float]]]:
    """Returns (k, metric) -> index of the reader -> numbers."""
    cells: dict[tuple[int, Metric], dict[int, Sequence[float]]] = {}
    for index, measurements in enumerate(readers):
        for k, metric, numbers in measurements:
            cells.setdefault((k, metric), {})[index] = numbers
    return cells


def _difference(
    palate_readers: Mapping[int, Sequence[float]],
    system_readers: Mapping[int, Sequence[float]],
    statistic: Statistic,
    seed: int,
) -> Difference | None:
    both = [index for index in palate_readers if index in system_readers]
    if not both:
        return None
    pairs = np.array([[*palate_readers[index], *system_readers[index]] for index in both])  # (n, 2 m)
    m = pairs.shape[1] // 2
    interval = bootstrap(
        pairs,
        generator(seed, "pairs"),
        statistic=lambda means: statistic(means[..., :m]) - statistic(means[..., m:]),
    )
    return Difference(*interval, n=len(both))
