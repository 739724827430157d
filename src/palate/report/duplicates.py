"""Duplicates: for each new question the nearest stored ones, with the probability that they ask the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from palate.errors import BadValue, check_limit
from palate.feature.word_overlap import word_overlap
from palate.frames import frame, table_html
from palate.given import GivenText, Several, texts_of
from palate.insight.duplicate_probability import BACKGROUND_RANK, DuplicateCalibration, Setting
from palate.report.duplicate_calibrations import shipped_calibration
from palate.shapes import Shape
from palate.text import Text
from palate.words import words

if TYPE_CHECKING:
    from pandas import DataFrame

    from palate.library import Library
    from palate.parts import Matrix, Vector
    from palate.value import SimilarText


COLUMNS_SHOWN = ("question_id", "question", "stored_id", "stored", "cosine", "probability")


class Candidate(NamedTuple):
    """A stored text that may ask the same as a new question. cosine: of their vectors, in [-1, 1]."""

    question: Text
    stored: Text
    cosine: float
    probability: float


@dataclass(frozen=True)
class Duplicates:
    """What new questions have in a store that may ask the same, in order of the questions, nearest first.

    n_questions: that were asked about. n_without: those of them without a candidate. n_unread: those in which
    the encoder can read nothing, so that they have none. setting, share: what the probability means; see
    DuplicateCalibration.
    """

    candidates: Sequence[Candidate]
    n_questions: int
    n_without: int
    n_unread: int
    setting: Setting
    share: float

    def shapes(self) -> list[Shape]:
        """Returns each candidate as a JSON object."""
        return [
            {
                "question_id": candidate.question.id,
                "question": _shown(candidate.question),
                "stored_id": candidate.stored.id,
                "stored": _shown(candidate.stored),
                "cosine": candidate.cosine,
                "probability": candidate.probability,
            }
            for candidate in self.candidates
        ]

    def to_frame(self) -> DataFrame:
        """Returns a data frame with a row for each candidate; its columns are the keys of `shapes`."""
        return frame(self._columns())

    def _repr_html_(self) -> str:
        return table_html(self._columns(), f"Candidates of {self.n_questions:,} questions")

    def _columns(self) -> dict[str, list[Any]]:
        shapes = self.shapes()
        return {name: [shape[name] for shape in shapes] for name in COLUMNS_SHOWN}


def ask_duplicates(
    library: Library,
    questions: GivenText | Several[GivenText],
    *,
    limit: int = 3,
    threshold: float = 0.0,
    calibration: DuplicateCalibration | None = None,
    share: float | None = None,
) -> Duplicates:
    """Finds for new questions, or one, the nearest stored texts, with the probability that they ask the same.

    The probability is that of a stored text which was found, not of two texts drawn at random. It was fitted
    where `calibration.share` of the new questions had a duplicate in the store; where it is other, say so by
    `share`. A stored text with the same words in the same order has 1. limit: candidates of each question.
    threshold: the lowest probability that is shown. calibration: None for the one that palate brings.
    Nothing is stored. A question costs as much as finding.

    Raises BadValue where there are no questions or no stored texts, for a limit, threshold or share out of
    range, and for an encoder without a calibration."""
    check_limit(limit)
    if not 0 <= threshold <= 1:
        raise BadValue(f"a threshold is a probability from 0 to 1, got {threshold:g}")
    texts = texts_of(questions)
    if not texts:
        raise BadValue("there are no questions; give at least one")
    if not library.n_texts:
        raise BadValue("the store has no texts to compare with; add some with: palate add")
    used = calibration or shipped_calibration(library.encoder.fingerprint)
    by_question: list[list[Candidate]] = []
    n_unread = 0
    for text in texts:
        found = library.nearest(text.content, limit=max(limit, BACKGROUND_RANK))
        is_read = any(match.similarity for match in found)  # the zero vector has a cosine of 0 to all
        n_unread += not is_read
        candidates = _candidates(text, found, used, share)[:limit] if is_read else []
        by_question.append([one for one in candidates if one.probability >= threshold])
    return Duplicates(
        [one for candidates in by_question for one in candidates],
        len(texts),
        sum(not candidates for candidates in by_question),
        n_unread,
        used.setting,
        used.share if share is None else share,
    )


def _candidates(
    question: Text, found: Sequence[SimilarText], calibration: DuplicateCalibration, share: float | None
) -> list[Candidate]:
    probabilities = calibration.probability(candidate_columns(question, found), share).tolist()
    asked = words(question.content)
    return [
        Candidate(
            question,
            match.text,
            match.similarity,
            1.0 if asked and words(match.text.content) == asked else probability,
        )
        for match, probability in zip(found, probabilities, strict=True)
    ]


def candidate_columns(question: Text, found: Sequence[SimilarText]) -> Matrix:
    """Returns (n, 4) columns as in COLUMNS, of the n stored texts that were found nearest to a question."""
    cosines: Vector = np.array([match.similarity for match in found])
    background = cosines[BACKGROUND_RANK - 1] if len(cosines) >= BACKGROUND_RANK else 0.0
    overlap = word_overlap((question.content, match.text.content) for match in found)
    return np.column_stack([cosines, overlap, np.full(len(cosines), background)])


def _shown(text: Text) -> str:
    """Returns what a person reads of a question: its title, else its body."""
    return text.title or text.body
