"""Words of `find`: the lists of the segments beside FTS5's OR, which they replaced, and bm25s.

Queries are runs of words of the texts, stop words included: short ones of 2 to 4, long ones of 8 to 16. Time
is of one query on one thread, by the clock and of the processor; the machine may do other things as well. The
share found is of the 10 best by a scan of all texts (exact BM25, of the same hashed terms). "The text itself"
is the reciprocal rank of the text that the query was taken from, among 10. With --peers PYTHON, an
environment that has it, bm25s gets the same words, k1 and b.
"""

import argparse
import json
import random
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

import numpy as np

import palate
from palate.feature.terms import is_stop
from palate.index.exact import best_of
from palate.threads import use_one_blas_thread
from palate.weights import Sparse
from palate.words import words
from palate.workspace.corpus import Corpus
from palate.workspace.word_lists import make_lists
from palate.workspace.word_search import READ_ENTRIES, WordSearch
from report import emit
from texts_at_scale import DESCRIPTION, SIZES, store_of, texts_file

SEED, QUERIES, DEPTH, SEEN = 0, 100, 100, 10
LENGTHS = {"short": (2, 4), "long": (8, 16)}
BUDGETS = (READ_ENTRIES, READ_ENTRIES // 4, READ_ENTRIES // 16)

Find = Callable[[str], Sequence[str]]  # ids of the best


def queries_of(n: int, kind: str) -> list[tuple[str, str]]:
    """Returns queries with the id of the text that each was taken from."""
    rng = random.Random(f"{SEED} {kind}")
    chosen, found = set(rng.sample(range(n), QUERIES)), []
    with texts_file(n).open() as lines:
        for number, line in enumerate(lines):
            if number in chosen:
                text = json.loads(line)
                body, size = text["text"].split(), rng.randint(*LENGTHS[kind])
                begin = rng.randrange(max(1, len(body) - size))
                found.append((" ".join(body[begin : begin + size]), text["id"]))
    return found


def or_of_fts5(path: Path, ids: dict[int, str]) -> Find:
    """What `find` asked before: any of the words, by the BM25 of FTS5."""
    db = sqlite3.connect(path)
    statement = "select rowid from words where words match ? order by bm25(words, 2.0, 1.0), rowid limit ?"

    def find(query: str) -> Sequence[str]:
        match = " OR ".join(f'"{word}"' for word in words(query))
        return [ids[row] for (row,) in db.execute(statement, (match, DEPTH))]

    return find


def measured(
    find: Find, queries: Sequence[tuple[str, str]], truth: Sequence[Sequence[str]]
) -> dict[str, float]:
    taken, used, shares, ranks = [], [], [], []
    for (query, source), true in zip(queries, truth, strict=True):
        begun = perf_counter(), process_time()
        found = list(find(query))[:SEEN]
        taken.append(1000 * (perf_counter() - begun[0]))
        used.append(1000 * (process_time() - begun[1]))
        shares.append(len({*found} & {*true}) / len(true) if true else 1.0)
        ranks.append(1 / (1 + found.index(source)) if source in found else 0.0)
    return summary(taken, used) | {
        "found_of_10": round(float(np.mean(shares)), 4),
        "the_text_itself": round(float(np.mean(ranks)), 3),
    }


def summary(taken: Sequence[float], used: Sequence[float]) -> dict[str, float]:
    return {
        "median_ms": round(median(taken), 2),
        "p95_ms": round(float(np.quantile(taken, 0.95)), 2),
        "median_processor_ms": round(median(used), 2),
        "p95_processor_ms": round(float(np.quantile(used, 0.95)), 2),
    }


def exact(corpus: Corpus, query: str) -> list[int]:
    """Returns the indices of the 10 best by a scan of all texts."""
    keyword = corpus.space.keyword
    columns = [keyword.column(word) for word in _told(query)]
    known, counts = np.unique([column for column in columns if column >= 0], return_counts=True)
    weights = Sparse(known.astype(np.int32), counts / keyword.scale, len(keyword.rarity))
    scores = corpus.scores({"keyword": weights})[0]
    best = best_of(scores, SEEN)
    return [int(index) for index in best if scores[index] > 0]


def lists_of(corpus: Corpus) -> dict[str, float]:
    """Returns what the lists cost: the time to make them, and bytes, those of whole segments beside them."""
    begun, built = process_time(), 0
    for segment in corpus.segments:
        made = make_lists(segment.arrays, corpus.space.keyword).arrays()
        built += sum(array.nbytes for array in made.values())
    every = sum(array.nbytes for segment in corpus.segments for array in segment.arrays.values())
    return {
        "lists_processor_s": round(process_time() - begun, 2),
        "lists_mb": round(built / 1e6, 1),
        "segments_mb": round(every / 1e6, 1),
        "words_with_lists": int(corpus.space.keyword.listed.sum()),
    }


def of_bm25s(python: str, n: int, asked: dict[str, list[tuple[str, str]]]) -> dict[str, Any]:
    """Runs bm25s in its environment, on the words that palate has."""
    with tempfile.TemporaryDirectory() as folder:
        with texts_file(n).open() as lines, Path(folder, "texts").open("w") as file:
            for line in lines:
                text = json.loads(line)
                file.write(f"{text['id']}\t{' '.join(_told(text['title'] + ' ' + text['text']))}\n")
        for kind, queries in asked.items():
            told = (f"{source}\t{' '.join(_told(query))}\n" for query, source in queries)
            Path(folder, kind).write_text("".join(told))
        command = [python, str(Path(__file__).with_name("word_search_peer.py")), folder, *asked]
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, env={"OMP_NUM_THREADS": "1"}
        )
    figures = json.loads(done.stdout.splitlines()[-1])
    return {"build_processor_s": figures["build_s"]} | {
        kind: summary(each["taken"], each["used"]) | {"the_text_itself": each["the_text_itself"]}
        for kind, each in figures["kinds"].items()
    }


