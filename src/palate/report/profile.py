"""Profile of a file or store: its columns, its texts, and what is wrong with them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from palate.errors import BadSource
from palate.feature.languages import languages
from palate.insight.column_summary import ColumnSummary, numbers_of, summary_of
from palate.insight.correlation import correlation
from palate.insight.mojibake import trouble_in
from palate.language import language_name
from palate.report.leakage import leakage_of
from palate.report.near_pairs import near_pairs
from palate.report.profile_warnings import is_key, warnings_of
from palate.report.table_of_texts import TextTable, read_text_table, stored_text_table
from palate.report.table_profile import Profile
from palate.text import Text

if TYPE_CHECKING:
    from palate.library import Library

LANGUAGE_TEXTS = 20_000  # whose language is told; of more every m-th, since it takes longest
MAX_LABELS = 100  # different cells, up to which a column may be the label
LABEL_NAMES = ("label", "class", "category", "included", "rating", "sentiment", "target", "duplicate")


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
    step = max(1, -(-len(table) // LANGUAGE_TEXTS))
    read = [Text("", "", content) for content in table.contents[::step]]
    told = Counter(languages(read))
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
