"""An encoder tuned on the feedback of a store: what readers are served before and after, on judgements that
came later.

Each reader's judgements are cut in three by time: `palate train adapt` has the first 60 % and holds out a
quarter of them itself for its gate; the rest is replayed with the vectors of the start and with the tuned
ones, whether they were kept or not. gain is the fall of the log loss, in nats a judgement, with its 95 %
interval; gated is what came of it: 0 where it was not kept.

arxiv: readers are made up; each likes the papers of one listing, and 5 % of what they say is the other way.
movielens: people, in the order of time; a like is a rating at or above the reader's mean. Newcomers are
people of the dev part, of whom the encoder has never heard."""

import argparse
import csv
import gzip
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from palate.adapt.adapt import adapt
from palate.adapt.held_out import Heard
from palate.adapt.trial import Served, Trial, gain
from palate.encoder.choose import make_encoder
from palate.evaluation.metrics import bootstrap
from palate.library import Library
from palate.store.log import Verdict
from palate.training.run.settings import ADAPT
from report import ARXIV, DATA, emit, needs

FIRST = 0.6  # share of a reader's judgements that the store has when it is adapted
START = "minilm"
MOVIES = DATA / "movielens-small"
# places of texts and likings, in time
Said = tuple[np.ndarray[Any, np.dtype[np.int64]], np.ndarray[Any, np.dtype[np.float64]]]


@dataclass(frozen=True)
class Data:
    """contents of n texts, what the store's readers said of them, and newcomers."""

    name: str
    contents: tuple[str, ...]
    readers: tuple[Said, ...]
    newcomers: tuple[Said, ...] = ()


def arxiv(readers: int, each: int, seed: int, papers: int = 2000) -> Data:
    """Readers of cs.CL and of cs.IR in turn; a little under half of what each is shown is of that listing."""
    rng = np.random.default_rng(seed)
    with gzip.open(ARXIV, "rt") as file:
        found = [json.loads(line) for line in file]
    found = sorted(
        (found[place] for place in rng.choice(len(found), papers, replace=False)),
        key=lambda paper: paper["date"],
    )
    said = []
    for number in range(readers):
        wanted = np.array([("cs.CL", "cs.IR")[number % 2] in paper["categories"] for paper in found])
        n = min(round(0.45 * each), int(wanted.sum()))
        places = [
            rng.choice(np.flatnonzero(wanted), n, replace=False),
            rng.choice(np.flatnonzero(~wanted), each - n, replace=False),
        ]
        shown = rng.permutation(np.concatenate(places))
        said.append((shown, np.where(wanted[shown] != (rng.random(each) < 0.05), 1.0, -1.0)))
    return Data("arxiv", tuple(f"{paper['title']}\n{paper['text']}" for paper in found), tuple(said))


