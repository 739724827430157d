"""Duplicate questions on Quora's pairs: how well they are told apart and found, and whether the probability
holds.

By encoder: static, minilm, and minilm after `palate train similarity` on Quora's training pairs. AUC of the
cosine and of the probability over labelled pairs; the reciprocal rank of a question's first duplicate among
all dev questions, by exact cosine and by `find`; the calibration error of the probability for labelled pairs
and for candidates that were found, in stores of several sizes and shares of duplicates. No dev question is in
a training pair.

Run: python benchmarks/duplicates.py [--encoders static minilm] [--trained FOLDER]
--trained FOLDER: also measures that encoder; `--train FOLDER` makes it first (half an hour on one core).
--fit: fits the calibrations of static and minilm that palate brings, and writes them.
"""

import argparse
import csv
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from palate.encoder.choose import make_encoder
from palate.insight.calibration import error_by_chance, expected_calibration_error, reliability_bins
from palate.insight.duplicate_probability import DuplicateCalibration, fit_calibration
from palate.library import Library
from palate.parts import Encoder, Vector
from palate.report.duplicate_calibrations import SHIPPED, pair_columns, shipped_calibration
from palate.text import Text
from question_store import QuestionStore, Retrieved, few_duplicates, of_groups
from quora import DEV, TRAIN, QuestionPair, by_groups, question_pairs, unseen
from report import emit, needs

SEED, DEPTH, BINS = 0, 20, 10
HELD_OUT_SHARE = 0.25  # of the groups of training pairs: the calibration of a trained encoder
STORE_SHARES, MAX_QUERIES = (1, 1 / 2, 1 / 4, 1 / 8, 1 / 16), 6000  # stores a calibration is fitted to
FEW = 0.2  # share of the groups that keep duplicates in the store with few of them
SOURCE = "Quora question pairs, 13,385 training pairs of the BiMPM partition, seed 0"
CALIBRATED = ("static", "minilm")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--encoders", nargs="*", default=list(CALIBRATED))
    parser.add_argument("--trained", type=Path)
    parser.add_argument("--train", type=Path)
    parser.add_argument("--fit", action="store_true")
    options = parser.parse_args()
    needs(TRAIN)
    pairs = question_pairs(TRAIN)
    held_out, training = by_groups(pairs, HELD_OUT_SHARE, SEED)
    if options.fit:
        fit_shipped(pairs)
    if options.train:
        train(training, options.train)
    dev = unseen(question_pairs(DEV), pairs)
    for name in options.encoders:
        encoder = make_encoder(name)
        calibrations = [
            shipped_calibration(encoder.fingerprint, setting) for setting in ("pairs", "candidates")
        ]
        report(name, encoder, dev, pairs, calibrations)
    if folder := options.trained or options.train:
        encoder = make_encoder(f"sbert:{folder}")
        report("trained", encoder, dev, pairs, fitted(held_out, encoder))


def report(
    name: str,
    encoder: Encoder,
    dev: Sequence[QuestionPair],
    train_pairs: Sequence[QuestionPair],
    calibrations: Sequence[DuplicateCalibration],
) -> None:
    of_pairs, of_candidates = calibrations
    store = QuestionStore([*dev, *train_pairs], encoder)
    n_dev = len({question for pair in dev for question in pair[:2]})
    rng = np.random.default_rng(SEED)
    few_queries, few_stored = few_duplicates(store, np.arange(n_dev), FEW, rng)
    everything, asked = np.arange(len(store.questions)), np.arange(n_dev)
    settings = {
        "dev": store.retrieve(asked, asked),
        "dev and train": store.retrieve(asked, everything),
        "few duplicates": store.retrieve(few_queries, few_stored),
    }
    figures = {"encoder": name, **on_pairs(dev, encoder, of_pairs), **ranks(dev, encoder)}
    emit_figures(figures)
    for setting, retrieved in settings.items():
        emit_figures({"encoder": name, "setting": setting, **on_candidates(retrieved, of_candidates)})


def on_pairs(
    pairs: Sequence[QuestionPair], encoder: Encoder, calibration: DuplicateCalibration
) -> dict[str, Any]:
    columns = pair_columns([pair[:2] for pair in pairs], encoder)
    duplicates = np.array([pair.duplicate for pair in pairs], dtype=np.float64)
    probabilities = calibration.probability(columns)
    return {
        "pairs": len(pairs),
        "auc_cosine": auc(columns[:, 0], duplicates),
        "auc_probability": auc(probabilities, duplicates),
        **errors(probabilities, duplicates),
    }


def on_candidates(retrieved: Retrieved, calibration: DuplicateCalibration) -> dict[str, Any]:
    columns, duplicates, nearest = retrieved.columns, retrieved.duplicates, retrieved.nearest
    as_fitted, by_share = calibration.probability(columns), calibration.probability(columns, retrieved.share)
    return {
        "candidates": len(duplicates),
        "share": retrieved.share,
        "auc_cosine": auc(columns[:, 0], duplicates),
        "auc_probability": auc(as_fitted, duplicates),
        **errors(as_fitted, duplicates),
        "ece_nearest": calibration_error(as_fitted[nearest], duplicates[nearest]),
        "ece_share_given": calibration_error(by_share, duplicates),
        "ece_nearest_share_given": calibration_error(by_share[nearest], duplicates[nearest]),
    }


