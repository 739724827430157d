"""Duplicate questions: AUC of the cosine, MRR of the related question, and calibration, on Quora's dev part.

No question of it is in the train part. --fit makes the weights that palate ships.
"""

import argparse
import csv
import gzip
import json
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from palate.encoder.choose import make_encoder
from palate.feature.terms import term_words
from palate.insight.duplicate_probability import DuplicateModel, pair_features
from palate.insight.neighbours import unit_rows
from palate.parts import Matrix, Vector
from report import DATA, ROOT, emit

SHIPPED = ROOT / "src" / "palate" / "report" / "duplicates.json"


def pairs(part: str) -> tuple[list[str], list[str], Vector]:
    with gzip.open(DATA / "quora" / f"{part}.csv.gz", "rt") as lines:
        rows = list(csv.DictReader(lines))
    duplicate = np.array([float(row["duplicate"]) for row in rows])
    return [row["question1"] for row in rows], [row["question2"] for row in rows], duplicate


def features_of(encoder: str, part: str) -> tuple[Matrix, Vector, float]:
    """Returns the features of pairs, which are duplicates, and the MRR of the one among all second
    questions."""
    first, second, duplicate = pairs(part)
    made = make_encoder(encoder)
    one, other = unit_rows(made.encode(first)), unit_rows(made.encode(second))
    words = [(frozenset(term_words(a)), frozenset(term_words(b))) for a, b in zip(first, second, strict=True)]
    asked = np.flatnonzero(duplicate == 1)
    cosines = one[asked] @ other.T
    own = cosines[np.arange(len(asked)), asked]
    ranks = 1 + (cosines > own[:, None]).sum(axis=1)
    return pair_features(np.einsum("nd,nd->n", one, other), words), duplicate, float((1 / ranks).mean())


def calibration_error(probabilities: Vector, duplicate: Vector, bins: int = 15) -> float:
    """Returns the expected calibration error over bins of equal width (Naeini et al., AAAI 2015)."""
    codes = np.minimum((probabilities * bins).astype(int), bins - 1)
    gaps = np.bincount(codes, probabilities - duplicate, bins)
    return float(np.abs(gaps).sum() / len(probabilities))


def measure(encoder: str, model: DuplicateModel) -> None:
    features, duplicate, mrr = features_of(encoder, "dev")
    probabilities = model.probabilities(features)
    emit(
        "duplicates",
        {
            "encoder": encoder if ":" not in encoder else "sbert, after palate train similarity",
            "auc of cosine": round(float(roc_auc_score(duplicate, features[:, 1])), 4),
            "auc of probability": round(float(roc_auc_score(duplicate, probabilities)), 4),
            "calibration error": round(calibration_error(probabilities, duplicate), 4),
            "mrr": round(mrr, 4),
        },
        data=f"quora dev, {len(duplicate)} pairs",
        packages=("scikit-learn", "scipy"),
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoders", nargs="+", default=["static", "minilm"])
    parser.add_argument("--fit", action="store_true")
    given = parser.parse_args()
    shipped = {}
    for encoder in given.encoders:
        train, labels, _ = features_of(encoder, "train")
        model = DuplicateModel.fit(train, labels)
        shipped[encoder] = dict(model._asdict())
        measure(encoder, model)
    if given.fit:
        facts = {
            "made by": "benchmarks/duplicates.py --fit",
            "from": "Quora question pairs, the train part, of which half are duplicates",
            "encoders": shipped,
        }
        Path(SHIPPED).write_text(json.dumps(facts, indent=1) + "\n", "utf-8")
