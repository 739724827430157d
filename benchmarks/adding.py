"""Adds up to 1,000,000 texts and shows whether adding slows down as the store grows: texts per second by
window of 50,000 texts, and the bytes a text by table and file.
"""

import argparse
import os
import resource
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from time import perf_counter, process_time

import palate
from palate.results import AddReport
from report import emit
from texts_at_scale import CACHE, DESCRIPTION, SEED, texts_file

WINDOW_TEXTS = 50_000
MIN_TEXTS_PER_S = 1_500  # what the last windows must keep


class Windows:
    """Counts texts and time by window while texts are added, from the first chunk on; before it the source is
    read and checked, after the last the corpus is brought up to date.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.texts_per_s: list[int] = []
        self.texts_per_cpu_s: list[int] = []
        self.first = self.last = 0.0

    def __call__(self, report: AddReport, total: int) -> None:
        self.last = perf_counter()
        if not self.first:
            self.first = self.last
            self._begin(report.stored)
        texts = report.stored - self._first
        if texts >= self.size or (texts and report.seen == total):
            self.texts_per_s.append(round(texts / (perf_counter() - self._wall)))
            self.texts_per_cpu_s.append(round(texts / (process_time() - self._cpu)))
            self._begin(report.stored)

    def _begin(self, first: int) -> None:
        self._first, self._wall, self._cpu = first, perf_counter(), process_time()


def bytes_a_text(store: Path, n: int) -> dict[str, int]:
    """Returns the bytes a text of each table and index of a store and of each file beside it."""
    with closing(sqlite3.connect(store)) as connection:
        tables = connection.execute("select name, sum(pgsize) from dbstat group by name").fetchall()
    files = ((path, path.stat().st_size) for path in store.parent.rglob("*") if path.is_file())
    sizes = {**dict(tables), **{f"file {path.relative_to(store.parent)}": size for path, size in files}}
    largest_first = sorted(sizes.items(), key=lambda item: -item[1])
    return {name: round(size / n) for name, size in largest_first if size >= n}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=1_000_000)
    parser.add_argument("--window", type=int, default=WINDOW_TEXTS)
    options = parser.parse_args()
    source = texts_file(options.texts)
    windows = Windows(options.window)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        store = Path(folder) / "palate.db"
        start, start_cpu = perf_counter(), process_time()
        with palate.open(store) as library:
            report = library.add(source, progress=windows)
            taken, taken_cpu = perf_counter() - start, process_time() - start_cpu
            sizes = bytes_a_text(store, report.stored)
    figures = {
        "texts_per_s": round(report.stored / taken),
        "texts_per_cpu_s": round(report.stored / taken_cpu),
        "slowest_window_texts_per_s": min(windows.texts_per_s),
        "limit_texts_per_s": MIN_TEXTS_PER_S,
        "texts_per_s_by_window": windows.texts_per_s,
        "texts_per_cpu_s_by_window": windows.texts_per_cpu_s,
        "window_texts": options.window,
        "reading_before_s": round(windows.first - start, 1),
        "storing_s": round(windows.last - windows.first, 1),
        "corpus_after_s": round(start + taken - windows.last, 1),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "grouped": report.grouped,
        "bytes_a_text": sizes,
        "load_at_end": round(os.getloadavg()[0], 1),
    }
    data = (
        f"{report.stored} texts {DESCRIPTION}; the total counts the first reading, too, which checks the file"
    )
    emit("adding", figures, data=data, seed=SEED, packages=["sqlalchemy", "tokenizers"])


if __name__ == "__main__":
    main()
