"""From what was measured of each reader to rows: means, intervals, and how far palate is from each system."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from palate.evaluation.arrays import Vector
from palate.evaluation.metrics import bootstrap
from palate.evaluation.row import Difference, Metric, Protocol, Row
from palate.evaluation.seeding import generator

Figures = Sequence[tuple[int, Metric, Sequence[float]]]
"""What was measured of one reader: k, metric, and the numbers whose mean over readers its statistic reads."""

Statistic = Callable[[Vector], Vector]
"""From the mean over readers, (..., m), to the figure, (...)."""


def first(means: Vector) -> Vector:
    """The statistic of a metric that is a plain mean: m is 1.

    >>> first(np.array([[0.5], [0.7]])).tolist()
    [0.5, 0.7]
    """
    return means[..., 0]


def rows_over_readers(
    protocol: Protocol,
    data: str,
    measured: Mapping[str, Sequence[Figures]],
    steps: Sequence[int],
    statistics: Mapping[Metric, Statistic],
    seed: int,
) -> list[Row]:
    """A row for each system, step and metric that some reader has.

    measured: the readers' figures by system, in the same order of readers for each. statistics: for each
    metric. Differences are between the readers that both systems have at that step: the interval is that of
    the paired bootstrap."""
    found = {name: _by_cell(readers) for name, readers in measured.items()}
    rows = []
    for name, cells in found.items():
        for k in steps:
            for metric, statistic in statistics.items():
                if not (readers := cells.get((k, metric))):
                    continue
                interval = bootstrap(
                    np.array(list(readers.values())),
                    generator(seed, "bootstrap", name, str(k), metric),
                    statistic=statistic,
                )
                served = found.get("palate", {}).get((k, metric), {})
                difference = None if name == "palate" else _difference(served, readers, statistic, seed)
                rows.append(
                    Row(protocol, data, name, k, metric, *interval, n=len(readers), palate_minus=difference)
                )
    return rows


def _by_cell(readers: Sequence[Figures]) -> dict[tuple[int, Metric], dict[int, Sequence[float]]]:
    """(k, metric) -> place of the reader -> numbers."""
    cells: dict[tuple[int, Metric], dict[int, Sequence[float]]] = {}
    for place, figures in enumerate(readers):
        for k, metric, numbers in figures:
            cells.setdefault((k, metric), {})[place] = numbers
    return cells


def _difference(
    served: Mapping[int, Sequence[float]],
    other: Mapping[int, Sequence[float]],
    statistic: Statistic,
    seed: int,
) -> Difference | None:
    both = [place for place in served if place in other]
    if not both:
        return None
    pairs = np.array([[*served[place], *other[place]] for place in both])  # (n, 2 m)
    m = pairs.shape[1] // 2
    interval = bootstrap(
        pairs,
        generator(seed, "pairs"),
        statistic=lambda means: statistic(means[..., :m]) - statistic(means[..., m:]),
    )
    return Difference(*interval, n=len(both))
