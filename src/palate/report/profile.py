"""Profile of a file or store: its columns, its texts, and what is wrong with them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

from palate.errors import BadSource
from palate.feature.languages import languages
from palate.insight.column_summary import ColumnSummary, numbers_of, summary_of
from palate.insight.correlation import Correlation, correlation, correlation_svg
from palate.insight.frames import frame, table_html
from palate.insight.mojibake import Trouble, trouble_in
from palate.language import language_name
from palate.report.leakage import Leakage, leakage_of
from palate.report.near_pairs import NearPairs, near_pairs
from palate.report.pages import page
from palate.report.profile_warnings import ProfileWarning, is_key, warnings_of
from palate.report.table_of_texts import TextTable, read_text_table, stored_text_table
from palate.text import Text

if TYPE_CHECKING:
    from pandas import DataFrame

    from palate.library import Library

MAX_LABELS = 100  # different cells, up to which a column may be the label
LABEL_NAMES = ("label", "class", "category", "included", "rating", "sentiment", "target", "duplicate")
SHOWN_COLUMNS = 200  # on a page; all are in the JSON


@dataclass(frozen=True, eq=False)
class Profile:
    """What a table or store holds. lengths: (n,) words of each text. languages: texts by language name.
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


def profile_of(source: Path | Library, *, against: Path | None = None, label: str | None = None) -> Profile:
    """Describes the columns and texts of a file or store.

    against: another file, of which no text should be in the first, such as a test part. label: the column of
    classes; one with a usual name is found without it. Costs 0.2 ms a text. Raises BadSource where a file
    cannot be read, or has no such column."""
    table = read_text_table(source) if isinstance(source, Path) else stored_text_table(source)
    other = None if against is None else read_text_table(against)
    return profile_of_table(table, against=other, label=label)


def profile_of_table(
    table: TextTable, *, against: TextTable | None = None, label: str | None = None
) -> Profile:
    """Describes a table that was read; see `profile_of`."""
    columns = tuple(summary_of(name, cells) for name, cells in table.columns.items())
    numeric = [
        (column.name, numbers_of(table.columns[column.name]))
        for column in columns
        if column.kind == "number" and not is_key(column)
    ]
    chosen = _label_of(table, columns, label)
    labels = [str(cell) if cell not in (None, "") else "" for cell in table.columns[chosen]] if chosen else []
    pairs = near_pairs(table.contents)
    conflicts = [
        tuple(group)
        for group in pairs.groups(len(table))
        if chosen and len({labels[index] for index in group} - {""}) > 1
    ]
    told = Counter(languages([Text("", "", content) for content in table.contents]))
    profile = Profile(
        table.name,
        len(table),
        columns,
        correlation(numeric),
        tuple(len(content.split()) for content in table.contents),
        {language_name(code) if code else "unknown": n for code, n in told.most_common()},
        chosen,
        dict(Counter(filter(None, labels)).most_common()),
        pairs,
        tuple(conflicts),
        trouble_in(table.contents),
        None if against is None else leakage_of(table, against),
        dict(table.problems),
    )
    return Profile(**{**vars(profile), "warnings": warnings_of(profile)})


def _label_of(table: TextTable, columns: tuple[ColumnSummary, ...], label: str | None) -> str:
    if label is not None:
        found = [name for name in table.columns if name.strip().lower() == label.strip().lower()]
        if not found:
            raise BadSource(
                f"{table.name} has no column {label!r} to take as the label;"
                f" it has: {', '.join(table.columns)}"
            )
        return found[0]
    named = {column.name.strip().lower(): column for column in columns if column.unique <= MAX_LABELS}
    return next((named[name].name for name in LABEL_NAMES if name in named), "")
