"""TopicModel: topics as directions that stay, so that texts that come later find theirs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from palate.errors import BadValue
from palate.insight.neighbours import unit_rows
from palate.insight.pockets import SMALL, find_pockets
from palate.insight.spectral import DIMS, spectral
from palate.insight.spherical import Directions, centres_of, count_different, kmeans
from palate.parts import Matrix, Rows, Vector

SAMPLED_TEXTS = 20_000  # that topics are found in; the others go to the nearest topic
OUTSIDE = 0.02  # share of the texts that topics are found in that lie beyond reach
NO_TOPIC = -1
TEXTS_AT_ONCE = 16_384


def usual_k(n: int) -> int:
    """Returns how many topics n texts have: the cube root of n, so that topics grow, too.

    >>> usual_k(3), usual_k(100), usual_k(12_000), usual_k(1_000_000)
    (2, 5, 23, 100)
    """
    return max(min(2, n), int(np.cbrt(n) + 0.5))


@dataclass(frozen=True, eq=False)
class TopicModel:
    """t topics. directions: their mean and (t, d) centres, which do not move. reach: the least cosine to a
    centre at which a text is of its topic. ids: (t,); several centres may be of one topic.
    """

    directions: Directions
    reach: float
    ids: Rows

    @classmethod
    def fit(cls, vectors: Matrix, *, k: int | None = None, seed: int = 0) -> tuple[Self, Rows]:
        """Finds topics in (n, d) vectors; returns them, with ids from 1, the largest first, and (n,) the id
        of each text's.

        Up to 20,000 texts are grouped by k-means over the graph of their nearest neighbours (`spectral`). The
        2 % farthest from their centres, and vectors of 0, have no topic: -1. k: how many; None for the cube
        root of n, where topics below a tenth of the usual size become part of the nearest. Costs 3 s for
        12,000 texts on one core. Raises BadValue for fewer than two texts that say something, or k out of
        range, MissingExtra without [insight].
        """
        able = np.flatnonzero(np.any(vectors, axis=1))
        if len(able) < 2:
            raise BadValue(f"topics need two texts or more that say something, got {len(able)}")
        rng = np.random.default_rng(seed)
        sampled = able
        if len(able) > SAMPLED_TEXTS:
            sampled = np.sort(rng.choice(able, SAMPLED_TEXTS, replace=False))
        mean = np.asarray(vectors[sampled].mean(axis=0, dtype=np.float64), np.float32)
        units = unit_rows(_rounded(vectors[sampled] - mean))
        labels = _largest_first(_grouped(units, k, usual_k(len(able)), seed))
        centres = centres_of(units, labels, int(labels.max()) + 1)
        cosines = np.einsum("nd,nd->n", units, centres[labels])
        model = cls(Directions(mean, centres), reach_of(cosines), np.arange(1, len(centres) + 1))
        of_text = model.topics_of(vectors)
        of_text[sampled] = np.where(cosines < model.reach, NO_TOPIC, model.ids[labels])
        return model, of_text

    def topics_of(self, vectors: Matrix) -> Rows:
        """Returns (n,) the id of the nearest topic of each of (n, d) vectors; -1 where none reaches it."""
        found = np.full(len(vectors), NO_TOPIC)
        for first in range(0, len(vectors), TEXTS_AT_ONCE):
            part = vectors[first : first + TEXTS_AT_ONCE]
            cosines = self.directions.cosines(part)
            best = cosines.argmax(axis=1)
            near = (cosines[np.arange(len(part)), best] >= self.reach) & np.any(part, axis=1)
            found[first : first + TEXTS_AT_ONCE][near] = self.ids[best[near]]
        return found

    def pockets(self, later: Matrix, older: Matrix) -> Matrix:
        """Returns (p, d) the centres of subjects of later texts that are no topic yet (see `find_pockets`).

        later, older: (n, d) vectors of the texts that came since the topics were found, and of those before.
        """
        mean, centres = self.directions
        seen = [unit_rows(part[np.any(part, axis=1)] - mean) for part in (later, older)]
        return find_pockets(seen[0], seen[1], centres)

    def opened(self, centres: Matrix, ids: Sequence[int]) -> Self:
        """Returns the model with more topics: their (p, d) centres and p ids."""
        directions = Directions(self.directions.mean, np.concatenate([self.directions.centres, centres]))
        return replace(self, directions=directions, ids=np.concatenate([self.ids, np.array(ids, np.int64)]))


def reach_of(cosines: Vector) -> float:
    """Returns the cosine to their centres that all but two in a hundred texts have; of few texts, all."""
    return float(np.quantile(cosines, OUTSIDE, method="lower")) - 1e-6


def _rounded(offsets: Matrix) -> Matrix:
    """Returns offsets from a mean without what is rounding: texts that are all alike lie at their mean."""
    return np.where(np.abs(offsets) < 1e-6, np.float32(0), offsets)


def _grouped(units: Matrix, k: int | None, usual: int, seed: int) -> Rows:
    """Returns (n,) the group of each text: k of them, or about as many as usual."""
    if k is not None and not 1 <= k <= len(units):
        raise BadValue(f"{k} topics need as many texts, there are {len(units)}; ask for fewer with --k")
    different = count_different(units) if len(units) <= 2000 else len(units)
    wanted = min(usual, different) if k is None else k
    if len(units) <= 3 or wanted <= 1 or wanted >= different:
        return kmeans(units, wanted, seed=seed)
    coordinates = spectral(units, seed=seed, dims=min(DIMS, wanted))
    labels = kmeans(coordinates if count_different(coordinates) > wanted else units, wanted, seed=seed)
    return labels if k is not None else _without_small(units, labels)


def _without_small(units: Matrix, labels: Rows) -> Rows:
    """Returns groups where the texts of those too small are in the nearest of the others."""
    names, own, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    kept = sizes >= SMALL * len(labels) / len(names)
    cosines = np.where(kept, units @ centres_of(units, own, len(names)).T, -np.inf)
    return np.where(kept[own], own, cosines.argmax(axis=1))


def _largest_first(labels: Rows) -> Rows:
    """Returns the same groups, numbered from 0 by size."""
    _, own, sizes = np.unique(labels, return_inverse=True, return_counts=True)
    ranks = np.empty(len(sizes), np.int64)
    ranks[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    return np.asarray(ranks[own])
