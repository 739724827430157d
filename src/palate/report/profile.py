"""Profile: what a table, a pile of texts or a store holds, column by column and text by text, and what is
wrong with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import numpy as np

from palate.encoder.static import StaticEncoder
from palate.errors import BadSource
from palate.feature.languages import languages
from palate.insight.class_balance import ClassBalance, class_balance
from palate.insight.column import Column
from palate.insight.column_numbers import NumberSummary, summarise_numbers
from palate.insight.column_summary import ColumnSummary, summarise_column
from palate.insight.correlation import Correlation, correlate
from palate.insight.duplicates import Duplicates, Leakage
from palate.insight.frames import frame, table_html
from palate.insight.mojibake import EncodingTrouble, encoding_trouble, without_mojibake
from palate.insight.scales import Scales, compare_scales
from palate.report.column_cells import read_column
from palate.report.raw_table import RawTable, raw_table
from palate.report.row_texts import compare_texts, row_contents
from palate.text import Text

if TYPE_CHECKING:
    from pandas import DataFrame

    from palate.library import Library
    from palate.report.profile_warnings import DataWarning

MAX_LANGUAGE_TEXTS = 10_000  # whose language is told; of more, so many are drawn
MAX_PIECE_TEXTS = 2_000  # that are cut into word pieces, likewise
LABEL_NAMES = ("label", "class", "target", "category", "included", "kind", "sentiment", "topic", "y")


@dataclass(frozen=True)
class TextLengths:
    """Lengths of the rows' texts. pieces: word pieces of the static encoder, of a draw of the texts."""

    characters: NumberSummary
    words: NumberSummary
    pieces: NumberSummary


@dataclass(frozen=True, eq=False)
class Profile:
    """A table, a pile of texts or a store in brief; made by `profile_of`.

    command: that made it, for the commands that mend. wheres, against_wheres: where each row stands, here and
    in the file it is held against. contents: (n,) what each row says. label: the column of classes, ""
    without one. unlabelled: rows without a class. languages: texts by the code of their language, of a draw.
    warnings: what is wrong, the worst first, each with its mend. notes: what was left out or drawn. skipped:
    rows that cannot be read.
    """

    name: str
    command: str
    wheres: Sequence[str]
    contents: Sequence[str]
    columns: tuple[ColumnSummary, ...]
    scales: Scales | None
    correlation: Correlation | None
    label: str
    balance: ClassBalance | None
    unlabelled: tuple[int, ...]
    lengths: TextLengths | None
    languages: Mapping[str, int]
    duplicates: Duplicates
    encoding: EncodingTrouble
    against: str = ""
    against_wheres: Sequence[str] = ()
    leakage: Leakage | None = None
    skipped: Mapping[str, str] = field(default_factory=dict)

    @property
    def n_rows(self) -> int:
        return len(self.wheres)

    @property
    def against_name(self) -> str:
        """The second file without its folders."""
        return Path(self.against).name

    def where(self, row: int) -> str:
        """Where a row stands, without the name of the file."""
        return self.wheres[row].removeprefix(f"{self.name}, ")

    @property
    def warnings(self) -> tuple[DataWarning, ...]:
        from palate.report.profile_warnings import warnings_of

        return warnings_of(self)

    @property
    def notes(self) -> tuple[str, ...]:
        from palate.report.profile_warnings import notes_of

        return notes_of(self)

    def to_frame(self) -> DataFrame:
        """Returns a row for each column. Raises MissingExtra without [insight]."""
        return frame(column_table(self.columns))

    def shape(self) -> dict[str, Any]:
        """Returns all of it as a JSON object."""
        from palate.report.profile_shape import profile_shape

        return profile_shape(self)

    def _repr_html_(self) -> str:
        from markupsafe import escape

        columns = table_html(column_table(self.columns), f"{self.name}: {self.n_rows:,} rows")
        warnings = "".join(
            f"<li>{escape(warning.message)} <code>{escape(warning.mend or warning.advice)}</code></li>"
            for warning in self.warnings
        )
        return columns + (f"<ul>{warnings}</ul>" if warnings else "")


def profile_of(source: Path | Library, *, against: Path | None = None, label: str | None = None) -> Profile:
    """Profiles a file, a folder or a store; nothing is stored.

    against: a second table, such as the test part, of which no text should stand in the first. label: the
    column of classes; by default the first with a name such as label, class or target that holds classes.
    Costs 12 to 20 seconds for 100,000 rows with texts of 50 words. Raises BadSource where a file cannot be
    read or has no rows, or no column is called so.
    """
    table = raw_table(source)
    columns = [read_column(name, cells) for name, cells in table.columns.items()]
    chosen = _label_column(table, columns, label)
    labels = chosen.cells if chosen else None
    contents = [without_mojibake(content) for content in row_contents(columns, chosen.name if chosen else "")]
    has_texts = any(column.kind == "text" for column in columns)
    summaries = tuple(summarise_column(column, table.wheres) for column in columns)
    numbers = [column for column in columns if column.kind == "number" and column.numbers is not None]
    others = _other_contents(against, columns, chosen) if against else None
    duplicates, leakage = compare_texts(contents, labels, others[1] if others else None)
    return Profile(
        name=table.name,
        command=_command(source),
        wheres=table.wheres,
        contents=contents,
        columns=summaries,
        scales=compare_scales(summaries),
        correlation=_correlation(numbers) if len(numbers) > 1 else None,
        label=chosen.name if chosen else "",
        balance=class_balance(chosen.name, chosen.cells) if chosen else None,
        unlabelled=tuple(row for row, cell in enumerate(labels or ()) if cell is None),
        lengths=_lengths(contents) if has_texts else None,
        languages=_languages(contents, table) if has_texts else {},
        duplicates=duplicates,
        encoding=_encoding(columns),
        against=str(against) if against else "",
        against_wheres=others[0].wheres if others else (),
        leakage=leakage,
        skipped=table.skipped,
    )


