"""A table without what its profile warns of: written anew, the source stays as it is."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from palate.errors import BadSource
from palate.insight.mojibake import without_controls, without_mojibake
from palate.report.raw_table import raw_table
from palate.table.cells import json_value

if TYPE_CHECKING:
    from palate.library import Library
    from palate.report.table_profile import Profile


@dataclass(frozen=True)
class Mended:
    """What was done: rows that are written and left out by the reason, cells that were changed, columns that
    were left out or scaled.
    """

    written: int
    copies: int
    leaks: int
    conflicts: int
    unlabelled: int
    cells: int
    left_out: tuple[str, ...]
    scaled: tuple[str, ...]


def write_mended(
    profile: Profile,
    source: Path | Library,
    file: TextIO,
    *,
    lines: bool = False,
    leave_out: Sequence[str] = (),
    scale: bool = False,
) -> Mended:
    """Writes the rows of a profiled source as CSV without spare copies, without texts that stand in the
    file it was held against, without pairs whose labels differ and rows without a label where the profile has
    a label; with mojibake undone, and control characters and infinite numbers gone.

    lines: writes JSON Lines, in which lists and numbers stay what they are. leave_out: columns that are not
    written. scale: columns of numbers are written on one scale, as the profile advises.
    Raises BadSource where a column to leave out is not there, or nothing would be left.
    """
    table = raw_table(source)
    missing = [name for name in leave_out if name not in table.columns]
    if missing:
        raise BadSource(f"{table.name} has no column {missing[0]!r} to leave out; check its name")
    reasons = _reasons(profile)
    kept = [row for row in range(len(table)) if row not in reasons]
    names = [name for name in table.columns if name not in leave_out]
    if not kept or not names:
        raise BadSource(
            f"nothing of {table.name} would be left; leave out fewer columns or judge its rows by hand"
        )
    changes = _Changes(profile, scale)
    rows = ([changes.cell(name, table.columns[name][row]) for name in names] for row in kept)
    _write_lines(file, names, rows) if lines else _write_csv(file, names, rows)
    counts = list(reasons.values())
    return Mended(
        written=len(kept),
        copies=counts.count("copies"),
        leaks=counts.count("leaks"),
        conflicts=counts.count("conflicts"),
        unlabelled=counts.count("unlabelled"),
        cells=changes.n_changed,
        left_out=tuple(leave_out),
        scaled=tuple(changes.scales),
    )


def _reasons(profile: Profile) -> dict[int, str]:
    """Returns why each row that goes does so."""
    reasons: dict[int, str] = dict.fromkeys(profile.duplicates.spare_rows(), "copies")
    reasons.update((row, "conflicts") for pair in profile.duplicates.conflicts for row in pair[:2])
    reasons.update(dict.fromkeys(profile.leakage.rows if profile.leakage else (), "leaks"))
    reasons.update(dict.fromkeys(profile.unlabelled, "unlabelled"))
    return reasons


class _Changes:
    """What becomes of single cells."""

    def __init__(self, profile: Profile, scale: bool) -> None:
        self.n_changed = 0
        self.numbers = {column.name for column in profile.columns if column.numbers}
        found = profile.scales.columns if scale and profile.scales else ()
        self.scales = {column.name: column for column in found if column.advice != "keep"}

    def cell(self, name: str, value: Any) -> Any:
        """Returns a cell as it is written."""
        if name in self.scales:
            return self._scaled(name, value)
        if isinstance(value, str):
            mended = without_controls(value if value.isascii() else without_mojibake(value))
            if name in self.numbers and mended.strip().lower().lstrip("+-") in ("inf", "infinity"):
                mended = ""
            self.n_changed += mended != value
            return mended
        if isinstance(value, float) and math.isinf(value):
            self.n_changed += 1
            return None
        return value

    def _scaled(self, name: str, value: Any) -> Any:
        try:
            number = float(value)
        except (TypeError, ValueError):
            return value
        return self.scales[name].scaled(number) if math.isfinite(number) else None


def _write_csv(file: TextIO, names: Sequence[str], rows: Iterator[list[Any]]) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([_as_text(cell) for cell in row])


def _write_lines(file: TextIO, names: Sequence[str], rows: Iterator[list[Any]]) -> None:
    for row in rows:
        shape = {name: json_value(cell) for name, cell in zip(names, row, strict=True)}
        file.write(
            json.dumps({name: cell for name, cell in shape.items() if cell is not None}, ensure_ascii=False)
        )
        file.write("\n")


def _as_text(cell: Any) -> Any:
    if cell is None or isinstance(cell, str | int | float):
        return cell
    return (
        json.dumps(value, ensure_ascii=False) if isinstance(value := json_value(cell), list | dict) else value
    )
