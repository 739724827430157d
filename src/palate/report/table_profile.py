"""Profile: what a table or store holds, as numbers, a data frame and a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from markupsafe import Markup

from palate.insight.column_summary import ColumnSummary
from palate.insight.correlation import Correlation, correlation_svg
from palate.insight.frames import frame, table_html
from palate.insight.mojibake import Trouble
from palate.report.leakage import Leakage
from palate.report.near_pairs import NearPairs
from palate.report.pages import page

if TYPE_CHECKING:
    from pandas import DataFrame

SHOWN_COLUMNS = 200  # on a page; all are in the JSON


class ProfileWarning(NamedTuple):
    """message: what is wrong. mend: what to do about it."""

    message: str
    mend: str


@dataclass(frozen=True, eq=False)
class Profile:
    """What a table or store holds. lengths: (n,) words of each text. languages: texts by language name, of
    20,000 at most.
    label: the column of classes; "" for none. conflicts: groups of near-copies with different labels.
    """

    name: str
    n_rows: int
    columns: tuple[ColumnSummary, ...]
    correlation: Correlation
    lengths: tuple[int, ...]
    languages: dict[str, int]
    label: str
    balance: dict[str, int]
    pairs: NearPairs
    conflicts: tuple[tuple[int, ...], ...]
    trouble: Trouble
    leakage: Leakage | None
    problems: dict[str, str]
    warnings: tuple[ProfileWarning, ...] = ()

    def shape(self) -> dict[str, Any]:
        """Returns one object, for JSON."""
        matrix = np.where(np.isfinite(self.correlation.pearson), self.correlation.pearson, np.inf)
        lengths = np.array(self.lengths or (0,))
        return {
            "name": self.name,
            "rows": self.n_rows,
            "columns": [column.shape() for column in self.columns],
            "correlation": {
                "columns": list(self.correlation.names),
                "pearson": [
                    [None if np.isinf(cell) else round(cell, 4) for cell in row] for row in matrix.tolist()
                ],
            },
            "words": {
                "mean": float(lengths.mean()),
                "median": float(np.median(lengths)),
                "most": int(lengths.max()),
            },
            "languages": self.languages,
            "label": self.label or None,
            "balance": self.balance,
            "duplicates": sum(len(group) - 1 for group in self.pairs.exact),
            "near_copies": len(self.pairs.near),
            "label_conflicts": [list(group) for group in self.conflicts],
            "encoding": self.trouble._asdict(),
            "leakage": self.leakage and self.leakage.shape(),
            "unreadable": self.problems,
            "warnings": [warning._asdict() for warning in self.warnings],
        }

    def to_frame(self) -> DataFrame:
        """Returns one row a column. Raises MissingExtra without [insight]."""
        return frame(self._columns())

    def html(self) -> str:
        """Returns one self-contained page."""
        drawn = len(self.correlation.names) > 1
        lengths = np.array(self.lengths or (0,))
        counts, edges = np.histogram(lengths, bins=min(20, max(1, len(np.unique(lengths)))))
        return page(
            "profile.html",
            profile=self,
            columns=self.columns[:SHOWN_COLUMNS],
            n_duplicates=sum(len(group) - 1 for group in self.pairs.exact),
            correlation_svg=Markup(correlation_svg(self.correlation)) if drawn else "",  # noqa: S704
            histogram=list(
                zip(
                    edges[:-1].astype(int).tolist(),
                    edges[1:].astype(int).tolist(),
                    counts.tolist(),
                    strict=True,
                )
            ),
        )

    def _repr_html_(self) -> str:
        return table_html(self._columns(), f"{self.name}: {self.n_rows:,} rows")

    def _columns(self) -> dict[str, list[Any]]:
        names = ("name", "kind", "count", "missing", "unique", "mean", "sd", "low", "high")
        return {name: [getattr(column, name) for column in self.columns] for name in names}
