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
from palate.adapt.held_out import TasteHistory
from palate.adapt.trial import EncoderTrial, TrialResult, gain
from palate.encoder.choose import make_encoder
from palate.evaluation.metrics import bootstrap
from palate.library import Library
from palate.store.log import Verdict
from palate.training.run.settings import ADAPT_DEFAULTS
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
    judgements = []
    for reader in range(readers):
        wanted = np.array([("cs.CL", "cs.IR")[reader % 2] in paper["categories"] for paper in found])
        n = min(round(0.45 * each), int(wanted.sum()))
        places = [
            rng.choice(np.flatnonzero(wanted), n, replace=False),
            rng.choice(np.flatnonzero(~wanted), each - n, replace=False),
        ]
        shown = rng.permutation(np.concatenate(places))
        judgements.append((shown, np.where(wanted[shown] != (rng.random(each) < 0.05), 1.0, -1.0)))
    return Data("arxiv", tuple(f"{paper['title']}\n{paper['text']}" for paper in found), tuple(judgements))


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
    return [judgements for judgements in found if len(judgements[0]) >= 20]


def measure(data: Data, folder: Path, epochs: float, seed: int) -> dict[str, Any]:
    """What adapting came to, by its own gate and on what was said later."""
    started = perf_counter()
    with Library(folder / "store.db", encoder=START) as library:
        library.add([{"id": str(place), "text": content} for place, content in enumerate(data.contents)])
        store = library.workspace.store
        with store.reading() as tables:
            texts = tables.texts.get(range(1, tables.state().last_row + 1))
        rows = {text.id: row for row, text in texts.items()}
        for reader, (places, likings) in enumerate(data.readers):
            early = [
                (place, liking) for place, liking in zip(places, likings, strict=True) if str(place) in rows
            ]
            taste = library.reader(f"reader {reader}").taste_id
            verdicts = [
                Verdict(rows[str(p)], "like" if s > 0 else "dislike", s)
                for p, s in early[: round(FIRST * len(early))]
            ]
            with store.writing() as tables:  # past the tastes, which would take their time
                tables.log.append(taste, verdicts)
        filled = perf_counter() - started
        adapted = adapt(
            library,
            folder / "tuned",
            settings=replace(ADAPT_DEFAULTS, epochs=epochs, seed=seed),
            on_message=print_,
        )
    took = perf_counter() - started - filled
    vectors = [_vectors(name, data.contents) for name in (START, adapted.name)]
    later = _replay(
        data.contents, [(judgements, FIRST) for judgements in data.readers], vectors, range(len(data.readers))
    )
    figures = {
        "kept": adapted.kept,
        "verdict": adapted.verdict,
        "later": later,
        "gated": later["gain"] if adapted.kept else [0.0, 0.0, 0.0],
    }
    if data.newcomers:
        everyone = [
            *((judgements, 1.0) for judgements in data.readers),
            *((judgements, 0.25) for judgements in data.newcomers),
        ]
        judged = range(len(data.readers), len(everyone))
        figures["newcomers"] = _replay(data.contents, everyone, vectors, judged)
    parts = {
        part: {name: round(value, 4) for name, value in found.items()}
        for part, found in adapted.model.figures.items()
    }
    return {**figures, "adapt": parts, "adapt_seconds": round(took), "peak_mb": adapted.model.peak_mb}


def _vectors(name: str, contents: Sequence[str]) -> tuple[Any, Any]:
    encoder = make_encoder(name)
    return encoder.encode(contents).astype(np.float16).astype(np.float32), encoder.encode


def _replay(
    contents: Sequence[str], judgements: Sequence[tuple[Said, float]], vectors: Sequence[Any], judged: range
) -> dict[str, Any]:
    """Tastes that have learned the first share of what was said, on the rest."""
    histories = [
        TasteHistory(f"reader {reader}", "contest", (), places, likings, round(share * len(places)))
        for reader, ((places, likings), share) in enumerate(judgements)
    ]
    trial = EncoderTrial(contents, histories, judged)
    before, after = (trial.replay(rows, encode) for rows, encode in vectors)
    found = gain(before, after, np.random.default_rng(0))
    return {
        "judgements": trial.n_held_out,
        "loss": [round(one.loss, 4) for one in (before, after)],
        "auc": [round(one.auc, 4) for one in (before, after)],
        "gain": _rounded(found),
        "auc_gain": _aucs(before, after),
    }


def _aucs(before: TrialResult, after: TrialResult) -> list[float]:
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
    options = parser.parse_args()
    needs(ARXIV if options.data == "arxiv" else MOVIES)
    data = (arxiv if options.data == "arxiv" else movielens)(options.readers, options.each, options.seed)
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(data, Path(folder), options.epochs, options.seed)
    readers = f"{len(data.readers)} readers of {options.each} judgements at most"
    shown = f"{options.data}: {len(data.contents)} texts, {readers}"
    emit(
        "adapt",
        figures,
        data=shown,
        seed=options.seed,
        packages=["torch", "transformers", "sentence-transformers", "peft"],
    )


if __name__ == "__main__":
    main()
