"""A profile of the 12,000 arXiv papers and of 100,000 rows with planted faults, against ydata-profiling on
the same rows: the figures of docs/profile.md. Not called profile.py, as that would hide Python's own module.

Give the Python that has ydata-profiling as the first argument; without it palate alone is measured. Each
profile is a command of its own, from its start to the written page. Takes some minutes.
"""

import csv
import json
import sys
import tempfile
from pathlib import Path

from palate.report.profile import profile_of
from palate.report.table_profile import Profile
from process import run_command
from profile_data import Planted, make_table
from report import ARXIV, emit, needs

SEED, ROWS = 0, 100_000
PEER = """
import sys, pandas
from ydata_profiling import ProfileReport
frame = pandas.read_csv(sys.argv[1])
ProfileReport(frame, minimal=sys.argv[3] == "minimal", progress_bar=False).to_file(sys.argv[2])
"""


def main() -> None:
    needs(ARXIV)
    peer = sys.argv[1] if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        papers = folder / "papers.csv"
        _papers_as_csv(papers)
        train, test, planted = make_table(folder, ROWS, SEED)
        figures = {
            "papers": _costs(folder, papers, [], peer),
            "table": _costs(folder, train, [], peer),
            "table against a second": _costs(folder, train, ["--against", str(test)], None),
            "share of planted faults found": _found(profile_of(train, against=test), planted),
        }
    _show(figures)
    data = f"12,000 papers of ../shared/data/arxiv; {ROWS:,} rows of sentences of the visible data"
    emit("profile", figures, data=data, seed=SEED)


def _papers_as_csv(path: Path) -> None:
    """Writes the papers as CSV, which both read."""
    import gzip

    with gzip.open(ARXIV, "rt", encoding="utf-8") as lines, path.open("w", newline="") as file:
        papers = [json.loads(line) for line in lines]
        writer = csv.DictWriter(file, list(papers[0]))
        writer.writeheader()
        writer.writerows({**paper, "categories": " ".join(paper["categories"])} for paper in papers)


def _costs(folder: Path, table: Path, options: list[str], peer: str | None) -> dict[str, dict[str, float]]:
    """Returns wall and CPU seconds and the memory of each command."""
    page = str(folder / "page.html")
    commands = {"palate": [sys.executable, "-m", "palate", "profile", str(table), "--html", page, *options]}
    if peer:
        for kind in ("minimal", "default"):
            commands[f"ydata-profiling, {kind}"] = [peer, "-c", PEER, str(table), page, kind]
    costs = {name: run_command(command) for name, command in commands.items()}
    return {
        name: {"wall_s": round(c.wall_s, 1), "cpu_s": round(c.cpu_s, 1), "max_mb": round(c.max_resident_mb)}
        for name, c in costs.items()
    }


def _found(profile: Profile, planted: Planted) -> dict[str, float]:
    """Returns for each kind of fault the share of the planted ones that the profile names."""
    duplicates, leakage = profile.duplicates, profile.leakage
    assert leakage is not None
    group = {row: number for number, rows in enumerate(duplicates.exact) for row in rows}
    near = {(first, second) for first, second, _ in duplicates.near}
    first_of = {row: rows[0] for rows in duplicates.exact for row in rows}
    conflicts = {frozenset(pair[:2]) for pair in duplicates.conflicts}

    def same(a: int, b: int) -> bool:
        return group.get(a, -1) == group.get(b, -2)

    def nearly(a: int, b: int) -> bool:
        return (min(a, b), max(a, b)) in near or same(a, b)

    def first(row: int) -> int:
        return first_of.get(row, row)

    leaks = {pair[:2] for pair in (*leakage.exact, *leakage.near)}
    tests = {
        "copies": lambda a, b: same(a, b),
        "near": lambda a, b: nearly(first(a), first(b)),
        "conflicts": lambda a, b: frozenset((a, b)) in conflicts,
        "leaks": lambda a, b: (a, b) in leaks,
        "near_leaks": lambda a, b: (a, b) in leaks or a in leakage.rows,
    }
    shares = {
        kind: sum(tests[kind](a - 1, b - 1) for a, b in pairs) / len(pairs)
        for kind, pairs in planted.pairs.items()
    }
    for kind in ("mojibake", "controls"):
        rows = {row - 1 for row in planted.rows[kind]}
        shares[kind] = len(rows & {*getattr(profile.encoding, kind)}) / len(rows)
    columns = {column.name: column for column in profile.columns}
    score = columns["score"].numbers
    shares["infinite"] = (score.infinite if score else 0) / len(planted.rows["infinite"])
    wordy = columns["age"].kinds.get("text", 0)
    shares["words_in_numbers"] = wordy / len(planted.rows["words_in_numbers"])
    return {kind: round(share, 4) for kind, share in shares.items()}


def _show(figures: dict[str, dict[str, dict[str, float]]] | dict[str, object]) -> None:
    for data, rows in figures.items():
        print(data)
        assert isinstance(rows, dict)
        for name, cost in rows.items():
            print(f"  {name:<28}", cost)


if __name__ == "__main__":
    main()
