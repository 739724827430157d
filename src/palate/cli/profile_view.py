"""A profile as people read it in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from palate.cli import show
from palate.cli.show import clean, note_dimly, out, out_table
from palate.language import language_name

if TYPE_CHECKING:
    from palate.insight.class_balance import ClassBalance
    from palate.insight.column_numbers import NumberSummary
    from palate.insight.column_summary import ColumnSummary
    from palate.report.table_profile import Profile

MAX_COLUMNS = 60  # that are shown
MAX_CLASSES = 20
N_STRONGEST = 5


def show_profile(profile: Profile) -> None:
    """Prints the columns, what holds for all of them, what the texts are like, and the warnings."""
    out(f"{clean(profile.name)}: {profile.n_rows:,} rows, {len(profile.columns):,} columns")
    headings = ("column", "kind", "count", "missing", "unique", "mean ± sd", "min | median | max", "values")
    out_table(
        headings,
        [_line(column) for column in profile.columns[:MAX_COLUMNS]],
        left=("column", "kind", "values"),
    )
    if len(profile.columns) > MAX_COLUMNS:
        out(f"and {len(profile.columns) - MAX_COLUMNS:,} more columns; --json has all")
    _show_scales(profile)
    if profile.balance:
        _show_balance(profile.balance)
    _show_texts(profile)
    for number, warning in enumerate(profile.warnings, 1):
        out(f"{number}. {clean(warning.message)}")
        if warning.advice:
            out(f"   {clean(warning.advice)}")
        if warning.mend:
            out(f"   mend: {clean(warning.mend)}")
    if not profile.warnings:
        out("nothing to warn of")
    for remark in profile.notes:
        note_dimly(remark)


def _line(column: ColumnSummary) -> list[str]:
    numbers = column.numbers
    ends = f"{short(numbers.low)} | {short(numbers.median)} | {short(numbers.high)}" if numbers else ""
    return [
        clean(column.name),
        column.kind,
        f"{column.count:,}",
        f"{column.missing:,}" if column.missing else "",
        f"{column.unique:,}",
        f"{short(numbers.mean)} ± {short(numbers.sd)}" if numbers else "",
        ends,
        clean(values_of(column)),
    ]


def values_of(column: ColumnSummary) -> str:
    """Returns what a column without numbers holds: its span, its commonest values or its lengths."""
    if column.numbers:
        return ""
    if column.first and column.last:
        return f"{column.first:%Y-%m-%d} to {column.last:%Y-%m-%d}"
    if column.kind in ("category", "mixed") and column.common:
        return ", ".join(f"{value} {n:,}" for value, n in column.common[:3])
    if column.shortest and column.longest:
        span = f"{column.shortest.length:,} to {column.longest.length:,}"
        return f"{span} characters, {column.mean_length:,.0f} on average"
    return ""


def short(number: float) -> str:
    """Returns a number in four digits.

    >>> short(1234567.0), short(0.000123456), short(2001.0)
    ('1.235e+06', '0.0001235', '2001')
    """
    return f"{number:.4g}"


def _show_scales(profile: Profile) -> None:
    if profile.scales:
        verdict = "on one scale" if profile.scales.shared else "not on one scale"
        out(f"columns of numbers are {verdict}: their spreads differ {profile.scales.ratio:,.3g} times")
        for advice in ("standardise", "robust", "log"):
            names = [clean(column.name) for column in profile.scales.columns if column.advice == advice]
            if names:
                more = f" and {len(names) - 10:,} more" if len(names) > 10 else ""
                out(f"  {advice}: {', '.join(names[:10])}{more}")
    pairs = profile.correlation.strongest(N_STRONGEST) if profile.correlation else []
    if pairs:
        out(
            "strongest correlations: " + "; ".join(f"{clean(a)} and {clean(b)} {r:+.2f}" for a, b, r in pairs)
        )


def _show_balance(balance: ClassBalance) -> None:
    out(f"classes in {clean(balance.column)}: {len(balance.counts):,}, evenness {balance.evenness:.2f}")
    total = sum(n for _, n in balance.counts) or 1
    most_frequent = balance.counts[0][1] if balance.counts else 1
    for name, n in balance.counts[:MAX_CLASSES]:
        bar = "█" * max(1, round(show.BAR_CELLS * n / most_frequent)) if show.is_terminal() else ""
        out(f"  {clean(name)}\t{n:,}\t{n / total:.1%}\t{bar}".rstrip())
    if len(balance.counts) > MAX_CLASSES:
        out(f"  and {len(balance.counts) - MAX_CLASSES:,} more classes; --json has all")


def _show_texts(profile: Profile) -> None:
    lengths = profile.lengths
    if lengths:
        parts = (
            ("words", lengths.words),
            ("characters", lengths.characters),
            ("word pieces", lengths.pieces),
        )
        out("lengths (min | median | p95 | max): " + "; ".join(f"{name} {_span(n)}" for name, n in parts))
    if profile.languages:
        total = sum(profile.languages.values())
        shares = [
            f"{language_name(code) if code else 'not told'} {n / total:.1%}"
            for code, n in list(profile.languages.items())[:8]
        ]
        out(f"languages: {', '.join(shares)}")
    found = profile.duplicates
    conflicts = f", {len(found.conflicts):,} pairs with different labels" if profile.label else ""
    out(f"copies: {found.n_exact:,} rows word for word, {len(found.near):,} pairs nearly so{conflicts}")
    if profile.leakage:
        out(f"in {clean(profile.against_name)}, too: {len(profile.leakage.rows):,} rows")


def _span(numbers: NumberSummary) -> str:
    return " | ".join(f"{numbers.quantiles[at]:,.0f}" for at in (0, 4, 6, 8))
