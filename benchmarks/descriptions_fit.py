"""The sigmoid from the score of a description to the probability of a like, fitted on the tags of CiteULike
in descriptions/tuning.csv: SLOPE and OFFSET of taste/described.py, one pair for all encoders.

    python benchmarks/descriptions_fit.py

Of each tag all texts count, those with the tag as liked. The published figures are of other tags: `palate
replay descriptions` with descriptions/published.csv and descriptions/others.csv.
"""

import argparse

import numpy as np
from sklearn.linear_model import LogisticRegression

from palate.description.description import describe
from palate.description.feedback import best_in
from palate.description.interests import read_interests
from palate.evaluation.replay_corpus import ReplayCorpus
from palate.evaluation.tagged import read_tagged_texts
from palate.taste.described import OFFSET, SLOPE
from report import DATA, ROOT, emit, needs

NO_PENALTY = 1e6


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--encoders", nargs="*", default=["static", "minilm"], metavar="NAME")
    options = parser.parse_args()
    folder = DATA / "citeulike-a"
    needs(folder)
    sentences = ROOT / "benchmarks" / "descriptions" / "tuning.csv"
    texts = read_tagged_texts(folder / "articles.jsonl.gz", folder / "article_tags.csv.gz", sentences)
    figures: dict[str, float] = {"slope": SLOPE, "offset": OFFSET}
    for name in options.encoders:
        corpus = ReplayCorpus(texts.contents, encoder=name)
        fitted, best = corpus.fitted, best_in(corpus.fitted.corpus)
        scores = [
            describe(read_interests(tag.description), fitted.space, corpus.encode, best).scores(fitted.corpus)
            for tag in texts.tags
        ]
        model = LogisticRegression(C=NO_PENALTY)
        model.fit(np.concatenate(scores)[:, None], np.concatenate([tag.tagged for tag in texts.tags]))
        figures[f"{name}_slope"] = round(float(model.coef_[0, 0]), 3)
        figures[f"{name}_offset"] = round(float(model.intercept_[0]), 3)
    emit("descriptions_fit", figures, data=f"{len(texts.tags)} tags of CiteULike", packages=["scikit-learn"])


if __name__ == "__main__":
    main()
