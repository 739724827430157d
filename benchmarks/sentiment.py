"""Sentiment: how often the lexicon's polarity has the sign of the label, with its rules and without each."""

import csv
import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from palate.feature import polarity as lexicon
from palate.parts import Vector
from report import DATA, emit, needs

POSITIVE = {"sst2": "1", "imdb": "pos"}
RULES = {"negation": ("NEGATIONS",), "emphasis": ("BOOSTERS", "DAMPENERS"), "but": ("TURNS",)}


@contextmanager
def without(rule: str) -> Iterator[None]:
    """Takes the words of a rule away."""
    kept = {name: getattr(lexicon, name) for name in RULES[rule]}
    for name in kept:
        setattr(lexicon, name, frozenset())
    yield
    for name, words in kept.items():
        setattr(lexicon, name, words)


def polarities(texts: list[str]) -> Vector:
    return np.array([lexicon.polarity(text).value for text in texts])


def measure(name: str, part: str) -> None:
    path = DATA / name / f"{part}.csv.gz"
    needs(path)
    with gzip.open(path, "rt") as lines:
        rows = list(csv.DictReader(lines))
    texts, truth = [row["text"] for row in rows], np.array([row["label"] == POSITIVE[name] for row in rows])
    found = polarities(texts)
    figures: dict[str, Any] = {
        "texts": f"{name} {part}",
        "accuracy": round(float(((found > 0) == truth).mean()), 4),
        "accuracy at median": round(float(((found > np.median(found)) == truth).mean()), 4),
        "auc": round(float(roc_auc_score(truth, found)), 4),
        "says nothing": round(float((found == 0).mean()), 4),
    }
    for rule in RULES:
        with without(rule):
            figures[f"auc without {rule}"] = round(float(roc_auc_score(truth, polarities(texts))), 4)
    emit("sentiment", figures, data=f"{name} {part}, {len(texts)} texts", packages=("scikit-learn",))


if __name__ == "__main__":
    for name in POSITIVE:
        for part in ("dev", "train"):
            measure(name, part)