def errors(probabilities: Vector, duplicates: Vector) -> dict[str, float]:
    """The calibration error, and that of outcomes drawn by the very probabilities: that of chance alone."""
    return {
        "ece": calibration_error(probabilities, duplicates),
        "ece_15_bins": calibration_error(probabilities, duplicates, 15),
        "ece_by_chance": error_by_chance(probabilities, seed=SEED)[0],
        "mean_probability": float(probabilities.mean()),
        "duplicates": float(duplicates.mean()),
    }


def calibration_error(probabilities: Vector, duplicates: Vector, bins: int = BINS) -> float:
    return expected_calibration_error(reliability_bins(probabilities, duplicates, bins))


def ranks(dev: Sequence[QuestionPair], encoder: Encoder) -> dict[str, float]:
    """The mean reciprocal rank, to a depth of 20, by exact cosine and by `find` of the question."""
    store = QuestionStore(dev, encoder)
    with Library(":memory:", encoder=encoder.name) as library:
        library.add([Text(str(index), "", question) for index, question in enumerate(store.questions)])
        found = [
            _reciprocal_rank(
                [int(match.text.id) for match in library.find(store.questions[query], limit=DEPTH + 1)],
                query,
                store,
            )
            for query in store.with_duplicate()
        ]
    return {
        "questions": len(store.questions),
        "with_duplicate": len(found),
        "mrr_cosine": float(store.reciprocal_ranks(DEPTH).mean()),
        "mrr_find": float(np.mean(found)),
    }


def _reciprocal_rank(order: Sequence[int], query: int, store: QuestionStore) -> float:
    others = [index for index in order if index != query][:DEPTH]
    hits = [rank for rank, index in enumerate(others, 1) if store.groups[index] == store.groups[query]]
    return 1 / hits[0] if hits else 0.0


def auc(scores: Vector, truth: Vector) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(truth, scores))


def fitted(pairs: Sequence[QuestionPair], encoder: Encoder) -> list[DuplicateCalibration]:
    """Fits both calibrations of an encoder: to labelled pairs, and to what is found in stores of several
    sizes.
    """
    duplicates = np.array([pair.duplicate for pair in pairs], dtype=np.float64)
    columns = pair_columns([pair[:2] for pair in pairs], encoder)
    of_pairs = fit_calibration(
        columns, duplicates, encoder=encoder.fingerprint, setting="pairs", source=SOURCE
    )
    store = QuestionStore(pairs, encoder)
    rng = np.random.default_rng(SEED)
    retrieved = []
    for share in STORE_SHARES:
        stored = of_groups(store, np.arange(len(store.questions)), share, rng)
        retrieved.append(store.retrieve(rng.permutation(stored)[:MAX_QUERIES], stored))
    of_candidates = fit_calibration(
        np.concatenate([one.columns for one in retrieved]),
        np.concatenate([one.duplicates for one in retrieved]),
        encoder=encoder.fingerprint,
        setting="candidates",
        share=_overall_share(retrieved),
        source=SOURCE,
    )
    return [of_pairs, of_candidates]


def _overall_share(retrieved: Sequence[Retrieved]) -> float:
    sizes = [len(one.duplicates) for one in retrieved]
    return float(np.average([one.share for one in retrieved], weights=sizes))


def fit_shipped(pairs: Sequence[QuestionPair]) -> None:
    calibrations = [one for name in CALIBRATED for one in fitted(pairs, make_encoder(name))]
    shapes = [calibration.to_json() for calibration in calibrations]
    SHIPPED.write_text(json.dumps(shapes, indent=2) + "\n", encoding="utf-8")


def train(pairs: Sequence[QuestionPair], out: Path) -> None:
    """Trains on partners, and half as much on the cosine of duplicates and others."""
    from palate.training.run.settings import SIMILARITY_DEFAULTS
    from palate.training.similarity import similarity

    files = {}
    for kind, header in (("pairs", "question1 question2 duplicate"), ("sts", "sentence1 sentence2 score")):
        files[kind] = out.with_name(f"{out.name}-{kind}.csv")
        with files[kind].open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(
                [header.split(), *([*pair[:2], int(pair.duplicate)] for pair in pairs)]
            )
    settings = replace(SIMILARITY_DEFAULTS, epochs=1, rate=5e-5, batch=32, window=48, checks=2, seed=SEED)
    similarity(out, pairs=[files["pairs"]], sts=[files["sts"]], weights={"sts": 0.5}, settings=settings)


def emit_figures(figures: dict[str, Any]) -> None:
    rounded = {
        name: round(value, 4) if isinstance(value, float) else value for name, value in figures.items()
    }
    emit("duplicates", rounded, data="quora, dev part", seed=SEED, packages=("scikit-learn",))


if __name__ == "__main__":
    main()
