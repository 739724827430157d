"""The first `rank`, `why`, `find` and `judge` of a day: processor time of each in a process of its own, on
the arXiv papers of shared/data, for a reader with a description and 20 judgements.

The files were read and the modules compiled before, as those of an installed palate are. Beside them stand
an empty Python, and what the libraries take that no command can do without. Commands take turns, so that a
machine that gets slower slows down all of them.
"""

import argparse
import gzip
import json
import os
import sys
import tempfile
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

import palate
from process import run_command
from report import ARXIV, emit, needs

LIKES, DISLIKES = "retrieval, ranking with feedback", "image generation"
JUDGEMENTS, SEED, LIMIT_S = 20, 0, 0.5
LIBRARIES = "numpy", "sqlalchemy", "typer", "scipy.sparse, scipy.linalg.lapack"


def make_store(path: Path) -> list[str]:
    """Fills a store with the papers and the judgements: those of cs.IR are liked. Returns the ids of the best
    texts.
    """
    with gzip.open(ARXIV, "rt", encoding="utf-8") as file:
        papers = [json.loads(line) for line in file]
    draw = Random(SEED)
    with palate.open(path) as library:
        library.add(papers)
        me = library.reader("me", likes=LIKES, dislikes=DISLIKES)
        of_subject = [paper["id"] for paper in papers if "cs.IR" in paper["categories"]]
        others = [paper["id"] for paper in papers if "cs.IR" not in paper["categories"]]
        verdicts = [
            *((text_id, "like") for text_id in draw.sample(of_subject, JUDGEMENTS // 2)),
            *((text_id, "dislike") for text_id in draw.sample(others, JUDGEMENTS // 2)),
        ]
        draw.shuffle(verdicts)
        for text_id, verdict in verdicts:
            me.judge(text_id, verdict)
        return [hit.text.id for hit in me.rank(100)]


def measure(store: Path, best: list[str], rounds: int) -> dict[str, Any]:
    """Returns the median processor time of each command, in seconds."""
    command = [sys.executable, "-m", "palate", "--store", str(store)]
    taken: dict[str, list[float]] = {}
    for turn in range(rounds + 1):  # the first fills the page cache
        calls = {
            "python": [sys.executable, "-c", "pass"],
            **{f"import {name}": [sys.executable, "-c", f"import {name}"] for name in LIBRARIES},
            "rank": [*command, "rank"],
            "why": [*command, "why", best[turn]],
            "find": [*command, "find", "privacy of medical records"],
            "judge": [*command, "judge", best[-1 - turn], "like"],
        }
        for name, call in calls.items():
            taken.setdefault(name, []).append(run_command(call).cpu_s)
    return {name: round(median(seconds[1:]), 3) for name, seconds in taken.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    needs(ARXIV)
    os.environ["OMP_NUM_THREADS"] = "1"
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # with it each process compiles palate anew
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "papers.db"
        figures = measure(store, make_store(store), options.rounds)
    figures |= {"limit_s": LIMIT_S, "load_at_end": round(os.getloadavg()[0], 1)}
    data = f"12,000 arXiv papers; a description and {JUDGEMENTS} judgements; median of {options.rounds}"
    emit("first_call", {"cpu_s": figures}, data=data, seed=SEED, packages=["scipy", "sqlalchemy", "typer"])


if __name__ == "__main__":
    main()
