"""Processor seconds that adding papers and feeds costs: python benchmarks/intake.py [--runs 5]

Papers: the 12,000 of the shared arXiv data where they are, else made ones. Feeds: 200 made RSS files of
20 entries. Each run is a process of its own with a new store. It uses what a Library promises alone, so that
with PYTHONPATH it measures an older checkout too; compare medians of the same session.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from report import ARXIV, emit

N_FEEDS, N_ENTRIES, N_WORDS = 200, 20, 120


def made_words(rng: np.random.Generator, n: int) -> str:
    """Returns n words, of which a few are frequent."""
    ranks = np.minimum(rng.zipf(1.3, n), 30_000)
    return " ".join(f"w{rank}" if rank > 40 else ("the", "and", "of", "with")[rank % 4] for rank in ranks)


def make_feeds(folder: Path) -> None:
    for number in range(N_FEEDS):
        rng = np.random.default_rng(number)
        items = "".join(
            f"<item><title>{made_words(rng, 8)}</title><link>https://f{number}.example/{entry}</link>"
            f"<guid>https://f{number}.example/{entry}</guid><pubDate>Thu, 01 Jan 2004 19:48:21 GMT</pubDate>"
            f"<description>&lt;p&gt;{made_words(rng, N_WORDS)}&lt;/p&gt;</description></item>"
            for entry in range(N_ENTRIES)
        )
        channel = f"<title>Feed {number}</title><link>https://f{number}.example/</link>{items}"
        (folder / f"{number:03}.xml").write_text(f'<rss version="2.0"><channel>{channel}</channel></rss>')


def make_papers(path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = ({"id": str(n), "title": made_words(rng, 9), "text": made_words(rng, 150)} for n in range(12_000))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def add(source: str) -> float:
    """Returns the processor seconds that adding a source to a new store takes, opening it included."""
    from palate.library import Library

    with tempfile.TemporaryDirectory() as folder:
        begun = time.process_time()
        with Library(Path(folder) / "store.db") as library:
            library.add(source)
        return time.process_time() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--once", metavar="SOURCE", help="adds one source in this process")
    options = parser.parse_args()
    if options.once:
        print(add(options.once))
        return
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made, "feeds")
        folder.mkdir()
        make_feeds(folder)
        papers = ARXIV
        if not papers.exists():
            make_papers(papers := Path(made, "papers.jsonl"))
        for name, source in (("papers", papers), ("feeds", folder)):
            command = [sys.executable, __file__, "--once", str(source)]
            seconds = [
                float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
                for _ in range(options.runs)
            ]
            figures = {"source": name, "runs": options.runs, "cpu_s": round(statistics.median(seconds), 2)}
            figures["fastest_cpu_s"] = round(min(seconds), 2)
            emit("intake", figures, data="arXiv or made papers, made feeds", seed=0)


if __name__ == "__main__":
    main()
