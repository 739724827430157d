"""The chain of docs/chain.md on real texts: python benchmarks/chain.py [MINUTES].

500 arXiv papers, a simulated reader who likes cs.IR and ranks the shorter drafts first; prints the seconds of
each step.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from palate.library import Library
from palate.training.run.recipe import package_versions
from simulated_drafts import LIKED, PROMPT, papers

N_TEXTS, N_JUDGED, N_RANKED = 500, 60, 13
ASKED = PROMPT.format(title="Query expansion")


def main() -> None:
    minutes = sys.argv[1] if len(sys.argv) > 1 else "10"
    drawn = papers(1)
    texts, others = drawn[:N_TEXTS], drawn[N_TEXTS : N_TEXTS + N_RANKED]
    print(json.dumps({"versions": package_versions(), "machine": "CPU, one thread", "seed": 1}))
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        os.environ |= {"PALATE_STORE": "store.db", "OMP_NUM_THREADS": "1"}
        prompts = "\n".join(PROMPT.format(title=" ".join(str(one["title"]).split())) for one in others)
        Path("prompts.txt").write_text(prompts)
        with timed("texts and a taste"):
            write_table(texts)
            palate("add", "papers.csv")
            palate("reader", "add", "me", "--likes", "search engines, ranking and recommendation")
            judge(texts)
        with timed("the best of 8"):
            palate("write", ASKED, "--chat", "--for", "me", "--n", "8", "--max-new-tokens", "48")
        with timed("its x-ray with branches"):
            palate("write", ASKED, "--chat", "--html", "x.html", "--branches", "2", "--max-new-tokens", "48")
        with timed("drafts to rank"):
            given = ("--chat", "--for", "me", "--n", "4", "--max-new-tokens", "48")
            palate("write", "--file", "prompts.txt", *given)
        with timed("rankings"):
            for numbers in by_length():
                palate("drafts", "judge", *numbers)
        with timed("a reward"):
            palate("train", "reward", "--out", "my-reward")
        with timed("an aligned model"):
            palate("train", "align", "--for", "me", "--minutes", minutes, "--out", "my-writer")
        print(Path("my-writer/README.md").read_text().partition("## Limits")[2].strip().splitlines()[1])


def palate(*args: str) -> str:
    command = [sys.executable, "-m", "palate", *args]
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout


@contextmanager
def timed(step: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    print(json.dumps({"step": step, "seconds": round(time.perf_counter() - started)}), flush=True)


def write_table(texts: list[dict[str, object]]) -> None:
    with Path("papers.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "title", "text"])
        table.writerows([one["id"], one["title"], one["text"]] for one in texts)


def judge(texts: list[dict[str, object]]) -> None:
    """Judges as the simulated reader does, like and dislike in turn."""
    kinds = {True: list[str](), False: list[str]()}
    for one in texts:
        kinds[LIKED in one["categories"]].append(str(one["id"]))  # type: ignore[operator]
    pairs = list(zip(kinds[True], kinds[False], strict=False))[: N_JUDGED // 2]
    with Library("store.db") as library:
        verdicts = [(liked, "like") for liked, _ in pairs] + [(other, "dislike") for _, other in pairs]
        library.reader("me").judge_many(verdicts)


def by_length() -> Iterator[list[str]]:
    """Yields the numbers of the drafts of each prompt, the shortest first."""
    drafts = defaultdict(list)
    for line in palate("drafts", "list", "--json").splitlines():
        one = json.loads(line)
        drafts[one["prompt"]].append((len(one["text"]), str(one["number"])))
    for found in drafts.values():
        yield [number for _, number in sorted(found)]


if __name__ == "__main__":
    main()
