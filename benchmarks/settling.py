"""What becomes of a taste's oldest judgements: settled, held like the others, or forgotten.

Readers judge 1,600 texts in drawn order, and `bayes` and `margin` hold 512. After every 128 judgements beyond
512 they rank 500 other texts: log loss and average precision, the mean of these moments, of three seeds. The
readers: those of two systematic reviews, and one of a class of news."""

import argparse
import csv
import gzip
import sys
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from palate.evaluation.judgements import read_review
from palate.evaluation.systems import ReplayCorpus
from palate.features import Background
from palate.taste.bayes import BayesTaste
from palate.taste.choose import bayes, margin
from palate.taste.judged_texts import retained
from palate.taste.margin import MarginTaste
from palate.taste.scoreboard import log_loss
from report import DATA, emit, needs

HELD, JUDGED, STEP, TESTED = 512, 1_600, 128, 500
REVIEWS, NEWS, CLASS = ("ACEInhibitors", "Kwok_2020"), 4_000, "Sci/Tech"
TASTES: dict[str, Callable[[Background], BayesTaste | MarginTaste]] = {"bayes": bayes, "margin": margin}
OLDEST = ("settled", "held", "forgotten")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    needs(DATA)
    figures: dict[str, dict[str, float]] = {}
    for reader, corpus, liked in readers():
        for kind in TASTES:
            for oldest in OLDEST:
                measured = [measure(corpus, liked, kind, oldest, seed) for seed in range(options.seeds)]
                loss, precision = np.mean(measured, axis=0).round(4).tolist()
                name = f"{reader} {kind} {oldest}"
                figures[name] = {"log_loss": loss, "average_precision": precision}
                print(name, figures[name], file=sys.stderr)
    data = f"{len(REVIEWS)} reviews of shared/data/screening, {NEWS} texts of ag-news/train; {JUDGED} judged"
    emit("settling", {"means": figures}, data=data, seed=options.seeds, packages=["scikit-learn"])


def readers() -> Iterator[tuple[str, ReplayCorpus, NDArray[np.bool_]]]:
    """Names, texts, and which are liked."""
    for name in REVIEWS:
        review = read_review(DATA / "screening" / f"{name}.csv.gz")
        yield name, ReplayCorpus(review.contents), np.asarray(review.included)
    with gzip.open(DATA / "ag-news" / "train.csv.gz", "rt", newline="") as lines:
        rows = [row for row, _ in zip(csv.DictReader(lines), range(NEWS), strict=False)]
    corpus = ReplayCorpus(tuple(row["text"] for row in rows))
    yield "ag-news", corpus, np.array([row["label"] == CLASS for row in rows])


def measure(
    corpus: ReplayCorpus, liked: NDArray[np.bool_], kind: str, oldest: str, seed: int
) -> tuple[float, float]:
    """Log loss and average precision."""
    order = np.random.default_rng(seed).permutation(len(liked))
    tested, judged = order[-TESTED:], order[:-TESTED][:JUDGED]
    features, likings = corpus.fitted.corpus, np.where(liked, 1.0, -1.0)
    measured = []
    for count in range(HELD + STEP, len(judged) + 1, STEP):
        taste = TASTES[kind](corpus.fitted.background)
        rows = judged[:count]
        if oldest == "held":
            taste.max_judgements = count
        elif oldest == "forgotten":
            rows = rows[retained(liked[rows], HELD)]
        taste.learn(features[rows], likings[rows], np.ones(len(rows)))
        logits = taste.logits(features[tested]).astype(np.float64)
        loss = log_loss(logits, liked[tested].astype(np.float64)).mean()
        measured.append((loss, average_precision_score(liked[tested], logits)))
    loss, precision = np.mean(measured, axis=0)
    return float(loss), float(precision)


if __name__ == "__main__":
    main()
