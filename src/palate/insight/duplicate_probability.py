"""Duplicate probability: how likely two texts ask the same, by their cosine and their words."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from scipy.special import expit

from palate.errors import BadSource, BadValue
from palate.features import Matrix, Vector
from palate.insight.logistic import fit_logistic

SCHEMA = 1  # of a calibration as JSON
COLUMNS = ("cosine", "word_overlap", "content_overlap", "background")
BACKGROUND_RANK = 10  # the stored text whose cosine is the background of a candidate
LOWEST_SHARE = 0.01  # of the backgrounds of a fit that lie below its lowest
Setting = Literal["candidates", "pairs"]


@dataclass(frozen=True)
class DuplicateCalibration:
    """A handful of numbers that turn a cosine and the overlap of words into a probability.

    encoder: fingerprint of the one whose cosines it was fitted to; it holds for no other. setting: what the
    probability is of: "candidates", that a stored text which was found as one of the nearest to a new one is
    its duplicate; or "pairs", that a pair which somebody chose to label is one. share: of the new texts that
    had a duplicate among their candidates, or of the pairs that were duplicates, in the fit. weights: by the
    names in COLUMNS. lowest_background: below which a background counts as this, as the fit has seen none.
    source: of the labels. examples: how many there were.

    >>> calibration = DuplicateCalibration("e", "pairs", -9.0, {"cosine": 12.0}, 0.5)
    >>> calibration.probability(np.array([[0.5, 0, 0, 0], [0.95, 0, 0, 0]])).round(2).tolist()
    [0.05, 0.92]
    """

    encoder: str
    setting: Setting
    intercept: float
    weights: Mapping[str, float]
    share: float
    lowest_background: float = 0.0
    examples: int = 0
    source: str = ""

    def probability(self, columns: Matrix, share: float | None = None) -> Vector:
        """Returns (n,) the probability of n pairs, with columns (n, 4) as in COLUMNS.

        share: of duplicates as it is expected where the calibration is used; None takes that of the fit. The
        odds change by the ratio of both (Elkan, The foundations of cost-sensitive learning, IJCAI 2001).
        Raises BadValue for a share that is not between 0 and 1."""
        if share is not None and not 0 < share < 1:
            raise BadValue(f"a share of duplicates lies between 0 and 1, got {share:g}")
        bounded = columns.copy()
        bounded[:, COLUMNS.index("background")] = np.maximum(columns[:, -1], self.lowest_background)
        logits = self.intercept + bounded @ np.array([self.weights.get(name, 0.0) for name in COLUMNS])
        shift = 0.0 if share is None else _log_odds(share) - _log_odds(self.share)
        return np.asarray(expit(logits + shift))

    def to_json(self) -> dict[str, Any]:
        """Returns it as a JSON object with the number of its schema."""
        return {"schema": SCHEMA, **asdict(self)}


def fit_calibration(
    columns: Matrix,
    duplicates: Vector,
    *,
    encoder: str,
    setting: Setting,
    share: float | None = None,
    source: str = "",
) -> DuplicateCalibration:
    """Returns the calibration of n examples: columns (n, 4) as in COLUMNS, duplicates (n,) of 0 and 1.

    Pairs have no background, which needs a store; theirs is left out. share: as in DuplicateCalibration; that
    of the examples where none is given. Raises BadValue where all examples are of one class.
    """
    if not 0 < duplicates.mean() < 1 if len(duplicates) else True:
        raise BadValue(
            f"a calibration needs duplicates and others, {len(duplicates)} examples are all of one class;"
            " label some of the other"
        )
    names = COLUMNS if setting == "candidates" else COLUMNS[:-1]
    background = columns[:, -1]
    lowest = float(np.quantile(background, LOWEST_SHARE)) if setting == "candidates" else 0.0
    used = columns.copy()
    used[:, -1] = np.maximum(background, lowest)
    intercept, *weights = fit_logistic(used[:, : len(names)], duplicates).tolist()
    return DuplicateCalibration(
        encoder,
        setting,
        round(intercept, 4),
        {name: round(weight, 4) for name, weight in zip(names, weights, strict=True)},
        round(float(duplicates.mean()) if share is None else share, 4),
        round(lowest, 4),
        len(duplicates),
        source,
    )


def calibration_from_json(shape: Any, where: str) -> DuplicateCalibration:
    """Returns the calibration of a JSON object. where: names its file in errors.

    Raises BadSource where it is none, or is of another schema.
    """
    if not isinstance(shape, dict) or "schema" not in shape:
        raise BadSource(f"{where} is no calibration; make one with: palate ask-duplicates --calibrate PAIRS")
    if shape["schema"] != SCHEMA:
        raise BadSource(
            f"{where} has schema {shape['schema']!r}, this palate reads {SCHEMA};"
            " calibrate again with: palate ask-duplicates --calibrate PAIRS"
        )
    try:
        calibration = DuplicateCalibration(**{key: value for key, value in shape.items() if key != "schema"})
        numbers = [calibration.intercept, calibration.share, calibration.lowest_background]
        whole = bool(np.isfinite([*numbers, *calibration.weights.values()]).all())
    except (TypeError, AttributeError):
        whole = False
    if not whole or not set(calibration.weights) <= set(COLUMNS) or not 0 < calibration.share < 1:
        raise BadSource(f"{where} is damaged; calibrate again with: palate ask-duplicates --calibrate PAIRS")
    return calibration


def _log_odds(share: float) -> float:
    return float(np.log(share) - np.log1p(-share))
