"""Duplicates: for each new question the stored texts that may ask the same, with a probability."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from palate.errors import BadSource, BadValue, EncoderChanged
from palate.feature.terms import term_words
from palate.insight.duplicate_probability import DuplicateModel, pair_features
from palate.insight.frames import frame, table_html
from palate.insight.neighbours import unit_rows
from palate.table.record import read_records

if TYPE_CHECKING:
    from pandas import DataFrame

    from palate.library import Library
    from palate.text import Text

VERSION = 1
SHIPPED = "duplicates.json"  # by encoder name, fitted by benchmarks/duplicates.py --fit


@dataclass(frozen=True)
class Match:
    """question: index of the new one. text: a stored one that is near to it. probability: that both ask the
    same; None for an encoder without a calibration."""

    question: int
    text: Text
    cosine: float
    probability: float | None


@dataclass(frozen=True, eq=False)
class Duplicates:
    """matches: those of each question one after the other, the nearest first."""

    questions: Sequence[Text]
    matches: tuple[Match, ...]

    def shape(self) -> list[dict[str, Any]]:
        """Returns one object a match, for JSON."""
        return [
            {
                "question": self.questions[match.question].id,
                "asked": self.questions[match.question].content,
                "id": match.text.id,
                "title": match.text.title or match.text.body,
                "cosine": match.cosine,
                "probability": match.probability,
            }
            for match in self.matches
        ]

    def to_frame(self) -> DataFrame:
        """Returns one row a match. Raises MissingExtra without [insight]."""
        return frame(self._columns())

    def _repr_html_(self) -> str:
        return table_html(self._columns(), f"{len(self.questions)} questions")

    def _columns(self) -> dict[str, list[Any]]:
        shapes = self.shape()
        names = ("question", "asked", "id", "title", "cosine", "probability")
        return {name: [shape[name] for shape in shapes] for name in names}


def ask_duplicates(
    library: Library, questions: Sequence[Text], *, limit: int = 3, calibration: Path | None = None
) -> Duplicates:
    """Finds the stored texts nearest to each question. A text that is the question itself counts too.

    The probability is that of pairs such as those it was calibrated on: pairs that people found alike enough
    to ask about, half of them duplicates. calibration: a file of `calibrate`, for other texts. Costs a search
    each. Raises BadValue for an empty store or no questions, EncoderChanged for a calibration that was made
    with another encoder.
    """
    if not questions:
        raise BadValue("there are no questions; give a file with one a row")
    if not library.n_texts:
        raise BadValue("the store has no texts to compare with; add some with: palate add")
    model = _read(calibration, library) if calibration else _shipped(library)
    found: list[Match] = []
    for index, question in enumerate(questions):
        near = library.nearest(question.content, limit=limit)
        cosines = np.array([one.similarity for one in near])
        words = [(_words(question), _words(one.text)) for one in near]
        known: list[float | None] = [None] * len(near)
        if model:
            known = list(model.probabilities(pair_features(cosines, words)).tolist())
        found += [
            Match(index, one.text, one.similarity, probability)
            for one, probability in zip(near, known, strict=True)
        ]
    return Duplicates(questions, tuple(found))


def calibrate(library: Library, pairs: Path, out: Path) -> DuplicateModel:
    """Fits the probability to pairs of one's own and writes it to a file for `ask_duplicates`.

    pairs: a table with question1, question2 and duplicate (1 or 0). Raises BadSource where it cannot be read,
    BadValue for fewer than 50 pairs or one kind.
    """
    records = list(read_records(pairs))
    first, second = ([record.value(f"question{side}") for record in records] for side in (1, 2))
    duplicate = np.array([record.flag("duplicate") for record in records], np.float64)
    one, other = unit_rows(library.encode(first)), unit_rows(library.encode(second))
    words = [(frozenset(term_words(a)), frozenset(term_words(b))) for a, b in zip(first, second, strict=True)]
    features = pair_features(np.einsum("nd,nd->n", one, other), words)
    model = DuplicateModel.fit(features, duplicate)
    facts = {"version": VERSION, "encoder": library.encoder.fingerprint, **model._asdict()}
    out.write_text(json.dumps(facts, indent=1) + "\n", "utf-8")
    return model


def _shipped(library: Library) -> DuplicateModel | None:
    known = json.loads((files("palate.report") / SHIPPED).read_text("utf-8"))["encoders"]
    found = known.get(library.encoder.name)
    return DuplicateModel(tuple(found["weights"]), found["n_pairs"], found["share"]) if found else None


def _read(path: Path, library: Library) -> DuplicateModel:
    try:
        facts = json.loads(path.read_text("utf-8"))
        version, encoder = facts["version"], facts["encoder"]
        model = DuplicateModel(tuple(facts["weights"]), facts["n_pairs"], facts["share"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadSource(
            f"{path} is no calibration ({error!r}); make one with: palate ask-duplicates --calibrate"
        ) from None
    if version != VERSION:
        raise BadSource(f"{path} is of version {version}, this palate reads {VERSION}; calibrate again")
    if encoder != library.encoder.fingerprint:
        raise EncoderChanged(
            f"{path} was made with {encoder}, the store's texts are encoded by {library.encoder.fingerprint};"
            " calibrate again with: palate ask-duplicates --calibrate"
        )
    return model


def _words(text: Text) -> frozenset[str]:
    return frozenset(term_words(text.content))
