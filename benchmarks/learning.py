"""Figure 5: precision at 20 for a simulated reader of cs.IR after 10 likes and 10 dislikes."""

import argparse
import gzip
import json

import numpy as np

from palate.evaluation.metrics import bootstrap
from palate.evaluation.systems import ReplayCorpus, choose_systems, find_maker
from report import ARXIV, emit, needs

JUDGED_EACH, TOP = 10, 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    seeds = parser.parse_args().seeds
    needs(ARXIV)
    with gzip.open(ARXIV, "rt") as file:
        papers = [json.loads(line) for line in file]
    corpus = ReplayCorpus(tuple(f"{paper['title']}\n{paper['text']}" for paper in papers))
    wanted = np.array(["cs.IR" in paper["categories"] for paper in papers])
    figures: dict[str, object] = {"base_rate": round(float(wanted.mean()), 4)}
    for name in choose_systems("all", crowd=False)[0]:
        precisions = []
        for seed in range(seeds):
            rng = np.random.default_rng(seed)
            liked = rng.choice(np.flatnonzero(wanted), JUDGED_EACH, replace=False)
            disliked = rng.choice(np.flatnonzero(~wanted), JUDGED_EACH, replace=False)
            rows = np.stack([liked, disliked], axis=1).ravel()
            scores = find_maker(name)(corpus, rng).scores(rows, np.tile([1.0, -1.0], JUDGED_EACH))
            scores[rows] = -np.inf
            precisions.append(wanted[np.argsort(-scores, kind="stable")[:TOP]].mean())
        figures[name] = [
            round(float(value), 3) for value in bootstrap(np.array(precisions), np.random.default_rng(0))
        ]
    data = (
        f"12,000 arXiv papers; precision@{TOP} among unjudged ones: mean, low, high (95 %) over {seeds} seeds"
    )
    emit("learning", figures, data=data, seed=0, packages=["scikit-learn"])


if __name__ == "__main__":
    main()
