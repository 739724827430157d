"""Does asking help? AUC on a half of the texts that is never asked about, after k answers on texts that a
strategy chose.

screening: included or not, from one included and one excluded record. arxiv: whether a title has a word, from
one like. jester, movielens-small: dev readers with 100 judgements or more, from nothing. One `bayes` taste,
static vectors, no crowd."""

import argparse
import gzip
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from palate.evaluation.arrays import BoolVector, IntVector
from palate.evaluation.generator import generator
from palate.evaluation.judgements import read_rated_texts, read_review
from palate.evaluation.metrics import auc
from palate.evaluation.replay_corpus import ReplayCorpus
from palate.parts import Candidates
from palate.question.choose import QUESTIONS, make_question
from palate.taste.choose import make_taste
from report import ARXIV, DATA, emit, needs

ANSWERS = (5, 10, 20)  # after which AUC is measured
TITLE_WORDS = ("recommend", "retriev", "agent", "medical", "code", "reasoning", "speech", "safety", "graph")
PAPERS, POOL_TEXTS, READERS = 4000, 600, 40  # at most


@dataclass(frozen=True, eq=False)
class Case:
    """Texts with a verdict each: those in pool can be asked about, those in test measure what was learned,
    those in start are given.
    """

    name: str
    corpus: ReplayCorpus
    liked: BoolVector
    pool: IntVector
    test: IntVector
    start: IntVector


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch", type=int, default=1, help="Texts asked about at once.")
    parser.add_argument("--seeds", type=int, default=2, help="Of screening and arxiv.")
    options = parser.parse_args()
    needs(DATA)
    figures = {}
    for protocol, cases in {
        "screening": list(screening(options.seeds)),
        "arxiv": list(arxiv(options.seeds)),
        "jester": list(rated("jester")),
        "movielens-small": list(rated("movielens-small")),
    }.items():
        for strategy in sorted(QUESTIONS):
            curves = [curve(case, strategy, options.batch) for case in cases]
            means = [round(float(mean), 3) for mean in np.mean(curves, axis=0)]
            figures[f"{protocol} {strategy}"] = {
                str(k): mean for k, mean in zip(steps(options.batch), means, strict=True)
            }
            print(
                f"{protocol:16} {strategy:12} {figures[f'{protocol} {strategy}']} n={len(cases)}",
                file=sys.stderr,
            )
    emit(
        "asking",
        figures,
        data=f"dev parts of shared/data, {options.batch} at once",
        seed=0,
        packages=["scikit-learn"],
    )


def curve(case: Case, strategy: str, batch: int) -> list[float]:
    """Returns the AUC on the test texts after each of `steps` answers."""
    space = case.corpus.space
    vectors = case.corpus.vectors
    likings = np.where(case.liked, 1.0, -1.0)
    taste, question, rng = (
        make_taste("bayes", space.background),
        make_question(strategy),
        generator(0, strategy, case.name),
    )
    taste.learn(space.corpus[case.start], likings[case.start], np.ones(len(case.start)))
    left, aucs, asked = np.setdiff1d(case.pool, case.start), [], 0
    while asked < ANSWERS[-1]:
        candidates = Candidates(*taste.value(space.corpus[left]), space.corpus[left], vectors[left])
        chosen = left[question.choose(candidates, min(batch, ANSWERS[-1] - asked), rng)]
        taste.learn(space.corpus[chosen], likings[chosen], np.ones(len(chosen)))
        left, asked = np.setdiff1d(left, chosen), asked + len(chosen)
        if asked in steps(batch):
            logits = taste.logits(space.corpus[case.test]).astype(np.float64)
            aucs.append(auc(case.liked[case.test], logits))
    return aucs


def steps(batch: int) -> list[int]:
    """Returns the numbers of answers at which batches of this size end."""
    return [k for k in ANSWERS if k % batch == 0]


def screening(seeds: int) -> Iterator[Case]:
    for path in sorted((DATA / "screening").glob("*.csv.gz")):
        if path.name == "reviews.csv.gz":
            continue
        review = read_review(path)
        corpus = ReplayCorpus(review.contents)
        for seed in range(seeds):
            rng = generator(seed, "split", review.name)
            test, pool = np.array_split(rng.permutation(len(review.included)), 2)
            if review.included[test].any() and review.included[pool].any():
                yield Case(
                    f"{review.name} {seed}",
                    corpus,
                    review.included,
                    pool,
                    test,
                    one_of_each(review.included, pool, rng),
                )


def arxiv(seeds: int) -> Iterator[Case]:
    with gzip.open(ARXIV, "rt", encoding="utf-8") as file:
        papers = [json.loads(line) for line, _ in zip(file, range(PAPERS), strict=False)]
    corpus = ReplayCorpus(tuple(f"{paper['title']}\n{paper['text']}" for paper in papers))
    for word in TITLE_WORDS:
        liked = np.array([word in paper["title"].lower() for paper in papers])
        for seed in range(seeds):
            rng = generator(seed, "split", word)
            test, pool = np.split(rng.permutation(PAPERS), [PAPERS // 2])
            yield Case(
                f"{word} {seed}", corpus, liked, pool[:POOL_TEXTS], test, one_of_each(liked, pool, rng)[:1]
            )


def rated(name: str) -> Iterator[Case]:
    data = read_rated_texts(DATA / name / "items.jsonl.gz", DATA / name / "ratings_dev.csv.gz")
    corpus = ReplayCorpus(data.contents)
    for history in [history for history in data.histories if len(history.rows) >= 100][:READERS]:
        liked = np.zeros(len(data.contents), np.bool_)
        liked[history.rows] = history.ratings >= history.ratings.mean()
        test, pool = np.array_split(generator(0, "split", history.reader).permutation(history.rows), 2)
        if 0 < liked[test].sum() < len(test):
            yield Case(history.reader, corpus, liked, pool[:POOL_TEXTS], test, np.zeros(0, np.int64))


def one_of_each(liked: BoolVector, pool: IntVector, rng: np.random.Generator) -> IntVector:
    """Draws one liked and one disliked text of the pool."""
    return np.array([rng.choice(pool[liked[pool]]), rng.choice(pool[~liked[pool]])])


if __name__ == "__main__":
    main()
