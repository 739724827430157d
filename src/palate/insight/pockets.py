"""Pockets: subjects among later texts that no topic covers, each a topic to open."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from palate.insight.neighbours import nearest_neighbours, unit_rows

if TYPE_CHECKING:
    from palate.parts import Matrix, Vector

LIFT = 2.5  # how many times as frequent a subject is since, to be new
MIN_POCKET = 10  # texts, and at least
SMALL = 0.1  # of the usual size of a topic
MAX_OVERLAP = 0.85  # cosine of a pocket's texts to the nearest topic, as a share of that to its own centre
SAMPLE = 2000  # texts around which pockets are sought
OLDER_SAMPLE = 20_000  # texts that a pocket is held against
NEIGHBOURS = 10  # of a text, whose mean is where a pocket may lie
STEPS = 8  # of moving there
TRIES = 20


class _Pocket(NamedTuple):
    """centre: (d,). size: of its texts. overlap: mean cosine of its texts to the nearest topic, as a share of
    that to the centre. share: of all texts that lie in it.
    """

    centre: Vector
    size: int
    overlap: float
    share: float


def find_pockets(later: Matrix, older: Matrix, centres: Matrix) -> Matrix:
    """Returns (p, d) the centres of new subjects, largest gain first; (0, d) where there are none.

    A pocket is a region nearer to its own centre than to any topic's. It is a subject of its own if it holds
    10 texts and a tenth of what a topic usually holds, if these are to the nearest topic no more than 0.85 as
    near as to its centre, and if it is new: 2.5 times as large a share of the later texts lies in it as of
    the older. Sought by greedy gain in cosine, from the mean of ten neighbours on. Costs O(m^2 d) for m =
    2,000 of the later texts at most.

    later, older: (n, d) directions of length 1 or 0 of the texts that came after and before the topics were
    made. centres: (k, d) of the topics.
    """
    opened = np.zeros((0, centres.shape[1]), np.float32)
    min_size = max(MIN_POCKET, SMALL * len(older) / len(centres))
    later, older = later[later.any(axis=1)], _evenly(older, OLDER_SAMPLE)
    if len(later) < min_size:
        return opened
    sample = _evenly(later, SAMPLE)
    near, _ = nearest_neighbours(sample, min(NEIGHBOURS, len(sample) - 1))
    starts = unit_rows(sample[near].mean(axis=1))
    between = starts @ sample.T
    covered = (sample @ centres.T).max(axis=1)
    for _ in range(TRIES):
        gains = np.maximum(between - covered, 0).sum(axis=1)
        best = int(gains.argmax())
        if gains[best] <= 0:
            break
        all_centres = np.concatenate([centres, opened])
        pocket = _settled(starts[best], later, all_centres)
        covered = np.maximum(covered, np.maximum(sample @ pocket.centre, between[best]))
        is_new = pocket.share >= LIFT * _share(older, pocket.centre, all_centres)
        if pocket.size >= min_size and pocket.overlap <= MAX_OVERLAP and is_new:
            opened = np.concatenate([opened, pocket.centre[None]])
    return opened


def _settled(start: Vector, points: Matrix, centres: Matrix) -> _Pocket:
    """Returns the pocket around a start, moved to the mean of the points nearer to it than to any centre."""
    best = (points @ centres.T).max(axis=1)
    centre = start
    for _ in range(STEPS):
        inside = points @ centre > best
        if not inside.any():
            break
        centre = unit_rows(points[inside].mean(axis=0, keepdims=True))[0]
    cosines = points @ centre
    inside = cosines > best
    overlap = best[inside].sum() / max(float(cosines[inside].sum()), 1e-9) if inside.any() else 1.0
    return _Pocket(centre, int(inside.sum()), float(overlap), float(inside.mean()))


def _share(points: Matrix, centre: Vector, centres: Matrix) -> float:
    """Returns the share of points, counted with one more, nearer to a centre than to any of the others."""
    if not len(points):
        return 0.0
    inside = points @ centre > (points @ centres.T).max(axis=1)
    return float(inside.sum() + 1) / (len(points) + 1)


def _evenly(points: Matrix, size: int) -> Matrix:
    """Returns at most so many of the points, evenly spaced."""
    return points[np.linspace(0, len(points) - 1, size).astype(np.int64)] if len(points) > size else points
