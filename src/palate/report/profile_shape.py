"""Profile as a JSON object. Keys are part of the interface."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from palate.insight.column_summary import number_shape
from palate.shapes import finite

if TYPE_CHECKING:
    from palate.features import Matrix
    from palate.insight.duplicates import NearPair
    from palate.report.profile import Profile

MAX_MATRIX = 200  # columns whose whole matrix is given; of more, the strongest pairs alone
N_STRONGEST = 100


def profile_shape(profile: Profile) -> dict[str, Any]:
    """Rows are named by their place, as a person finds them."""
    balance, lengths, scales = profile.balance, profile.lengths, profile.scales
    return {
        "name": profile.name,
        "rows": profile.n_rows,
        "skipped": dict(profile.skipped),
        "columns": [column.shape() for column in profile.columns],
        "scales": scales
        and {"shared": scales.shared, "ratio": scales.ratio, "columns": list(map(asdict, scales.columns))},
        "correlation": _correlation(profile),
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
        "languages": dict(profile.languages),
        "duplicates": _duplicates(profile),
        "leakage": _leakage(profile),
        "encoding": {
            kind: [profile.wheres[row] for row in rows] for kind, rows in asdict(profile.encoding).items()
        },
        "warnings": [asdict(warning) for warning in profile.warnings],
        "notes": list(profile.notes),
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
