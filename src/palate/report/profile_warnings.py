"""What a profile warns of, in plain words, each with what mends it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from shlex import quote
from typing import TYPE_CHECKING

from palate.insight.class_balance import LOPSIDED, MIN_EXAMPLES
from palate.insight.correlation import STRONG
from palate.language import language_name
from palate.report.raw_table import TEXT_FIELDS
from palate.report.table_profile import MAX_LANGUAGE_TEXTS, MAX_PIECE_TEXTS, DataWarning, Profile

if TYPE_CHECKING:
    from palate.insight.column_summary import ColumnSummary

N_EXAMPLES = 3  # places that a warning names
N_PAIRS = 5  # of columns that say the same
MUCH_MISSING = 0.2  # share of a column's cells
SECOND_LANGUAGE = 0.01  # share of the texts from which a language counts
MENDED = "mended.csv"


def warnings_of(profile: Profile) -> tuple[DataWarning, ...]:
    """Returns all warnings, those that spoil training or figures first."""
    checks = (
        _leakage,
        _conflicts,
        _copies,
        _encoding,
        _skipped,
        _balance,
        _columns,
        _scales,
        _same,
        _languages,
    )
    return tuple(warning for check in checks for warning in check(profile))


def notes_of(profile: Profile) -> tuple[str, ...]:
    """Returns what was drawn, limited or guessed, a sentence each."""
    notes, n = [], profile.n_rows
    if profile.balance:
        notes.append(f"classes are those of the column {profile.label}; --label names another")
    if profile.lengths and n > MAX_PIECE_TEXTS:
        notes.append(f"word pieces were counted in {MAX_PIECE_TEXTS:,} texts, drawn from all {n:,}")
    if profile.lengths and n > MAX_LANGUAGE_TEXTS:
        notes.append(f"languages were told of {MAX_LANGUAGE_TEXTS:,} texts, drawn from all {n:,}")
    found = profile.correlation
    if found and found.left_out:
        notes.append(f"{len(found.names):,} columns of numbers were correlated, {found.left_out:,} were not")
    if found and found.n_rows < n:
        notes.append(f"correlations are of {found.n_rows:,} rows, drawn from all {n:,}")
    if found and found.spearman is None:
        notes.append("ranks were not correlated, as the columns are too many")
    return tuple(notes)


def _leakage(profile: Profile) -> Iterator[DataWarning]:
    leakage = profile.leakage
    if leakage and leakage.rows:
        pairs = [*leakage.exact, *leakage.near][:N_EXAMPLES]
        places = "; ".join(f"{profile.where(a)} = {profile.against_wheres[b]}" for a, b, _ in pairs)
        yield DataWarning(
            "leakage",
            f"{_rows(len(leakage.rows))} of {profile.name} also in {profile.against_name} "
            f"({len(leakage.exact):,} word for word, {len(leakage.near):,} nearly so), which "
            f"makes figures on it too good: {places}",
            _mend(profile),
        )


def _conflicts(profile: Profile) -> Iterator[DataWarning]:
    conflicts = profile.duplicates.conflicts
    if conflicts:
        places = _pairs(profile, [pair[:2] for pair in conflicts])
        yield DataWarning(
            "conflicts",
            f"{len(conflicts):,} pairs of the same or nearly the same text with different labels in "
            f"'{profile.label}', one of which is wrong: {places}",
            _mend(profile, "--label", quote(profile.label)),
            "judge them by hand, --json lists them; the command leaves all of them out",
        )


def _copies(profile: Profile) -> Iterator[DataWarning]:
    found = profile.duplicates
    if found.exact:
        places = _pairs(profile, [group[:2] for group in found.exact])
        yield DataWarning(
            "copies", f"{_rows(found.n_exact)} with the words of an earlier one: {places}", _mend(profile)
        )
    if found.near:
        places = _pairs(profile, [pair[:2] for pair in found.near])
        yield DataWarning(
            "near-copies",
            f"{len(found.near):,} pairs of rows of nearly the same text, which counts twice: {places}",
            _mend(profile),
        )


def _encoding(profile: Profile) -> Iterator[DataWarning]:
    found = profile.encoding
    if found.mojibake:
        yield DataWarning(
            "mojibake",
            f"{_rows(len(found.mojibake))} with letters such as Ã© in place of é, as UTF-8 was read in "
            f"another encoding: {_wheres(profile, found.mojibake)}",
            _mend(profile),
        )
    if found.controls:
        wheres = _wheres(profile, found.controls)
        yield DataWarning(
            "controls", f"{_rows(len(found.controls))} with control characters: {wheres}", _mend(profile)
        )
    if found.replaced:
        yield DataWarning(
            "replaced",
            f"{_rows(len(found.replaced))} with \N{REPLACEMENT CHARACTER} for letters that are lost: "
            f"{_wheres(profile, found.replaced)}",
            "",
            "export the source anew as UTF-8; what was replaced cannot be told from this file",
        )


def _skipped(profile: Profile) -> Iterator[DataWarning]:
    if profile.skipped:
        first = "; ".join(
            f"{where}: {reason}" for where, reason in list(profile.skipped.items())[:N_EXAMPLES]
        )
        yield DataWarning(
            "unread",
            f"{_rows(len(profile.skipped))} that cannot be read, and not counted: {first}",
            _mend(profile),
            "mend these rows by hand; the command writes the others alone",
        )


def _balance(profile: Profile) -> Iterator[DataWarning]:
    balance = profile.balance
    if not balance:
        return
    label = quote(profile.label)
    if balance.missing:
        yield DataWarning(
            "unlabelled",
            f"{_rows(balance.missing)} without a label in '{profile.label}'",
            _mend(profile, "--label", label),
        )
    if len(balance.counts) == 1:
        yield DataWarning(
            "one class",
            f"'{profile.label}' has one class only, so that nothing can be told apart",
            "",
            "name the column that holds the classes with --label",
        )
        return
    if balance.counts and balance.ratio >= LOPSIDED:
        (common, n_common), (rare, n_rare) = balance.counts[0], balance.counts[-1]
        yield DataWarning(
            "imbalance",
            f"{common} stands {n_common:,} times in '{profile.label}', {rare} {n_rare:,} times: always "
            f"answering {common} would be right in {balance.majority:.0%}",
            f"palate train classify --data {_file(profile)} --label-column {label} --weigh --out model",
        )
    rare_classes = [name for name, n in balance.counts if n < MIN_EXAMPLES]
    if rare_classes:
        yield DataWarning(
            "rare classes",
            f"{len(rare_classes):,} of {len(balance.counts):,} classes have fewer than {MIN_EXAMPLES} "
            f"examples: {', '.join(rare_classes[:N_EXAMPLES])}",
            "",
            "label more of them, or join them to another class",
        )


def _columns(profile: Profile) -> Iterator[DataWarning]:
    for kind, columns, message in (
        ("empty column", [c for c in profile.columns if c.kind == "empty"], "no value"),
        ("one value", [c for c in profile.columns if _is_constant(profile, c)], "one value only"),
    ):
        if columns:
            yield DataWarning(
                kind,
                f"nothing is told apart by columns of {message}: {_names(columns)}",
                _mend(profile, *(f"--leave-out {quote(c.name)}" for c in columns[:N_PAIRS])),
            )
    for column in profile.columns:
        if column.kind != "empty" and column.missing_share >= MUCH_MISSING:
            yield DataWarning(
                "missing",
                f"'{column.name}' is missing in {column.missing_share:.0%} of the rows",
                _mend(profile, f"--leave-out {quote(column.name)}"),
                "fill it in from its source, or leave it out",
            )
        yield from _cells(profile, column)


def _cells(profile: Profile, column: ColumnSummary) -> Iterator[DataWarning]:
    """What is wrong with single cells of a column."""
    if column.numbers and column.numbers.infinite:
        yield DataWarning(
            "infinite",
            f"'{column.name}' has {column.numbers.infinite:,} infinite numbers, which spoil every mean",
            _mend(profile),
        )
    others = {kind: n for kind, n in column.kinds.items() if kind != column.kind}
    if column.kind == "mixed" or (column.kind in ("number", "date") and others):
        counts = ", ".join(f"{n:,} of kind {kind}" for kind, n in column.kinds.items())
        yield DataWarning(
            "mixed kinds",
            f"'{column.name}' holds values of several kinds: {counts}",
            "",
            "mend the odd cells in the source; no command can tell what they should be",
        )


def _scales(profile: Profile) -> Iterator[DataWarning]:
    scales = profile.scales
    if scales and not scales.shared:
        largest = max(scales.columns, key=lambda column: column.spread)
        smallest = min(scales.columns, key=lambda column: column.spread)
        yield DataWarning(
            "scales",
            f"the columns of numbers are not on one scale: '{largest.name}' spreads {scales.ratio:,.0f} "
            f"times as far as '{smallest.name}' and would decide every distance",
            _mend(profile, "--scale"),
        )


def _same(profile: Profile) -> Iterator[DataWarning]:
    for one, other, r in profile.correlation.strongest(N_PAIRS, STRONG) if profile.correlation else ():
        yield DataWarning(
            "same columns",
            f"'{one}' and '{other}' say almost the same (r = {r:+.3f})",
            _mend(profile, f"--leave-out {quote(other)}"),
        )


def _languages(profile: Profile) -> Iterator[DataWarning]:
    total = sum(profile.languages.values()) or 1
    spoken = [code for code, n in profile.languages.items() if code and n / total >= SECOND_LANGUAGE]
    if len(spoken) > 1:
        shares = ", ".join(f"{language_name(code)} {profile.languages[code] / total:.0%}" for code in spoken)
        yield DataWarning(
            "languages",
            f"the texts are in several languages ({shares}), and the default encoder reads English",
            f"palate add {_file(profile)} --encoder multilingual --store multilingual.db",
        )


def _mend(profile: Profile, *options: str) -> str:
    """Returns the command that writes the table without what is wrong."""
    against = ["--against", quote(profile.against)] if profile.against else []
    return " ".join([profile.command, *against, *options, "--mend", MENDED])


def _file(profile: Profile) -> str:
    return profile.command.removeprefix("palate profile ") if "--store" not in profile.command else MENDED


def _is_constant(profile: Profile, column: ColumnSummary) -> bool:
    if column.name == profile.label or (not profile.is_table and column.name in TEXT_FIELDS):
        return False  # texts are of one source or language more often than not
    return column.unique == 1 and column.count > 1 and not column.missing


def _rows(n: int) -> str:
    return "1 row" if n == 1 else f"{n:,} rows"


def _names(columns: Sequence[ColumnSummary]) -> str:
    names = ", ".join(column.name for column in columns[:N_PAIRS])
    return names + (f" and {len(columns) - N_PAIRS:,} more" if len(columns) > N_PAIRS else "")


def _wheres(profile: Profile, rows: Sequence[int]) -> str:
    return ", ".join(profile.where(row) for row in rows[:N_EXAMPLES])


def _pairs(profile: Profile, pairs: Sequence[Sequence[int]]) -> str:
    return "; ".join(" = ".join(profile.where(row) for row in pair) for pair in pairs[:N_EXAMPLES])
