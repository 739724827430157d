"""TopicModel: topics as directions whose ids stay the same when texts come."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from palate.errors import BadValue
from palate.insight.neighbours import unit_rows
from palate.insight.spherical import Directions, spherical_kmeans
from palate.parts import Matrix, Rows, Vector

TEXTS_PER_SQUARE = 8.0  # of n texts there are sqrt(n / 8) topics
MAX_TOPICS = 100
MIN_TOPIC_TEXTS = 10  # below which texts are no topic of their own
REACH = 0.02  # share of a topic's first texts that lie further from its centre than it reaches
CLEAR = 0.25  # by which a pocket fits its own centre better that is none of any topic, however far these lie
NO_TOPIC = -1
TEXTS_AT_ONCE = 16_384


def usual_k(n: int) -> int:
    """Returns how many topics n texts have: it grows with the square root, so that topics grow too.

    >>> usual_k(100), usual_k(12_000), usual_k(1_000_000)
    (4, 39, 100)
    """
    return int(np.clip(round(np.sqrt(n / TEXTS_PER_SQUARE)), min(2, n), MAX_TOPICS))


@dataclass(frozen=True, eq=False)
class TopicModel:
    """t topics. directions: their mean and (t, d) centres, which do not move. reach: (t,) the least cosine at
    which a text is of a topic. ids: (t,) ascending; an id is never given again. margin: by how much the texts
    of the least distinct topic are nearer to its centre than to the next, as a cosine, on average.
    """

    directions: Directions
    reach: Vector
    ids: Rows
    next_id: int
    margin: float

    @classmethod
    def fit(cls, vectors: Matrix, *, k: int | None = None, seed: int = 0) -> Self:
        """Finds topics in (n, d) vectors. k: how many; None for the square root of n over 8.

        Topics have ids from 0, the largest first. Vectors of 0 are of none. Raises BadValue for fewer than
        two texts that differ, MissingExtra without [insight].
        """
        vectors = vectors[np.any(vectors, axis=1)]
        if len(vectors) < 2:
            raise BadValue(f"topics need two texts or more that say something, got {len(vectors)}")
        n_different = len(np.unique(vectors, axis=0)) if len(vectors) < 2000 else len(vectors)
        directions, groups = spherical_kmeans(
            vectors, k or min(usual_k(len(vectors)), n_different), seed=seed
        )
        sizes = np.bincount(groups, minlength=len(directions.centres))
        order = np.argsort(-sizes, kind="stable")
        order = order[sizes[order] > 0]
        directions = Directions(directions.mean, directions.centres[order])
        reach, margin = reaches(directions, vectors)
        return cls(directions, reach, np.arange(len(order)), len(order), margin)

    def topics_of(self, vectors: Matrix) -> Rows:
        """Returns (n,) the id of the topic of each of (n, d) vectors; -1 where none reaches it."""
        found = np.full(len(vectors), NO_TOPIC)
        for first in range(0, len(vectors), TEXTS_AT_ONCE):
            part = vectors[first : first + TEXTS_AT_ONCE]
            cosines = self.directions.cosines(part)
            best = cosines.argmax(axis=1)
            near = cosines[np.arange(len(part)), best] >= self.reach[best]
            known = near & np.any(part, axis=1)
            found[first : first + TEXTS_AT_ONCE][known] = self.ids[best[known]]
        return found

    def grown(self, vectors: Matrix, *, seed: int = 0) -> Self:
        """Returns the model with a topic for every dense pocket among (n, d) new vectors that is none yet.

        A pocket is a group of ten texts or more that fit their own centre better than any topic: on average
        by no less than the texts of the least distinct topic fit theirs better than the next. The topics that
        are there keep their ids, centres and reach.
        """
        vectors = vectors[np.any(vectors, axis=1)]
        if len(vectors) < MIN_TOPIC_TEXTS or len(self.ids) < 2:
            return self
        k = min(usual_k(len(vectors)), len(np.unique(vectors, axis=0)))
        _, groups = spherical_kmeans(vectors, k, seed=seed)
        offsets = unit_rows(vectors - self.directions.mean)
        model = self
        for group in np.argsort(-np.bincount(groups), kind="stable"):
            members = np.flatnonzero(groups == group)
            centre = unit_rows(offsets[members].sum(axis=0, keepdims=True))
            gains = offsets[members] @ centre[0] - model.directions.cosines(vectors[members]).max(axis=1)
            if np.count_nonzero(gains > 0) >= MIN_TOPIC_TEXTS and gains.mean() >= min(self.margin, CLEAR):
                model = model._with(centre, vectors[members[gains > 0]])
        return model

    def _with(self, centre: Matrix, members: Matrix) -> Self:
        directions = Directions(self.directions.mean, np.concatenate([self.directions.centres, centre]))
        reach = (
            np.quantile(Directions(directions.mean, centre).cosines(members), REACH, method="lower") - 1e-6
        )
        return replace(
            self,
            directions=directions,
            reach=np.append(self.reach, reach),
            ids=np.append(self.ids, self.next_id),
            next_id=self.next_id + 1,
        )


def reaches(directions: Directions, vectors: Matrix) -> tuple[Vector, float]:
    """Returns (t,) the cosine that all but a few of a topic's texts have to its centre, above 1 for a topic
    without texts; and the margin (see `TopicModel`).
    """
    cosines = directions.cosines(vectors)
    best = cosines.argmax(axis=1)
    ordered = np.sort(cosines, axis=1)
    own, ahead = ordered[:, -1], ordered[:, -1] - ordered[:, -2 if cosines.shape[1] > 1 else -1]
    members = [best == topic for topic in range(len(directions.centres))]
    reach = np.array(
        [np.quantile(own[of], REACH, method="lower") - 1e-6 if of.any() else np.inf for of in members]
    )
    return reach, min((float(ahead[of].mean()) for of in members if of.any()), default=0.0)
