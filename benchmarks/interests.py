"""Questions for a reader of two interests: how many likes of each do 20 questions of `explore` find, where
the interests take turns and where they do not?

    python benchmarks/interests.py

Pairs of CiteULike's tags with the sentences of descriptions/tuning.csv; a text is liked that has either tag.
"""

import argparse

import numpy as np

from palate.description.description import describe
from palate.description.feedback import best_in
from palate.description.interests import read_interests
from palate.evaluation.replay_corpus import ReplayCorpus
from palate.evaluation.tagged import DescribedTag, read_tagged_texts
from palate.parts import Candidates, Rows
from palate.question.explore import Explore
from palate.taste.choose import make_contest
from report import DATA, ROOT, emit, needs

QUESTIONS, POOL, SEED = 20, 500, 0
FIRST, APART = range(0, 28, 4), 2  # rows of the first tag of each pair, and how far below it the second is


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.parse_args()
    folder = DATA / "citeulike-a"
    needs(folder)
    sentences = ROOT / "benchmarks" / "descriptions" / "tuning.csv"
    texts = read_tagged_texts(folder / "articles.jsonl.gz", folder / "article_tags.csv.gz", sentences)
    corpus = ReplayCorpus(texts.contents)
    figures: dict[str, float] = {}
    for name, turns in (("turns", True), ("no_turns", False)):
        found = []
        for row in FIRST:
            pair = texts.tags[row], texts.tags[row + APART]
            asked = ask(corpus, pair, turns=turns)
            found.append([int(tag.tagged[asked].sum()) for tag in pair])
        lesser = np.min(found, axis=1)
        figures[f"{name}_likes"] = round(float(np.sum(found, axis=1).mean()), 2)
        figures[f"{name}_lesser"] = round(float(lesser.mean()), 2)
        figures[f"{name}_none_of_the_lesser"] = int((lesser == 0).sum())
    data = f"{len(FIRST)} pairs of tags of CiteULike, {QUESTIONS} questions each"
    emit("interests", figures, data=data, seed=SEED)


def ask(corpus: ReplayCorpus, pair: tuple[DescribedTag, DescribedTag], *, turns: bool) -> list[int]:
    """Returns the rows that are asked about."""
    fitted = corpus.fitted
    wrote = "; ".join(tag.description for tag in pair)
    described = describe(read_interests(wrote), fitted.space, corpus.encode, best_in(fitted.corpus))
    contest = make_contest("contest", fitted.background, description=described)
    nearest = described.interests(fitted.corpus)
    liked = pair[0].tagged | pair[1].tagged
    rng, asked, question = np.random.default_rng(SEED), list[int](), Explore()
    for _ in range(QUESTIONS):
        left = np.setdiff1d(np.arange(len(liked)), asked)
        best = left[np.argsort(-contest.logits(fitted.corpus)[left], kind="stable")[:POOL]]
        counts: Rows = np.bincount(nearest[asked], minlength=len(described.liked))
        interests = (nearest[best], counts) if turns else ()
        texts = fitted.corpus[best]
        candidates = Candidates(*contest.value(texts), texts, corpus.vectors[best], *interests)
        row = int(best[question.choose(candidates, 1, rng)[0]])
        contest.learn(fitted.corpus[[row]], np.array([1.0 if liked[row] else -1.0]), np.ones(1))
        asked.append(row)
    return asked


if __name__ == "__main__":
    main()
