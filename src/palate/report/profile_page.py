"""A profile as one page that needs no network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from palate.insight.bars import bars_svg
from palate.insight.column_numbers import NumberSummary
from palate.insight.column_summary import shown
from palate.insight.duplicates import NearPair
from palate.insight.heat_map import heat_map_svg
from palate.insight.scales import REASONS
from palate.language import language_name
from palate.report.pages import page

if TYPE_CHECKING:
    import numpy as np

    from palate.insight.correlation import Correlation
    from palate.report.table_profile import Profile

MAX_COLUMNS = 200  # that the page lists
MAX_CLASSES = 30
MAX_DRAWN = 40  # columns of the matrix
N_EXAMPLES = 10  # pairs of rows a table shows


def profile_page(profile: Profile) -> str:
    """Returns the page. Of many columns, classes and pairs the first are shown, and how many there are."""
    return page(
        "profile.html",
        profile=profile,
        columns=[
            (column, _histogram(column.numbers, column.name)) for column in profile.columns[:MAX_COLUMNS]
        ],
        max_columns=MAX_COLUMNS,
        reasons=REASONS,
        scales=[scale for scale in profile.scales.columns if scale.advice != "keep"][:MAX_COLUMNS]
        if profile.scales
        else [],
        pictures=_pictures(profile.correlation) if profile.correlation else [],
        drawn_note=_drawn_note(profile.correlation),
        classes=_classes(profile),
        lengths=_lengths(profile),
        languages=_languages(profile),
        pairs=_pairs(profile),
    )


def _histogram(numbers: NumberSummary | None, name: str) -> Markup | str:
    if not numbers:
        return ""
    found = numbers.histogram
    return Markup(bars_svg(found.counts, f"histogram of {name}", ends=(found.low, found.high)))  # noqa: S704


def _pictures(found: Correlation) -> list[tuple[str, Markup]]:
    """Returns the matrices as pictures: of all columns, or of those with the strongest correlations."""
    kept = _drawn(found)
    names = [found.names[at] for at in kept]
    matrices: list[tuple[str, Any]] = [("Pearson", found.pearson), ("Spearman (ranks)", found.spearman)]
    return [
        (title, Markup(heat_map_svg(names, matrix[kept][:, kept], f"{title} correlation")))  # noqa: S704
        for title, matrix in matrices
        if matrix is not None
    ]


def _drawn(found: Correlation) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    import numpy as np

    strength = np.nan_to_num(np.abs(found.pearson))
    np.fill_diagonal(strength, 0)
    return np.sort(np.argsort(-strength.max(axis=0), kind="stable")[:MAX_DRAWN])


def _drawn_note(found: Correlation | None) -> str:
    if found is None or len(found.names) + found.left_out <= MAX_DRAWN:
        return ""
    return (
        f"Drawn are the {MAX_DRAWN} columns with the strongest correlations"
        f" of {len(found.names) + found.left_out:,} columns of numbers."
    )


def _classes(profile: Profile) -> list[tuple[str, int, float]]:
    """Returns each class with its count and its share of the commonest."""
    counts = profile.balance.counts if profile.balance else ()
    return [(name, n, n / counts[0][1]) for name, n in counts[:MAX_CLASSES]]


def _lengths(profile: Profile) -> list[tuple[str, NumberSummary, Markup | str]]:
    if not profile.lengths:
        return []
    named = (
        ("words", profile.lengths.words),
        ("characters", profile.lengths.characters),
        ("word pieces", profile.lengths.pieces),
    )
    return [(name, numbers, _histogram(numbers, name)) for name, numbers in named]


def _languages(profile: Profile) -> list[tuple[str, int, float]]:
    largest = max(profile.languages.values(), default=1)
    return [
        (language_name(code) if code else "not told", n, n / largest)
        for code, n in list(profile.languages.items())[:MAX_CLASSES]
    ]


def _pairs(profile: Profile) -> list[tuple[str, int, list[tuple[str, str, float, str]]]]:
    """Returns for each kind of pair its name, how many there are, and how the first begin."""
    found, there = profile.duplicates, profile.against_wheres
    exact = [NearPair(group[0], group[1], 1.0) for group in found.exact]
    leaks = [*profile.leakage.exact, *profile.leakage.near] if profile.leakage else []
    here = [
        ("Word for word the same", exact),
        ("Nearly the same", found.near),
        ("The same or nearly so, with different labels", found.conflicts),
    ]
    kinds = [
        (
            name,
            len(pairs),
            [
                (profile.where(a), profile.where(b), s, shown(profile.contents[a]))
                for a, b, s in pairs[:N_EXAMPLES]
            ],
        )
        for name, pairs in here
    ]
    some = [(profile.where(a), there[b], s, shown(profile.contents[a])) for a, b, s in leaks[:N_EXAMPLES]]
    kinds.append((f"In {profile.against_name}, too", len(leaks), some))
    return [kind for kind in kinds if kind[1]]
