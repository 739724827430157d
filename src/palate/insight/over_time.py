"""Over time: how many texts of each group there are in each period."""

from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np

from palate.parts import Matrix, Rows, Vector

MAX_DAYS_BY_DAY, MAX_DAYS_BY_WEEK, MAX_DAYS_BY_MONTH = 45, 300, 3000  # spans; longer ones are cut by year


class OverTime(NamedTuple):
    """periods: (p,) their names, ascending. counts: (p, g) texts of g groups. n_undated: texts without a
    date, which are not counted.
    """

    periods: tuple[str, ...]
    counts: Matrix
    n_undated: int

    @property
    def shares(self) -> Matrix:
        """(p, g) of the texts of each period; 0 where a period has none."""
        totals = self.counts.sum(axis=1, keepdims=True)
        return np.asarray(self.counts / np.where(totals, totals, 1))


def counts_over_time(moments: Vector, groups: Rows, n_groups: int) -> OverTime:
    """Counts texts by period: days, weeks, months or years, whichever gives some tens of them.

    moments: (n,) seconds since 1970, NaN for none. groups: (n,) 0 to n_groups - 1; others are not counted.

    >>> days = np.array([0.0, 86_400.0, 86_400.0, np.nan])
    >>> counts_over_time(days, np.array([0, 1, 1, 0]), 2).counts.tolist()
    [[1.0, 0.0], [0.0, 2.0]]
    """
    dated = np.isfinite(moments)
    if not dated.any():
        return OverTime((), np.zeros((0, n_groups)), len(moments))
    days = np.floor(moments[dated] / 86_400).astype(np.int64)
    stamps = days.astype("datetime64[D]")
    span = int(days.max() - days.min())
    unit = "D" if span <= MAX_DAYS_BY_DAY else "W" if span <= MAX_DAYS_BY_WEEK else "M"
    unit = unit if span <= MAX_DAYS_BY_MONTH else "Y"
    codes = stamps.astype(f"datetime64[{unit}]").astype(np.int64)
    first, last = int(codes.min()), int(codes.max())
    counts = np.zeros((last - first + 1, n_groups))
    of = groups[dated]
    known = (of >= 0) & (of < n_groups)
    np.add.at(counts, (codes[known] - first, of[known]), 1)
    periods = np.arange(first, last + 1).astype(f"datetime64[{unit}]")
    names = periods.astype("datetime64[D]").astype(str) if unit in "DW" else periods.astype(str)
    return OverTime(tuple(names.tolist()), counts, int(np.count_nonzero(~dated)))


def day_of(moment: float) -> str:
    """Returns the day of seconds since 1970.

    >>> day_of(86_400.0)
    '1970-01-02'
    """
    return datetime.fromtimestamp(moment, UTC).date().isoformat()