def column_table(columns: Sequence[ColumnSummary]) -> dict[str, list[Any]]:
    """Returns the summaries as the columns of a table; None where a figure says nothing."""
    numbers = [column.numbers for column in columns]
    quantiles = {"min": 0, "p5": 2, "p25": 3, "median": 4, "p75": 5, "p95": 6, "max": 8}
    return {
        "column": [column.name for column in columns],
        "kind": [column.kind for column in columns],
        "count": [column.count for column in columns],
        "missing": [column.missing for column in columns],
        "unique": [column.unique for column in columns],
        "mean": [found and found.mean for found in numbers],
        "sd": [found and found.sd for found in numbers],
        **{name: [found and found.quantiles[at] for found in numbers] for name, at in quantiles.items()},
        "shortest": [column.shortest and column.shortest.length for column in columns],
        "longest": [column.longest and column.longest.length for column in columns],
    }


def _command(source: Path | Library) -> str:
    if isinstance(source, Path):
        return f"palate profile {quote(str(source))}"
    return f"palate profile --store {quote(source.path)}"


def _label_column(table: RawTable, columns: Sequence[Column], label: str | None) -> Column | None:
    by_name = {column.name.strip().lower(): column for column in reversed(columns)}
    if label is not None:
        if label.strip().lower() not in by_name:
            names = ", ".join(column.name for column in columns[:30])
            raise BadSource(f"{table.name} has no column {label!r} for the label; it has: {names}")
        return by_name[label.strip().lower()]
    return next(
        (by_name[name] for name in LABEL_NAMES if name in by_name and _holds_classes(by_name[name])), None
    )


def _holds_classes(column: Column) -> bool:
    if column.kind == "number":
        return len(set(column.cells)) <= 20
    return column.kind == "category"


def _other_contents(
    against: Path, columns: Sequence[Column], label: Column | None
) -> tuple[RawTable, list[str]]:
    """Returns the second table and what its rows say by the columns that say it in the first."""
    table = raw_table(against)
    named = {column.name: column for column in columns}
    shared = [name for name in table.columns if name in named]
    if not shared:
        raise BadSource(
            f"{table.name} shares no column with the first file, which has: {', '.join(list(named)[:30])}"
        )
    # the kinds are those of the first file, so that both say what they say by the same columns
    found = [
        Column(name, named[name].kind, read_column(name, table.columns[name]).cells, {}, {})
        for name in shared
    ]
    return table, [without_mojibake(content) for content in row_contents(found, label.name if label else "")]


def _correlation(columns: Sequence[Column]) -> Correlation:
    numbers = np.stack([column.numbers for column in columns if column.numbers is not None], axis=1)
    return correlate([column.name for column in columns], numbers)


def _lengths(contents: Sequence[str]) -> TextLengths:
    lengths = np.array([len(content) for content in contents], np.float64)
    words = np.array([len(content.split()) for content in contents], np.float64)
    pieces = StaticEncoder().piece_counts([contents[row] for row in _drawn(len(contents), MAX_PIECE_TEXTS)])
    found = [summarise_numbers(numbers) for numbers in (lengths, words, pieces.astype(np.float64))]
    return TextLengths(*(numbers for numbers in found if numbers))


def _languages(contents: Sequence[str], table: RawTable) -> dict[str, int]:
    stated = table.columns.get("language", [""] * len(contents))
    drawn = _drawn(len(contents), MAX_LANGUAGE_TEXTS)
    texts = [Text("", "", contents[row], language=str(stated[row] or "")) for row in drawn if contents[row]]
    return dict(Counter(languages(texts)).most_common())


def _drawn(n: int, limit: int) -> list[int]:
    """Returns ascending rows: all, or as many as the limit lets, always the same."""
    if n <= limit:
        return list(range(n))
    drawn: list[int] = np.sort(np.random.default_rng(0).choice(n, limit, replace=False)).tolist()
    return drawn


def _encoding(columns: Sequence[Column]) -> EncodingTrouble:
    found = [encoding_trouble(column.cells) for column in columns if column.kind not in ("number", "empty")]
    return EncodingTrouble(
        *(
            tuple(sorted({row for trouble in found for row in getattr(trouble, kind)}))
            for kind in ("mojibake", "replaced", "controls")
        )
    )
