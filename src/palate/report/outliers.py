"""Outliers: the texts of a pile that are least like the others, by meaning and by form, with reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from palate.errors import BadValue, EncoderChanged
from palate.frames import frame, table_html
from palate.insight.isolation import isolation
from palate.insight.neighbour_distance import POOL_POINTS, neighbour_distances
from palate.insight.outlier_reasons import UNUSUAL, outlier_reasons
from palate.insight.pca import principal_axes
from palate.insight.reconstruction_error import reconstruction_errors
from palate.insight.robust import robust_z
from palate.insight.text_form import TextForm, text_form

if TYPE_CHECKING:
    from pandas import DataFrame

    from palate.parts import Matrix, Vector
    from palate.report.pile import Pile

OutlierMethod = Literal["all", "forest", "distance", "reconstruction", "form"]
METHODS = ("forest", "distance", "reconstruction", "form")
MIN_TEXTS = 5  # fewer have no usual
AXES, FOREST_AXES = 32, 4  # main axes of the vectors, beside the columns of form
TEXTS_AN_AXIS = 10  # at least, so that an axis is no single text
FORM_WEIGHT = 1.5  # of the columns of form in a distance, all together, against the axes


@dataclass(frozen=True)
class Outlier:
    """index: of the text. score: robust standard deviations above what is usual. reasons: in plain words."""

    index: int
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Outliers:
    """scores: by method, (n,) of all texts, in robust standard deviations; "all" is the largest of them.
    outliers: the texts with the highest, first. notes: what to know of the scores.
    """

    pile: Pile
    scores: Mapping[str, Vector]
    outliers: tuple[Outlier, ...]
    notes: tuple[str, ...] = ()

    def shape(self) -> list[dict[str, Any]]:
        """Returns one object an outlier, for JSON."""
        return [
            {
                "id": self.pile.texts[one.index].id,
                "title": self.pile.texts[one.index].title,
                "score": one.score,
                "scores": {name: float(values[one.index]) for name, values in self.scores.items()},
                "reasons": list(one.reasons),
            }
            for one in self.outliers
        ]

    def to_frame(self) -> DataFrame:
        """Returns the outliers as a data frame. Raises MissingExtra without [insight]."""
        return frame(self._columns())

    def _repr_html_(self) -> str:
        return table_html(self._columns(), f"Outliers of {len(self.pile):,} texts")

    def _columns(self) -> dict[str, list[Any]]:
        shapes = self.shape()
        return {
            "id": [each["id"] for each in shapes],
            "title": [each["title"] for each in shapes],
            "score": [each["score"] for each in shapes],
            "reasons": ["; ".join(each["reasons"]) for each in shapes],
        }


def outliers_of(
    pile: Pile,
    *,
    limit: int = 20,
    method: OutlierMethod = "all",
    model: Path | None = None,
    seed: int = 0,
) -> Outliers:
    """Finds the texts that are least like the others.

    forest: few cuts part them from the rest; distance: the nearest texts are far; both by the main axes of
    the vectors and by form. reconstruction: what the main axes of the usual vectors leave out of theirs.
    form: the order and rarity of their words, shared phrases, language, length. all: the highest of these.
    model: a folder that `palate train reduce` made of the same encoder, for what it cannot give back in place
    of the axes. Costs 15 s for 12,000 texts. Raises BadValue for fewer than five texts, EncoderChanged for a
    model of another encoder, BadSource for no such model, MissingExtra without [insight].
    """
    if len(pile) < MIN_TEXTS:
        raise BadValue(f"outliers need {MIN_TEXTS} texts or more to differ from, {pile.name} has {len(pile)}")
    if limit < 1:
        raise BadValue(f"a limit is 1 or more, got {limit}")
    errors = None if model is None else _model_errors(pile, model)
    form = text_form([text.content for text in pile.texts], pile.languages)
    names = METHODS if method == "all" else (method,)
    scores = _scores(pile.vectors, form, names, errors=errors, seed=seed)
    if method == "all":
        scores["all"] = np.max(list(scores.values()), axis=0)
    chosen = scores[method]
    unread = ~np.any(pile.vectors, axis=1)
    meant = [scores[name] for name in scores if name in METHODS[:3]]
    far: Vector = np.max(np.stack([*meant, np.zeros(len(pile))]), axis=0)
    found = tuple(
        Outlier(
            index,
            float(chosen[index]),
            outlier_reasons(
                form,
                index,
                languages=pile.languages,
                is_unread=bool(unread[index]),
                is_far=bool(far[index] > UNUSUAL),
            ),
        )
        for index in np.argsort(-chosen, kind="stable")[:limit].tolist()
    )
    return Outliers(pile, scores, found, _notes(pile, names))


def _scores(
    vectors: Matrix, form: TextForm, names: tuple[str, ...], *, errors: Vector | None, seed: int
) -> dict[str, Vector]:
    axes = _white_axes(vectors)
    distances = neighbour_distances(
        np.concatenate([_scaled(axes), FORM_WEIGHT * _scaled(form.columns)], axis=1), seed=seed
    )
    scores: dict[str, Vector] = {}
    for name in names:
        if name == "forest":
            # a column to cut along is drawn at random: meaning has four, and order would have one
            points = np.concatenate([axes[:, :FOREST_AXES], form.columns, form.columns[:, :1]], axis=1)
            scores[name] = robust_z(isolation(points, seed=seed))
        elif name == "distance":
            scores[name] = robust_z(distances)
        elif name == "reconstruction":
            left_out = reconstruction_errors(vectors, distances) if errors is None else errors
            scores[name] = robust_z(left_out)
        else:
            scores[name] = np.max(np.abs(form.columns) * (1, 1, 1, 1, 0.7), axis=1)
    return scores


def _white_axes(vectors: Matrix) -> Matrix:
    """Returns (n, k) the vectors along their main axes, with a standard deviation of 1 along each."""
    if not np.any(vectors != vectors[0]):
        return np.zeros((len(vectors), 1))
    k = max(1, min(AXES, len(vectors) // TEXTS_AN_AXIS))
    along = principal_axes([vectors], k).along(vectors)
    return np.asarray(along / np.maximum(along.std(axis=0), 1e-9))


def _scaled(columns: Matrix) -> Matrix:
    """Returns columns that count as one, however many they are."""
    return np.asarray(columns / np.sqrt(columns.shape[1]))


def _model_errors(pile: Pile, folder: Path) -> Vector:
    """Returns (n,) what a trained reducer cannot give back of each vector; of one of zeros the largest."""
    from palate.training.reconstruction import read_reconstruction

    reducer = read_reconstruction(folder)
    if not reducer.takes(pile.encoder):
        raise EncoderChanged(
            f"{folder} was made of vectors of {reducer.encoder}, those of {pile.name} are of {pile.encoder}; "
            f"change the store's encoder: palate encoder use {reducer.encoder}, or train a model of its own"
        )
    errors = reducer.errors(pile.vectors)
    return np.where(np.isnan(errors), np.nanmax(errors, initial=0.0), errors)


def _notes(pile: Pile, names: tuple[str, ...]) -> tuple[str, ...]:
    notes = []
    if len(pile) > POOL_POINTS and "distance" in names:
        notes.append(
            f"distances are to the nearest of {POOL_POINTS:,} texts that were drawn of {len(pile):,}"
        )
    unread = int(np.count_nonzero(~pile.vectors.any(axis=1)))
    if unread:
        notes.append(f"of {unread:,} of {len(pile):,} texts the encoder knows no word")
    return tuple(notes)
