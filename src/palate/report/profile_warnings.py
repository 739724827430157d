"""Warnings of a profile: what is wrong with a table, and the command or step that mends it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from palate.report.table_profile import Profile, ProfileWarning

if TYPE_CHECKING:
    from palate.insight.column_summary import ColumnSummary

EMPTY_SHARE, MISSING_SHARE = 1.0, 0.2
SCALES_APART = 10.0  # times, by which spreads of numbers may differ
STRONG = 0.95  # correlation of two columns that say the same
RARE_CLASS, RARE_TEXTS = 0.05, 10
FOREIGN_SHARE = 0.2  # of the texts in languages that the default encoder does not read
SHORT_WORDS = 3


def warnings_of(profile: Profile) -> tuple[ProfileWarning, ...]:
    """Returns what is wrong with a table, the gravest first."""
    parts = (_of_leakage, _of_conflicts, _of_reading, _of_copies, _of_texts, _of_classes, _of_columns)
    return tuple(ProfileWarning(*found) for part in parts for found in part(profile))


def is_key(column: ColumnSummary) -> bool:
    """Tells whether a column of numbers only names its rows."""
    name = column.name.strip().lower()
    return column.unique == column.count and (
        name.endswith("id") or name in ("key", "number", "index", "row")
    )


def _of_leakage(profile: Profile) -> Iterator[tuple[str, str]]:
    leak = profile.leakage
    if leak and (leak.exact or leak.near):
        yield (
            f"{len(leak.exact):,} texts are in {leak.other} too, and {len(leak.near):,} more nearly:"
            " what is measured on it will look better than it is",
            f"leave these rows out of one of the files; they are listed by: palate profile {profile.name}"
            f" --against {leak.other} --json",
        )


def _of_conflicts(profile: Profile) -> Iterator[tuple[str, str]]:
    if profile.conflicts:
        rows = ", ".join(str(row + 1) for row in profile.conflicts[0][:3])
        yield (
            f"{len(profile.conflicts):,} groups of texts that are alike have different labels,"
            f" such as rows {rows}",
            f"look at them and mend {profile.label}; --json lists all",
        )


def _of_reading(profile: Profile) -> Iterator[tuple[str, str]]:
    if profile.problems:
        where, why = next(iter(profile.problems.items()))
        yield f"{len(profile.problems):,} rows cannot be read: {where}: {why}", "mend these rows in the file"
    trouble = profile.trouble
    if trouble.misread:
        yield (
            f"{trouble.misread:,} texts have letters that were read in the wrong encoding,"
            f" first row {trouble.first + 1}",
            "export the file again as UTF-8; pip install ftfy mends what cannot be exported again",
        )
    if trouble.lost:
        yield f"{trouble.lost:,} texts have lost characters (U+FFFD)", "export the file again as UTF-8"
    if trouble.control:
        yield (
            f"{trouble.control:,} texts have control characters",
            "palate add shows them and goes on; remove them where they stand",
        )


def _of_copies(profile: Profile) -> Iterator[tuple[str, str]]:
    n_exact = sum(len(group) - 1 for group in profile.pairs.exact)
    if n_exact or profile.pairs.near:
        yield (
            f"texts that come again: {n_exact:,} word by word, {len(profile.pairs.near):,} pairs nearly",
            "palate add stores the first once and groups the second",
        )


def _of_texts(profile: Profile) -> Iterator[tuple[str, str]]:
    lengths = np.array(profile.lengths or (0,))
    if n_empty := int(np.count_nonzero(lengths == 0)):
        yield f"{n_empty:,} rows have no text", "name the column that holds it: palate add --text COLUMN"
    elif np.median(lengths) < SHORT_WORDS:
        yield (
            f"half of the texts have fewer than {SHORT_WORDS} words: is that the text column?",
            "name the column that holds it: palate add --text COLUMN",
        )
    known = {name: n for name, n in profile.languages.items() if name != "unknown"}
    n_foreign = sum(n for name, n in known.items() if name != "English")
    if n_foreign > FOREIGN_SHARE * max(sum(known.values()), 1):
        first = next(name for name in known if name != "English")
        yield (
            f"{n_foreign:,} texts are not in English, first of all in {first}:"
            " the default encoder does not read them",
            "palate encoder use multilingual",
        )


def _of_classes(profile: Profile) -> Iterator[tuple[str, str]]:
    sizes = profile.balance
    total = sum(sizes.values())
    if len(sizes) == 1:
        yield (
            f"{profile.label} has one value alone: nothing can be learned from it",
            "choose another column with --label",
        )
    rare = [
        name for name, n in sizes.items() if n < max(RARE_CLASS * total / max(len(sizes), 1) * 2, RARE_TEXTS)
    ]
    if len(sizes) > 1 and rare:
        shown = ", ".join(f"{name} ({sizes[name]})" for name in rare[:5])
        yield (
            f"{len(rare)} of the {len(sizes)} classes of {profile.label} are rare: {shown}",
            "palate train classify weighs classes; look at each class's figure, not at accuracy alone",
        )


def _of_columns(profile: Profile) -> Iterator[tuple[str, str]]:
    empty = [column.name for column in profile.columns if not column.count]
    if empty:
        yield f"{len(empty)} columns are empty: {_some(empty)}", "leave them out"
    gaps = [
        column.name
        for column in profile.columns
        if column.count and column.missing > MISSING_SHARE * profile.n_rows
    ]
    if gaps:
        yield f"more than a fifth is missing in: {_some(gaps)}", "fill them in, or do not rely on them"
    alike = [column.name for column in profile.columns if column.unique == 1 and column.count > 1]
    if alike:
        yield f"the same in every row: {_some(alike)}", "leave them out: they tell no texts apart"
    mixed = [column.name for column in profile.columns if column.mixed]
    if mixed:
        yield f"numbers with other cells among them: {_some(mixed)}", "mend these cells, or empty them"
    yield from _of_scales(profile)
    yield from _of_twins(profile)


def _of_scales(profile: Profile) -> Iterator[tuple[str, str]]:
    spreads = {
        column.name: column.sd
        for column in profile.columns
        if column.kind == "number" and column.sd > 0 and not is_key(column)
    }
    if len(spreads) > 1 and max(spreads.values()) > SCALES_APART * min(spreads.values()):
        large, small = max(spreads, key=spreads.__getitem__), min(spreads, key=spreads.__getitem__)
        yield (
            f"numbers are not on the same scale: {large} spreads {spreads[large]:.3g},"
            f" {small} {spreads[small]:.3g}",
            "before distances or a linear model take off each column's mean and divide by its standard"
            " deviation (scikit-learn's StandardScaler); trees need nothing",
        )


def _of_twins(profile: Profile) -> Iterator[tuple[str, str]]:
    names, matrix = profile.correlation.names, profile.correlation.pearson
    twins = [
        f"{names[i]} and {names[j]} ({matrix[i, j]:.2f})"
        for i in range(len(names))
        for j in range(i + 1, len(names))
        if abs(matrix[i, j]) > STRONG
    ]
    if twins:
        yield f"columns that say nearly the same: {_some(twins)}", "keep one of each"


def _some(names: list[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more