def movielens(readers: int, each: int, seed: int) -> Data:
    """The first `each` judgements of people drawn from the train part, and of half as many from the dev
    part.
    """
    rng = np.random.default_rng(seed)
    with gzip.open(MOVIES / "items.jsonl.gz", "rt") as file:
        items = [json.loads(line) for line in file]
    known = {str(item["id"]): place for place, item in enumerate(items)}
    train, dev = (_people(part, known, each) for part in ("train", "dev"))
    store = tuple(train[place] for place in rng.permutation(len(train))[:readers])
    new = tuple(dev[place] for place in rng.permutation(len(dev))[: readers // 2])
    used = np.unique(np.concatenate([places for places, _ in (*store, *new)]))
    contents = tuple(f"{items[place]['title']}\n{items[place]['text']}" for place in used)
    return Data(
        "movielens",
        contents,
        *(tuple((np.searchsorted(used, p), s) for p, s in group) for group in (store, new)),
    )


def _people(part: str, known: dict[str, int], each: int) -> list[Said]:
    by_reader: dict[str, list[tuple[float, int, float]]] = {}
    with gzip.open(MOVIES / f"ratings_{part}.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            judged = (float(row["timestamp"]), known[row["item"]], float(row["rating"]))
            by_reader.setdefault(row["reader"], []).append(judged)
    found = []
    for rows in by_reader.values():
        _, places, ratings = np.array(sorted(rows)).T
        likings = np.where(ratings >= ratings.mean() - 1e-9, 1.0, -1.0)
        found.append((places[:each].astype(np.int64), likings[:each]))
    return [said for said in found if len(said[0]) >= 20]


def measure(data: Data, folder: Path, epochs: float, seed: int) -> dict[str, Any]:
    """What adapting came to, by its own gate and on what was said later."""
    began = perf_counter()
    with Library(folder / "store.db", encoder=START) as library:
        library.add([{"id": str(place), "text": content} for place, content in enumerate(data.contents)])
        with library.store.reading() as tables:
            texts = tables.texts.get(range(1, tables.state().last_row + 1))
        rows = {text.id: row for row, text in texts.items()}
        for number, (places, likings) in enumerate(data.readers):
            early = [
                (place, liking) for place, liking in zip(places, likings, strict=True) if str(place) in rows
            ]
            taste = library.reader(f"reader {number}").number
            verdicts = [
                Verdict(rows[str(p)], "like" if s > 0 else "dislike", s)
                for p, s in early[: round(FIRST * len(early))]
            ]
            with library.store.writing() as tables:
                tables.log.append(taste, verdicts)  # past the tastes, which would take their time
        filled = perf_counter() - began
        done = adapt(
            library, folder / "tuned", settings=replace(ADAPT, epochs=epochs, seed=seed), tell=print_
        )
    took = perf_counter() - began - filled
    vectors = [_vectors(name, data.contents) for name in (START, done.name)]
    later = _replay(
        data.contents, [(said, FIRST) for said in data.readers], vectors, range(len(data.readers))
    )
    figures = {
        "kept": done.kept,
        "verdict": done.verdict,
        "later": later,
        "gated": later["gain"] if done.kept else [0.0, 0.0, 0.0],
    }
    if data.newcomers:
        everyone = [*((said, 1.0) for said in data.readers), *((said, 0.25) for said in data.newcomers)]
        judged = range(len(data.readers), len(everyone))
        figures["newcomers"] = _replay(data.contents, everyone, vectors, judged)
    parts = {
        part: {name: round(value, 4) for name, value in found.items()}
        for part, found in done.finished.figures.items()
    }
    return {**figures, "adapt": parts, "adapt_seconds": round(took), "peak_mb": done.finished.peak_mb}


def _vectors(name: str, contents: Sequence[str]) -> tuple[Any, Any]:
    encoder = make_encoder(name)
    return encoder.encode(contents).astype(np.float16).astype(np.float32), encoder.encode


def _replay(
    contents: Sequence[str], said: Sequence[tuple[Said, float]], vectors: Sequence[Any], judged: range
) -> dict[str, Any]:
    """Tastes that have learned the first share of what was said, on the rest."""
    heard = [
        Heard(f"reader {number}", "contest", (), places, likings, round(share * len(places)))
        for number, ((places, likings), share) in enumerate(said)
    ]
    trial = Trial(contents, heard, judged)
    before, after = (trial.serve(rows, encode) for rows, encode in vectors)
    found = gain(before, after, np.random.default_rng(0))
    return {
        "judgements": trial.held,
        "loss": [round(one.loss, 4) for one in (before, after)],
        "auc": [round(one.auc, 4) for one in (before, after)],
        "gain": _rounded(found),
        "auc_gain": _aucs(before, after),
    }


def _aucs(before: Served, after: Served) -> list[float]:
    differences = np.array(after.aucs) - np.array(before.aucs)
    return _rounded(bootstrap(differences, np.random.default_rng(0)))


def _rounded(values: Sequence[float]) -> list[float]:
    return [round(value, 4) for value in values]


def print_(line: str) -> None:
    """Progress beside the figures."""
    print(line, file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", choices=["arxiv", "movielens"], default="arxiv")
    parser.add_argument("--readers", type=int, default=24)
    parser.add_argument("--each", type=int, default=75, help="judgements of a reader")
    parser.add_argument("--epochs", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    needs(ARXIV if asked.data == "arxiv" else MOVIES)
    data = (arxiv if asked.data == "arxiv" else movielens)(asked.readers, asked.each, asked.seed)
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(data, Path(folder), asked.epochs, asked.seed)
    shown = f"{asked.data}: {len(data.contents)} texts, {len(data.readers)} readers of {asked.each} judgements at most"
    emit(
        "adapt",
        figures,
        data=shown,
        seed=asked.seed,
        packages=["torch", "transformers", "sentence-transformers", "peft"],
    )


if __name__ == "__main__":
    main()
