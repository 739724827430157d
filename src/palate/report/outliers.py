"""Outliers of a pile: texts unlike the others, with the reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from palate.errors import BadValue
from palate.insight.frames import frame, table_html
from palate.insight.isolation import isolation
from palate.insight.neighbour_distance import neighbour_distances
from palate.insight.pca import principal_axes
from palate.insight.robust import robust_z
from palate.insight.word_order import WordSequences, order_fit, shared_phrases
from palate.language import language_name
from palate.words import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pandas import DataFrame

    from palate.parts import Vector
    from palate.report.pile import Pile

OutlierMethod = Literal["all", "forest", "distance", "reconstruction", "form"]
METHODS = ("forest", "distance", "reconstruction", "form")
RECONSTRUCTION_AXES = 32
MIN_TEXTS = 5  # fewer have no usual
UNUSUAL = 3.5  # robust standard deviations from which on something is named (Iglewicz and Hoaglin)
SHARED = 0.3  # of a text's phrases, above which it is boilerplate
RARE_LANGUAGE = 0.1  # share of the texts, below which a language is another one


@dataclass(frozen=True)
class Outlier:
    """index: of the text. score: robust standard deviations above what is usual. reasons: in plain words."""

    index: int
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Outliers:
    """scores: by method, (n,) of all texts, in robust standard deviations; "all" is the largest of them.
    outliers: the texts with the highest, first.
    """

    pile: Pile
    scores: Mapping[str, Vector]
    outliers: tuple[Outlier, ...]

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
    errors: Vector | None = None,
    seed: int = 0,
) -> Outliers:
    """Finds the texts that are least like the others.

    forest: few cuts part them from the rest. distance: the nearest texts are far. reconstruction: what the
    main axes of all vectors leave out of theirs. form: word order, shared phrases, length. all: the highest
    of these. errors: (n,) of a reducer that was trained, in place of the main axes. Costs 10 s for 12,000
    texts. Raises BadValue for fewer than five texts, MissingExtra without [insight].
    """
    if len(pile) < MIN_TEXTS:
        raise BadValue(f"outliers need {MIN_TEXTS} texts or more to differ from, {pile.name} has {len(pile)}")
    form = _Form(pile)
    scores: dict[str, Vector] = {}
    differ = bool(np.any(pile.vectors != pile.vectors[0]))
    for name in METHODS if method == "all" else (method,):
        scores[name] = (
            _scored(name, pile, form, errors, seed) if differ or name == "form" else np.zeros(len(pile))
        )
    if method == "all":
        scores["all"] = np.max(list(scores.values()), axis=0)
    chosen = scores[method]
    order = np.argsort(-chosen, kind="stable")[:limit]
    found = tuple(
        Outlier(int(index), float(chosen[index]), form.reasons(int(index), scores)) for index in order
    )
    return Outliers(pile, scores, found)


def _scored(name: str, pile: Pile, form: _Form, errors: Vector | None, seed: int) -> Vector:
    if name == "forest":
        return robust_z(isolation(pile.vectors, seed=seed))
    if name == "distance":
        return robust_z(neighbour_distances(pile.vectors, seed=seed))
    if name == "reconstruction":
        if errors is None:
            errors = principal_axes([pile.vectors], RECONSTRUCTION_AXES).left_out(pile.vectors)
        return robust_z(errors)
    return form.scores


class _Form:
    """What texts look like, beside what they mean."""

    def __init__(self, pile: Pile) -> None:
        sequences = _sequences([text.content for text in pile.texts])
        self._lengths = np.diff(sequences.starts)
        self._shared = shared_phrases(sequences)
        fits = order_fit(sequences)
        known = np.isfinite(fits)
        self._disorder = np.zeros(len(pile))
        self._disorder[known] = robust_z(-fits[known])
        self._sizes = robust_z(np.log1p(self._lengths))
        self._languages = pile.languages
        self._usual = Counter(pile.languages)
        self._n = len(pile)

    @property
    def scores(self) -> Vector:
        """(n,) the largest of what is unusual in each text's form."""
        phrases = np.where(self._shared > SHARED, UNUSUAL + 10 * self._shared, 0.0)
        foreign = np.array([UNUSUAL + 2 if self._is_foreign(index) else 0.0 for index in range(self._n)])
        return np.asarray(np.max([self._disorder, phrases, np.abs(self._sizes) * 0.7, foreign], axis=0))

    def reasons(self, index: int, scores: Mapping[str, Vector]) -> tuple[str, ...]:
        """Returns why a text is unlike the others, the strongest first."""
        found = []
        if self._is_foreign(index):
            code = self._languages[index]
            share = self._usual[code] / self._n
            found.append(f"in {language_name(code)}, as {share:.1%} of the texts are")
        if self._shared[index] > SHARED:
            found.append(f"{self._shared[index]:.0%} of its phrases stand in other texts too")
        if self._disorder[index] > UNUSUAL and not self._is_foreign(index):
            found.append("its words do not follow one another as elsewhere: shuffled, a list or a table")
        if abs(self._sizes[index]) > UNUSUAL or not self._lengths[index]:
            n = int(self._lengths[index])
            kind = "long" if self._sizes[index] > 0 else "short"
            found.append(f"very {kind}: {n} words" if n else "it has no words")
        meaning = [name for name in ("distance", "forest", "reconstruction") if name in scores]
        is_far = any(scores[name][index] > UNUSUAL for name in meaning)
        if is_far and not self._is_foreign(index) and self._shared[index] <= SHARED:
            found.append("about something else: even the nearest texts are far")
        return tuple(found) or ("nothing in particular; it is merely least like the rest",)

    def _is_foreign(self, index: int) -> bool:
        code = self._languages[index]
        return bool(code) and self._usual[code] < RARE_LANGUAGE * self._n


def _sequences(contents: Sequence[str]) -> WordSequences:
    ids: dict[str, int] = {}
    found: list[int] = []
    starts = [0]
    for content in contents:
        found += [ids.setdefault(word, len(ids)) for word in words(content)]
        starts.append(len(found))
    return WordSequences(np.array(found, np.int64), np.array(starts))
