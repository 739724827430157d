"""Planted outliers: how well each score finds them, and whether the reason is named.

palate's own texts of another language, boilerplate, shuffled texts and texts of another field are planted
among real ones, 1 in 200 of each kind. Settings were chosen on AG News, with arXiv watched beside it;
film reviews (IMDB) were looked at once, when nothing was to be changed any more.
"""

import argparse
import csv
import gzip
import json
from collections.abc import Iterator
from time import perf_counter

import numpy as np
from sklearn.metrics import roc_auc_score

from languages_texts import CHINESE, JAPANESE, THAI
from palate.report.outliers import outliers_of
from palate.report.pile import pile_of
from palate.text import Text
from report import DATA, emit

SHARE = 1 / 200
NOTICE = (
    "You receive this message because you have an account with us. Click here to change your settings or to"
    " unsubscribe. All rights reserved. Please do not reply to this message, this address is not read."
)
GERMAN = (
    "Der Rat hat gestern beschlossen, die {} im kommenden Jahr zu erneuern. Die Kosten trägt zur Hälfte das"
    " Land; {} bleibt während der Arbeiten geschlossen, und die Busse fahren über {}."
)
NOUNS = "Brücke Schule Bücherei Straße Turnhalle Kirche Mühle Feuerwache Markthalle Schleuse".split()
ASIAN = [line for lines in (CHINESE, JAPANESE, THAI) for line in lines.strip().splitlines()]
REASONS = {
    "language": "% of the texts are",
    "boilerplate": "phrases",
    "shuffled": "do not follow",
    "field": "something else",
}


def read(name: str) -> list[tuple[str, str]]:
    if name == "arxiv":
        with gzip.open(DATA / "arxiv" / "papers_train.jsonl.gz", "rt") as lines:
            papers = map(json.loads, lines)
            return [(paper["title"], paper["text"]) for paper in papers]
    with gzip.open(DATA / name / "train.csv.gz", "rt") as lines:
        return [("", row["text"]) for row in csv.DictReader(lines)]


def planted(
    texts: list[tuple[str, str]], others: list[tuple[str, str]], rng: np.random.Generator
) -> Iterator[tuple[str, str, str]]:
    """Yields (kind, title, body)."""
    n = round(SHARE * len(texts))
    for _ in range(n):
        german = GERMAN.format(*rng.choice(NOUNS, 3, replace=False))
        yield "language", "", german if rng.random() < 1 / 2 else ASIAN[rng.integers(len(ASIAN))]
        start = texts[rng.integers(len(texts))][1].split()[: int(rng.integers(0, 8))]
        yield "boilerplate", "", " ".join([NOTICE, *start])
        title, body = texts[rng.integers(len(texts))]
        yield "shuffled", title, " ".join(rng.permutation(body.split()))
        yield "field", *others[rng.integers(len(others))]


def measure(name: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    texts = read(name)
    found = list(planted(texts, read("arxiv" if name == "ag-news" else "ag-news"), rng))
    kinds = np.array([""] * len(texts) + [kind for kind, _, _ in found])
    pairs = [*texts, *((title, body) for _, title, body in found)]
    pile = pile_of([Text(str(n), title, body) for n, (title, body) in enumerate(pairs)], name=name)
    start = perf_counter()
    result = outliers_of(pile, limit=len(pile), seed=seed)
    seconds = perf_counter() - start
    reasons = {one.index: one.reasons for one in result.outliers}
    real = [reasons[index] for index in np.flatnonzero(kinds == "").tolist()]
    for kind, words in REASONS.items():
        asked = np.flatnonzero((kinds == kind) | (kinds == ""))
        figures = {
            method: round(float(roc_auc_score(kinds[asked] == kind, scores[asked])), 4)
            for method, scores in result.scores.items()
        }
        named = [
            any(words in reason for reason in reasons[int(index)]) for index in np.flatnonzero(kinds == kind)
        ]
        emit(
            "outliers",
            {
                "texts": name,
                "kind": kind,
                "auc": figures,
                "reason named": round(float(np.mean(named)), 3),
                "of real texts": round(
                    float(np.mean([any(words in each for each in stated) for stated in real])), 4
                ),
                "seconds": round(seconds, 1),
            },
            data=f"{name}, {len(texts)} texts, {len(found)} planted",
            seed=seed,
            packages=("scikit-learn",),
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--texts", nargs="+", default=["arxiv", "ag-news", "imdb"], choices=["arxiv", "ag-news", "imdb"]
    )
    parser.add_argument("--seeds", type=int, default=1)
    given = parser.parse_args()
    for name in given.texts:
        for seed in range(given.seeds):
            measure(name, seed)
