"""Duplicate calibrations: those that are shipped, one's own from labelled pairs, and as files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from palate.errors import BadSource, BadValue, EncoderChanged
from palate.feature.word_overlap import word_overlap
from palate.insight.calibration import expected_calibration_error, reliability_bins
from palate.insight.duplicate_probability import (
    COLUMNS,
    DuplicateCalibration,
    Setting,
    calibration_from_json,
    fit_calibration,
)

if TYPE_CHECKING:
    from palate.parts import Encoder, Matrix, Vector

SHIPPED = Path(__file__).parent / "duplicate_calibrations.json"  # written by benchmarks/duplicates.py --fit
MEND = "palate ask-duplicates --calibrate PAIRS.csv --calibration FILE.json"
N_FOLDS = 5


class OwnCalibration(NamedTuple):
    """A calibration to labelled pairs, and its calibration error on pairs that it was not fitted to."""

    calibration: DuplicateCalibration
    error: float


def shipped_calibration(encoder: str, setting: Setting = "candidates") -> DuplicateCalibration:
    """Returns the calibration that palate brings for an encoder, by its fingerprint.

    Raises BadValue for an encoder without one.
    """
    shipped = [calibration_from_json(shape, SHIPPED.name) for shape in json.loads(SHIPPED.read_text("utf-8"))]
    for calibration in shipped:
        if (calibration.encoder, calibration.setting) == (encoder, setting):
            return calibration
    raise BadValue(
        f"palate brings no calibration of duplicates for the encoder {encoder};"
        f" make one from labelled pairs: {MEND}"
    )


def read_calibration(path: Path, encoder: str) -> DuplicateCalibration:
    """Reads a calibration. Raises BadSource where the file holds none, EncoderChanged where it was made for
    another encoder than this, a fingerprint.
    """
    try:
        shape = json.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BadSource(f"{path} cannot be read: {reason}; make a calibration with: {MEND}") from None
    calibration = calibration_from_json(shape, str(path))
    if calibration.encoder != encoder:
        raise EncoderChanged(
            f"{path} was made for the encoder {calibration.encoder}, the store has {encoder};"
            f" calibrate again with: {MEND}"
        )
    return calibration


def pair_columns(pairs: Sequence[tuple[str, str]], encoder: Encoder) -> Matrix:
    """Returns (n, 4) columns as in COLUMNS, of n pairs of texts; they have no background, which is 0."""
    columns = np.zeros((len(pairs), len(COLUMNS)))
    if pairs:
        first, second = (encoder.encode([pair[side] for pair in pairs]) for side in (0, 1))
        columns[:, 0] = np.einsum("nd,nd->n", first, second)
    columns[:, 1:3] = word_overlap(pairs)
    return columns


def calibrate(path: Path, encoder: Encoder) -> OwnCalibration:
    """Fits a calibration to labelled pairs: a table with the columns question1, question2 and duplicate (0 or
    1).

    Its probability is that of a pair chosen as these were: label what `ask_duplicates` finds, and it is that
    of a found one. Raises BadSource for a table without these columns, BadValue where all pairs are of one
    class.
    """
    from palate.training.example_sets import read_pairs
    from palate.training.run.table import read_table

    examples = read_pairs([read_table(path)])
    columns = pair_columns(list(zip(*examples.texts, strict=True)), encoder)
    duplicates = np.array(examples.targets)
    calibration = fit_calibration(
        columns, duplicates, encoder=encoder.fingerprint, setting="pairs", source=path.name
    )
    return OwnCalibration(calibration, _error_on_others(columns, duplicates))


def _error_on_others(columns: Matrix, duplicates: Vector) -> float:
    """Returns the calibration error over folds of which each is left out of the fit in turn; NaN where a fold
    holds all examples of a class.
    """
    probabilities = np.empty(len(duplicates))
    folds = np.random.default_rng(0).permutation(len(duplicates)) % N_FOLDS
    for fold in range(N_FOLDS):
        inside = folds == fold
        if len(np.unique(duplicates[~inside])) < 2:
            return float("nan")
        fitted = fit_calibration(columns[~inside], duplicates[~inside], encoder="", setting="pairs")
        probabilities[inside] = fitted.probability(columns[inside])
    return expected_calibration_error(reliability_bins(probabilities, duplicates))
