"""Map quality: how well the neighbourhoods of vectors are kept on a map."""

from typing import NamedTuple

import numpy as np

from palate.insight.neighbours import nearest_neighbours, unit_rows
from palate.parts import Matrix

SAMPLED_TEXTS = 1000  # of which the neighbourhoods are compared, where there are more


class MapQuality(NamedTuple):
    """trustworthiness: 1 where no text on the map has a neighbour that is none, .5 by chance. kept: the share
    of the nearest neighbours that are neighbours on the map. neighbours: how many of each text are looked at.
    """

    trustworthiness: float
    kept: float
    neighbours: int


def map_quality(vectors: Matrix, positions: Matrix, *, neighbours: int = 10, seed: int = 0) -> MapQuality:
    """Compares the neighbours by cosine of (n, d) vectors with those on a map (n, 2).

    Of more than 1,000 texts a sample is asked for its neighbours in all. neighbours: fewer than half of the
    texts. Costs O(n d) for each text that is asked.
    Source: Venna and Kaski, Neighborhood preservation in nonlinear projection methods (ICANN 2001), eq. 1.
    """
    n, k = len(vectors), neighbours
    asked = np.arange(n)
    if n > SAMPLED_TEXTS:
        asked = np.sort(np.random.default_rng(seed).choice(n, SAMPLED_TEXTS, replace=False))
    units, points = unit_rows(vectors), np.asarray(positions, np.float64)
    near, _ = nearest_neighbours(vectors, k) if n <= SAMPLED_TEXTS else _near(units, asked, k)
    penalty, kept = 0, 0
    for row, index in enumerate(asked):
        distances = np.sum((points - points[index]) ** 2, axis=1)
        distances[index] = np.inf
        on_map = np.argpartition(distances, k - 1)[:k]
        cosines = units @ units[index]
        cosines[index] = np.inf
        ranks = np.sum(cosines[None] > cosines[on_map][:, None], axis=1)  # the text itself is counted: from 1
        penalty += int(np.maximum(ranks - k, 0).sum())
        kept += len(np.intersect1d(on_map, near[row]))
    most = len(asked) * k * (2 * n - 3 * k - 1) / 2
    return MapQuality(1 - penalty / most, kept / (len(asked) * k), k)


def _near(units: Matrix, asked: np.ndarray[tuple[int], np.dtype[np.int64]], k: int) -> tuple[Matrix, Matrix]:
    found, cosines = nearest_neighbours(units[asked], k + 1, of=units)
    own = found == asked[:, None]
    own[~own.any(axis=1), -1] = True
    return found[~own].reshape(len(asked), k), cosines[~own].reshape(len(asked), k)
