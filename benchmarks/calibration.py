"""Is a value a probability? Readers who like about 1, 5, 20 or 50 % of all texts, after 20 judgements.

    python benchmarks/calibration.py

The readers: one tag of CiteULike each (1 %), four tags (5 %), one of arXiv's categories or of AG News'
classes (5 to 30 %), two of these classes (50 %); with a sentence for each that they like, or without; who
judge what `explore` asks, or any texts. ECE: over all other texts, in ten bins. brier_ratio: the Brier score
as a share of that of the rate of likes, if it were known; below 1 is better than it.
"""

import argparse
import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from palate.description.description import describe
from palate.description.feedback import best_in
from palate.description.interests import read_interests
from palate.evaluation.replay_corpus import ReplayCorpus
from palate.evaluation.tagged import read_tagged_texts
from palate.parts import Candidates, Mask, Vector
from palate.question.choose import make_question
from palate.taste.chance import expit
from palate.taste.choose import make_contest
from palate.training.run.table import read_table
from report import ARXIV, DATA, ROOT, emit, needs

JUDGEMENTS, POOL, BINS = 20, 500, 10
CATEGORIES = {
    "cs.IR": "search engines, ranking and recommendation",
    "cs.CL": "language models and understanding text",
}
CLASSES = {
    "World": "international politics, conflicts and diplomacy",
    "Sports": "sports matches, players and results",
    "Business": "companies, markets and the economy",
    "Sci/Tech": "science, software and gadgets",
}


class Likes(NamedTuple):
    """rate: of likes, as it is named. sentence: of the reader. liked: (n,)."""

    rate: str
    sentence: str
    liked: Mask


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=0)
    seed = parser.parse_args().seed
    needs(DATA)
    errors, ratios = defaultdict[str, list[float]](list), defaultdict[str, list[float]](list)
    for corpus, readers in corpora(np.random.default_rng(seed)):
        for number, reader in enumerate(readers):
            for wrote in (True, False):
                for strategy in ("explore", "random"):
                    rng = np.random.default_rng([seed, number])
                    chances, liked = judged(corpus, reader, strategy, rng, wrote=wrote)
                    name = f"{reader.rate}_{'sentence' if wrote else 'nothing'}_{strategy}"
                    errors[name].append(calibration_error(chances, liked))
                    rate = liked.mean()
                    ratios[name].append(float(((chances - liked) ** 2).mean() / (rate * (1 - rate))))
    figures = {f"{name}_ece": round(float(np.mean(errors[name])), 3) for name in sorted(errors)}
    figures |= {f"{name}_brier_ratio": round(float(np.mean(ratios[name])), 3) for name in sorted(ratios)}
    emit("calibration", figures, data=f"CiteULike, arXiv, AG News; {JUDGEMENTS} judgements", seed=seed)


def corpora(rng: np.random.Generator) -> Iterator[tuple[ReplayCorpus, list[Likes]]]:
    folder, sentences = DATA / "citeulike-a", ROOT / "benchmarks" / "descriptions" / "tuning.csv"
    texts = read_tagged_texts(folder / "articles.jsonl.gz", folder / "article_tags.csv.gz", sentences)
    readers = []
    for rate, n_tags in [("1%", 1)] * 4 + [("5%", 4)] * 3:
        tags = [texts.tags[index] for index in rng.choice(len(texts.tags), n_tags, replace=False)]
        liked = np.any([tag.tagged for tag in tags], axis=0)
        readers.append(Likes(rate, "; ".join(tag.description for tag in tags), liked))
    yield ReplayCorpus(texts.contents), readers
    with gzip.open(ARXIV, "rt", encoding="utf-8") as file:
        papers = [json.loads(line) for line in file]
    contents = tuple(f"{paper['title']}\n{paper['text']}" for paper in papers)
    readers = [
        Likes(rate, CATEGORIES[name], np.array([name in paper["categories"] for paper in papers]))
        for rate, name in (("5%", "cs.IR"), ("20%", "cs.CL"))
    ]
    yield ReplayCorpus(contents), readers
    table = read_table(DATA / "ag-news" / "train.csv.gz")
    labels = np.array(table.strings("label"))
    readers = [Likes("20%", sentence, labels == name) for name, sentence in CLASSES.items()]
    for pair in (("World", "Sports"), ("Business", "Sci/Tech"), ("Sports", "Sci/Tech")):
        readers.append(Likes("50%", "; ".join(CLASSES[name] for name in pair), np.isin(labels, pair)))
    yield ReplayCorpus(tuple(table.strings("text"))), readers


def judged(
    corpus: ReplayCorpus, reader: Likes, strategy: str, rng: np.random.Generator, *, wrote: bool
) -> tuple[Vector, Vector]:
    """Returns the probability of a like of each text that was not judged, and whether it is liked."""
    fitted, description = corpus.fitted, None
    if wrote:
        interests = read_interests(reader.sentence)
        description = describe(interests, fitted.space, corpus.encode, best_in(fitted.corpus))
    contest = make_contest("contest", fitted.background, description=description)
    question, rows = make_question(strategy), list[int]()
    for _ in range(JUDGEMENTS):
        left = np.setdiff1d(np.arange(len(reader.liked)), rows)
        drawn = rng.permutation(left)[:POOL]
        known = strategy == "explore" and (wrote or rows)
        pool = (
            left[np.argsort(-contest.logits(fitted.corpus)[left], kind="stable")[:POOL]] if known else drawn
        )
        texts = fitted.corpus[pool]
        candidates = Candidates(*contest.value(texts), texts, corpus.vectors[pool])
        row = int(pool[question.choose(candidates, 1, rng)[0]])
        contest.learn(fitted.corpus[[row]], np.array([1.0 if reader.liked[row] else -1.0]), np.ones(1))
        rows.append(row)
    others = np.setdiff1d(np.arange(len(reader.liked)), rows)
    chances = expit(contest.logits(fitted.corpus)[others].astype(np.float64))
    return chances, reader.liked[others].astype(np.float64)


def calibration_error(chances: Vector, liked: Vector) -> float:
    bins = np.minimum((chances * BINS).astype(np.int64), BINS - 1)
    return float(np.abs(np.bincount(bins, chances - liked, minlength=BINS)).sum() / len(liked))


if __name__ == "__main__":
    main()
