"""bm25s, in an environment that has it: run by `word_search.py`."""

import json
import sys
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import bm25s

DEPTH, SEEN = 100, 10


def lines_of(path: Path) -> tuple[list[str], list[list[str]]]:
    """Returns the ids and the words of each line."""
    rows = [line.rstrip("\n").split("\t") for line in path.open()]
    return [row[0] for row in rows], [row[1].split() for row in rows]


def main() -> None:
    folder, kinds = Path(sys.argv[1]), sys.argv[2:]
    ids, texts = lines_of(folder / "texts")
    begun = process_time()
    index = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    index.index(texts, show_progress=False)
    figures: dict[str, Any] = {"build_s": round(process_time() - begun, 1), "kinds": {}}
    del texts
    for kind in kinds:
        taken, used, ranks = [], [], []
        for source, query in zip(*lines_of(folder / kind), strict=True):
            begun, started, best = process_time(), perf_counter(), list[str]()
            if query:
                found, _ = index.retrieve([query], k=DEPTH, show_progress=False, n_threads=1)
                best = [ids[number] for number in found[0][:SEEN]]
            taken.append(1000 * (perf_counter() - started))
            used.append(1000 * (process_time() - begun))
            ranks.append(1 / (1 + best.index(source)) if source in best else 0.0)
        figures["kinds"][kind] = {
            "taken": taken,
            "used": used,
            "the_text_itself": round(sum(ranks) / len(ranks), 3),
        }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
