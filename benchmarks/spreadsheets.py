"""How fast texts are read from a spreadsheet: rows per second of palate, and of openpyxl and pandas, which
give cells and no texts, on the same workbook in the same run.
"""

import argparse
import random
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import pandas
from openpyxl import Workbook, load_workbook

from palate.source import open_source
from report import emit

MIN_ROWS_PER_S = 5_000
NAMES = ["id", "title", "abstract", "authors", "doi", "published", "cited", "included"]
SEED = 9


def write_workbook(path: Path, n_rows: int) -> None:
    """Writes papers of made-up words, 8 columns, an abstract of 150 words."""
    rng = random.Random(SEED)
    words = [f"{'bcdfgklmnprst'[n % 13]}{'aeiou'[n % 5]}{n:x}" for n in range(5000)]
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Papers")
    sheet.append(NAMES)
    for n in range(n_rows):
        title, abstract = " ".join(rng.choices(words, k=10)), " ".join(rng.choices(words, k=150))
        when = date(2000, 1, 1) + timedelta(days=n % 9000)
        sheet.append([n, title, abstract, "Doe, J; Roe, R", f"10.1000/{n}", when, n % 90, n % 2])
    book.save(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    n_rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "papers.xlsx"
        write_workbook(path, n_rows)

        def openpyxl_rows() -> int:
            return sum(1 for _ in load_workbook(path, read_only=True)["Papers"].iter_rows(values_only=True))

        readers: dict[str, Callable[[], Any]] = {
            "palate": lambda: sum(1 for _ in open_source(path)),
            "pandas_with_calamine": lambda: len(pandas.read_excel(path, engine="calamine")),
            "openpyxl": openpyxl_rows,
        }
        figures: dict[str, Any] = {"rows": n_rows, "mb": round(path.stat().st_size / 1e6, 1)}
        for name, read in readers.items():
            start = perf_counter()
            read()
            figures[f"{name}_rows_per_s"] = round(n_rows / (perf_counter() - start))
    emit(
        "spreadsheets",
        {**figures, "min_rows_per_s": MIN_ROWS_PER_S},
        data="made-up papers, 8 columns, abstracts of 150 words",
        seed=SEED,
        packages=["python-calamine", "openpyxl", "pandas"],
    )


if __name__ == "__main__":
    main()