def _told(content: str) -> list[str]:
    return [word for word in words(content) if len(word) > 1 and not is_stop(word)]


def measure(n: int, peers: str | None) -> dict[str, Any]:
    asked = {kind: queries_of(n, kind) for kind in LENGTHS}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "palate.db"
        shutil.copy(store_of(n), path)
        begun = process_time()
        with palate.open(path) as library:
            corpus = library.corpus()
            figures: dict[str, Any] = {"texts": n, "fit_processor_s": round(process_time() - begun, 1)}
            figures |= lists_of(corpus)
            for kind, queries in asked.items():
                figures[kind] = side_by_side(library, corpus, path, queries)
    if peers:
        figures["bm25s"] = of_bm25s(peers, n, asked)
    return figures


def side_by_side(
    library: palate.Library, corpus: Corpus, path: Path, queries: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    """Returns the figures of each way to search."""
    with library.workspace.store.reading() as tables:
        ids = tables.texts.ids(corpus.rows.tolist())
        by_index = [ids[row] for row in corpus.rows.tolist()]

        def lists(entries: int) -> Find:
            def find(query: str) -> Sequence[str]:
                search = WordSearch(corpus, words(query), tables.texts.with_word, read_entries=entries)
                return [by_index[index] for index in search.best(DEPTH).indices.tolist()]

            return find

        def phrase(query: str) -> Sequence[str]:
            return [ids[row] for row in tables.texts.with_phrase(query, 2000)]

        truth = [[by_index[index] for index in exact(corpus, query)] for query, _ in queries]
        ways = {f"palate, {entries} entries": lists(entries) for entries in BUDGETS}
        ways |= {"fts5_or": or_of_fts5(path, ids), "phrase": phrase}
        found = {name: measured(way, queries, truth) for name, way in ways.items()}
    whole = measured(lambda query: [each.text.id for each in library.find(query)], queries, truth)
    return found | {"find": whole}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=SIZES[1])
    parser.add_argument("--peers", help="a Python that has bm25s", metavar="PYTHON")
    options = parser.parse_args()
    use_one_blas_thread()
    emit("word_search", measure(options.texts, options.peers), data=DESCRIPTION, seed=SEED)


if __name__ == "__main__":
    main()
