"""Profile: seconds for 12,000 papers and a table of 100,000 rows, against ydata-profiling on the table.

ydata-profiling runs in an environment of its own: --peer /path/to/python with it installed.
"""

import argparse
import csv
import subprocess
import tempfile
from pathlib import Path
from time import perf_counter

import numpy as np

from palate.report.profile import profile_of
from report import ARXIV, emit

ROWS = 100_000
PEER = """
import sys, time
import pandas as pd
from ydata_profiling import ProfileReport

begun = time.time()
ProfileReport(pd.read_csv(sys.argv[1]), minimal=len(sys.argv) > 2, progress_bar=False).to_html()
print(time.time() - begun)
"""


def write_table(path: Path, rng: np.random.Generator) -> None:
    """Writes made rows: a text of drawn words, a label, six numbers, a date."""
    words = np.array(
        [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in ("n", "r", "st", "lan", "mer")]
    )
    with path.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "title", "text", "label", "date", *(f"n{number}" for number in range(6))])
        for row in range(ROWS):
            drawn = rng.choice(words, 46)
            day = f"20{row % 25:02}-01-{1 + row % 28:02}"
            numbers = (rng.normal(size=6) * 10.0 ** np.arange(6)).round(4).tolist()
            table.writerow([row, " ".join(drawn[:6]), " ".join(drawn[6:]), "abc"[row % 3], day, *numbers])


def seconds(path: Path) -> float:
    begun = perf_counter()
    profile_of(path).html()
    return round(perf_counter() - begun, 1)


def peer_seconds(python: Path, table: Path, *more: str) -> float | str:
    try:
        done = subprocess.run(
            [python, "-c", PEER, table, *more], check=True, capture_output=True, text=True, timeout=1800
        )
    except subprocess.TimeoutExpired:
        return "more than 1,800"
    return round(float(done.stdout.splitlines()[-1]), 1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", type=Path, help="Python of an environment with ydata-profiling")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder, "table.csv")
        write_table(table, np.random.default_rng(0))
        figures: dict[str, object] = {"12,000 papers": seconds(ARXIV), "100,000 rows": seconds(table)}
        if given.peer:
            figures["ydata-profiling, minimal"] = peer_seconds(given.peer, table, "minimal")
            figures["ydata-profiling"] = peer_seconds(given.peer, table)
    emit("profile", figures, data="arxiv papers_train; made rows", seed=0)
