"""Profile as it is shown: a frame, a table of a notebook, a JSON object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from palate.frames import frame, table_html
from palate.insight.column_summary import number_shape
from palate.shapes import finite

if TYPE_CHECKING:
    from pandas import DataFrame

    from palate.features import Matrix
    from palate.insight.class_balance import ClassBalance
    from palate.insight.column_numbers import NumberSummary
    from palate.insight.column_summary import ColumnSummary
    from palate.insight.correlation import Correlation
    from palate.insight.duplicates import Duplicates, Leakage, NearPair
    from palate.insight.mojibake import EncodingTrouble
    from palate.insight.scales import Scales

MAX_LANGUAGE_TEXTS = 10_000  # whose language is told; of more, so many are drawn
MAX_PIECE_TEXTS = 2_000  # that are cut into word pieces, likewise
MAX_MATRIX = 200  # columns whose whole matrix is given; of more, the strongest pairs alone
N_STRONGEST = 100


@dataclass(frozen=True)
class DataWarning:
    """One thing that is wrong. kind: a word for programs. message: in plain words. mend: the command that
    mends it, "" where none can decide. advice: what to do besides, or in its place; "" where the command does
    it.
    """

    kind: str
    message: str
    mend: str
    advice: str = ""


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
    rows that cannot be read. is_table: False where the columns are fields of texts.
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
    is_table: bool = True
    against: str = ""
    against_wheres: Sequence[str] = ()
    leakage: Leakage | None = None
    skipped: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[DataWarning, ...] = ()
    notes: tuple[str, ...] = ()

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

    def to_frame(self) -> DataFrame:
        """Returns a row for each column. Raises MissingExtra without [insight]."""
        return frame(column_table(self.columns))

    def shape(self) -> dict[str, Any]:
        """Returns all of it as a JSON object, whose keys are part of the interface. Rows are named by where
        they stand, as a person finds them.
        """
        balance, lengths, scales = self.balance, self.lengths, self.scales
        return {
            "name": self.name,
            "rows": self.n_rows,
            "skipped": dict(self.skipped),
            "columns": [column.shape() for column in self.columns],
            "scales": scales
            and {
                "shared": scales.shared,
                "ratio": scales.ratio,
                "columns": list(map(asdict, scales.columns)),
            },
            "correlation": _correlation(self),
            "classes": balance
            and {
                "column": balance.column,
                "counts": dict(balance.counts),
                "missing": balance.missing,
                "evenness": balance.evenness,
                "majority": balance.majority,
            },
            "lengths": lengths
            and {name: number_shape(getattr(lengths, name)) for name in ("characters", "words", "pieces")},
            "languages": dict(self.languages),
            "duplicates": _duplicates(self),
            "leakage": _leakage(self),
            "encoding": {
                kind: [self.wheres[row] for row in rows] for kind, rows in asdict(self.encoding).items()
            },
            "warnings": [asdict(warning) for warning in self.warnings],
            "notes": list(self.notes),
        }

    def _repr_html_(self) -> str:
        from markupsafe import escape

        columns = table_html(column_table(self.columns), f"{self.name}: {self.n_rows:,} rows")
        warnings = "".join(
            f"<li>{escape(warning.message)} <code>{escape(warning.mend or warning.advice)}</code></li>"
            for warning in self.warnings
        )
        return columns + (f"<ul>{warnings}</ul>" if warnings else "")


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


def _correlation(profile: Profile) -> dict[str, Any] | None:
    found = profile.correlation
    if found is None:
        return None
    small = len(found.names) <= MAX_MATRIX
    return {
        "rows": found.n_rows,
        "left_out": found.left_out,
        "columns": list(found.names),
        "pearson": _matrix(found.pearson) if small else None,
        "spearman": _matrix(found.spearman) if small and found.spearman is not None else None,
        "strongest": [{"columns": [one, other], "r": r} for one, other, r in found.strongest(N_STRONGEST)],
    }


def _duplicates(profile: Profile) -> dict[str, Any]:
    found, wheres = profile.duplicates, profile.wheres
    return {
        "exact": [[wheres[row] for row in group] for group in found.exact],
        "near": _pairs(found.near, wheres, wheres),
        "conflicts": _pairs(found.conflicts, wheres, wheres),
    }


def _leakage(profile: Profile) -> dict[str, Any] | None:
    found = profile.leakage
    if found is None:
        return None
    return {
        "against": profile.against,
        "exact": _pairs(found.exact, profile.wheres, profile.against_wheres),
        "near": _pairs(found.near, profile.wheres, profile.against_wheres),
    }


def _pairs(pairs: Sequence[NearPair], wheres: Sequence[str], others: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {"rows": [wheres[first], others[second]], "similarity": similarity}
        for first, second, similarity in pairs
    ]


def _matrix(matrix: Matrix) -> list[list[float | None]]:
    return [[finite(r) for r in row] for row in matrix.tolist()]
