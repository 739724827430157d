"""The recall estimate against the truth: reviews read to the end, the best record first, with an estimate
after each 5 %.

Covered: how often the true share of included records seen lay in the stated interval. Known: the same where
the answer was not "not known yet". Stop: the first of these moments at which the interval lay wholly above 95
%; where none came, the end."""

import argparse
import sys
from typing import Any

import numpy as np

from palate.evaluation.arrays import BoolVector
from palate.evaluation.generator import generator
from palate.evaluation.judgements import Review, read_review
from palate.evaluation.screening import draw_priors
from palate.evaluation.systems import ReplayCorpus, find_maker
from palate.question.stopping import estimate_recall
from report import DATA, emit, needs

SHARES_READ = np.arange(1, 20) / 20  # of all records
# the system learns anew whenever it can learn a 25th more: after each record at first, then after batches
GROWTH_DIVISOR = 25
TARGET_RECALL = 0.95
COLUMNS = (
    "covered",
    "too_high",
    "width",
    "error",
    "known",
    "covered_known",
    "width_known",
    "stop",
    "stop_recall",
    "stop_covered",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--systems", default="palate,elas-u4", help="By name, with commas.")
    options = parser.parse_args()
    folder = DATA / "screening"
    needs(folder)
    reviews = [read_review(path) for path in sorted(folder.glob("*.csv.gz")) if path.name != "reviews.csv.gz"]
    figures: dict[str, dict[str, Any]] = {}
    for review in reviews:
        corpus = ReplayCorpus(review.contents)
        for name in options.systems.split(","):
            runs = [measure(read_all(review, corpus, name, seed)) for seed in range(options.seeds)]
            figures[f"{review.name} {name}"] = _shown(np.nanmean(runs, axis=0))
            _print(f"{review.name} {name}", figures)
    for name in options.systems.split(","):
        rows = [list(figures[f"{review.name} {name}"].values()) for review in reviews]
        figures[f"all {name}"] = _shown(np.nanmean(rows, axis=0))
        _print(f"all {name}", figures)
    data = (
        f"{len(reviews)} reviews of shared/data/screening, read to the end;"
        f" looked at {len(SHARES_READ)} times; means over seeds"
    )
    emit("stopping", figures, data=data, seed=0, packages=["scipy", "scikit-learn"])


def read_all(review: Review, corpus: ReplayCorpus, name: str, seed: int) -> BoolVector:
    """Returns (n,) whether each record was included, in the order in which they are read."""
    likings = np.where(review.included, 1.0, -1.0)
    system = find_maker(name)(corpus, generator(seed, "system", name, review.name))
    tie_order = generator(seed, "ties", review.name).permutation(len(likings))
    rows = draw_priors(review.included, generator(seed, "priors", review.name))
    while len(rows) < len(likings):
        unread = np.setdiff1d(np.arange(len(likings)), rows)
        scores = system.scores(rows, likings[rows])[unread]
        best = unread[np.lexsort((tie_order[unread], -scores))]
        rows = np.concatenate([rows, best[: max(1, len(rows) // GROWTH_DIVISOR)]])
    return review.included[rows]


def measure(included: BoolVector) -> list[float]:
    """Returns the figures named in COLUMNS."""
    estimates = []
    for read in np.ceil(SHARES_READ * len(included)).astype(int):
        true = included[:read].sum() / included.sum()
        answer = estimate_recall(included[:read], len(included) - read)
        covered = answer.low <= true <= answer.high
        estimates.append((covered, answer.low, answer.high, answer.share, answer.known, true))
    covered, low, high, share, known, true = np.array(estimates, dtype=np.float64).T
    sure, width = known > 0, high - low
    stop = np.append(np.flatnonzero(low >= TARGET_RECALL), -1)[0]
    stopped = (SHARES_READ[stop], true[stop], covered[stop]) if stop >= 0 else (1.0, 1.0, 1.0)
    of_known = (covered[sure].mean(), width[sure].mean()) if sure.any() else (np.nan, np.nan)
    means = covered.mean(), (true < low).mean(), width.mean(), np.abs(share - true).mean(), known.mean()
    return [*means, *of_known, *stopped]


def _shown(means: np.ndarray[Any, np.dtype[np.floating[Any]]]) -> dict[str, float]:
    return {column: round(float(value), 3) for column, value in zip(COLUMNS, means, strict=True)}


def _print(row: str, figures: dict[str, dict[str, Any]]) -> None:
    if len(figures) == 1:
        print(f"{'':34}" + "".join(f"{column:>14}" for column in COLUMNS), file=sys.stderr)
    print(f"{row:34}" + "".join(f"{value:>14.3f}" for value in figures[row].values()), file=sys.stderr)


if __name__ == "__main__":
    main()
