"""Figure: PalateClassifier beside logistic regression, on AG News: accuracy, log loss and calibration by how
many labels there are.

Peers: scikit-learn's LogisticRegression on TF-IDF, and on the vectors of PalateVectorizer. Test is on dev.
"""

import argparse
from collections.abc import Callable
from time import process_time
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.pipeline import make_pipeline

from palate.estimators import PalateClassifier, PalateVectorizer
from palate.training.run.table import read_table
from report import DATA, emit, needs

SYSTEMS: dict[str, Callable[[], Any]] = {
    "tfidf-logistic": lambda: make_pipeline(TfidfVectorizer(sublinear_tf=True), LogisticRegression(C=10.0)),
    "vectors-logistic": lambda: make_pipeline(PalateVectorizer(), LogisticRegression(C=10.0, max_iter=1000)),
    "palate-gradient": lambda: PalateClassifier(taste="gradient"),
    "palate-bayes": lambda: PalateClassifier(taste="bayes"),
    "palate-margin": lambda: PalateClassifier(taste="margin"),
}
BINS = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[40, 400, 4000])
    parser.add_argument("--only", choices=SYSTEMS)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    needs(DATA)
    train, dev = read_table(DATA / "ag-news" / "train.csv.gz"), read_table(DATA / "ag-news" / "dev.csv.gz")
    texts, labels = np.array(train.strings("text"), object), np.array(train.strings("label"))
    PalateVectorizer().fit_transform(["loaded"])
    for size in options.sizes:
        for name in [options.only] if options.only else SYSTEMS:
            rows = [
                measure(
                    SYSTEMS[name](),
                    (texts[drawn], labels[drawn]),
                    (dev.strings("text"), np.array(dev.strings("label"))),
                )
                for seed in range(options.seeds)
                for drawn in [np.random.default_rng(seed).permutation(len(texts))[:size]]
            ]
            figures = {key: round(float(np.mean([row[key] for row in rows])), 4) for key in rows[0]}
            emit(
                "estimators",
                {"system": name, "labels": size, "seeds": options.seeds, **figures},
                data=f"ag-news dev, {len(dev.strings('text'))} texts",
                seed=0,
                packages=("scikit-learn",),
            )


def measure(classifier: Any, train: tuple[Any, Any], dev: tuple[Any, Any]) -> dict[str, float]:
    """Returns the figures of one classifier, and the processor seconds of learning and of predicting."""
    start = process_time()
    classifier.fit(*train)
    learned = process_time()
    chances, labels = classifier.predict_proba(dev[0]), dev[1]
    done = process_time()
    right = classifier.classes_[chances.argmax(axis=1)] == labels
    return {
        "accuracy": float(right.mean()),
        "log_loss": float(log_loss(labels, chances, labels=classifier.classes_)),
        "ece": calibration_error(chances.max(axis=1), right),
        "fit_s": learned - start,
        "predict_s": done - learned,
    }


def calibration_error(sure: Any, right: Any) -> float:
    """Returns the expected calibration error: in ten bins of equal width, how far the mean chance of the
    class that was named is from the share that was right.
    """
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    parts = [(bins == one).nonzero()[0] for one in np.unique(bins)]
    return float(sum(len(part) * abs(sure[part].mean() - right[part].mean()) for part in parts) / len(sure))


if __name__ == "__main__":
    main()
