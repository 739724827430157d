"""Liked: texts by who liked them, where readers say what they like and pass over the rest in silence."""

from collections.abc import Callable, Mapping
from typing import Any, Self

import numpy as np
from scipy.sparse import csr_array, diags_array, hstack

from palate.feature.nearest import nearest, unit_rows
from palate.feedback import CrowdFeedback
from palate.parts import Matrix, Rows, Vector

READERS = 20_000  # columns at most: those who liked most
LIKED_TEXTS = 20_000  # among which neighbours are sought: those liked by most
# logit for one standard deviation of log popularity: orders the texts before the first like, no more
POPULARITY = 0.04


class LikedCrowd:
    """One column for each other reader: what two texts have in common is the readers who liked both.

    Use it where a crowd gives likes alone; a rating below 0 is left out. With a Bayesian linear taste this is
    a hierarchical prior: the taste of a new reader varies as those of the others do, so the kernel of the
    texts is the crowd's scatter, which the taste adds to that of the content (an inverse Wishart posterior,
    up to the damping). A like counts (activity of its reader * popularity of its text)^-`damping`, between
    raw counts (0) and cosine (0.5): readers of many texts and texts of many readers say less per like. A text
    with p likes keeps p / (p + `shrinkage`) of its own row and takes the rest from its `neighbours` nearest
    liked texts, weighted by cosine; a new text takes all from them.

    With n texts of d dims the neighbours cost O(n d) times at most 20,000 liked texts: 8 s for 17,000 texts,
    256 dims and 3,330 readers, and 15 MB. A text holds at most the readers of its own and of its neighbours.

    feedback: what the crowd said of n texts. rows: (n, d) features of their content, here the semantic block.
    shrinkage: likes that the neighbours count as, above 0. neighbours: 1 or more. damping: 0 to 0.5. block:
    (n, 1 + r) float32, first log popularity, then the r readers, whose part has a mean squared row length of
    1. prior: (1 + r,) weights before any feedback: 1 for the popularity, else 0. heard: judgements per text.
    Raises ValueError outside these ranges, or where rows are not those of the n texts.
    Source: Sarwar, Karypis, Konstan and Riedl, WWW 2001 (texts compared by their readers); Gelman et al.,
    Bayesian Data Analysis (2013), section 3.6 (inverse Wishart); Wang and Blei, KDD 2011 (what is rarely
    liked is pulled to its content).

    >>> said = CrowdFeedback(np.array([0, 0, 1, 1]), np.array([0, 1, 2, 3]), np.ones(4), n_texts=5)
    >>> crowd = LikedCrowd(said, np.array([[1, 0], [1, 1], [-1, 0], [-1, -1], [-1, 0.1]]), neighbours=1)
    >>> together = (crowd.block @ crowd.block.T).toarray()
    >>> bool(together[0, 1] > 0.4), bool(together[0, 2] < 0.01), bool(together[4, 2] > 0.4)
    (True, True, True)
    """

    def __init__(
        self,
        feedback: CrowdFeedback,
        rows: Matrix,
        *,
        shrinkage: float = 1.0,
        neighbours: int = 10,
        damping: float = 0.25,
    ) -> None:
        if shrinkage <= 0 or neighbours < 1 or not 0 <= damping <= 0.5:
            raise ValueError(
                "shrinkage must be above 0, neighbours 1 or more, damping from 0 to 0.5;"
                f" got {shrinkage=}, {neighbours=}, {damping=}"
            )
        if len(rows) != feedback.n_texts:
            raise ValueError(
                f"the crowd speaks of {feedback.n_texts} texts, and there are rows of {len(rows)}"
            )
        likes = _likes(feedback)
        self.heard = len(feedback.likings) / max(feedback.n_texts, 1)
        popularity = np.asarray(likes.sum(axis=1), dtype=np.float64)  # (n,)
        activity = np.asarray(likes.sum(axis=0), dtype=np.float64)  # (r,)
        own = diags_array(_damped(popularity, damping)) @ likes @ diags_array(_damped(activity, damping))
        candidates = np.sort(
            np.argsort(-popularity, kind="stable")[: min(LIKED_TEXTS, int((popularity > 0).sum()))]
        )
        unit = unit_rows(rows)
        self.neighbours = neighbours
        self._places = candidates
        self._candidates = unit[candidates]
        self._known = csr_array(own)[candidates]
        places = np.full(len(rows), -1)
        places[candidates] = np.arange(len(candidates))
        near = nearest(unit, self._candidates, neighbours, own=places) @ self._known
        kept = popularity / (popularity + shrinkage)
        mixed = csr_array(diags_array(kept) @ own + diags_array(1 - kept) @ near)
        energy = float((mixed.data**2).sum()) / max(len(rows), 1)
        self._scale = 1 / np.sqrt(energy) if energy > 0 else 1.0
        self.block = _with_first(POPULARITY * _standard(np.log1p(popularity)), mixed * self._scale)
        self.prior: Vector = np.eye(1, self.block.shape[1], dtype=np.float32)[0]

    def transform(self, rows: Matrix) -> csr_array:
        """(m, 1 + r) float32 of m new texts from the (m, d) features of their content; their popularity is
        taken as average.
        """
        near = nearest(unit_rows(rows), self._candidates, self.neighbours) @ self._known
        return _with_first(np.zeros(len(rows)), near * self._scale)

    def arrays(self) -> dict[str, np.ndarray[Any, Any]]:
        """All it has learned, but for the rows of the texts at the places `candidates`."""
        figures = {
            "heard": np.array(self.heard),
            "scale": np.array(self._scale),
            "neighbours": np.array(self.neighbours),
        }
        return {
            **figures,
            "candidates": self._places,
            **_parts("block", self.block),
            **_parts("known", self._known),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray[Any, Any]], rows: Callable[[Rows], Matrix]) -> Self:
        """What gave these arrays, to the bit. rows: asked with places in the block, gives the rows it was
        learned from.
        """
        crowd = cls.__new__(cls)
        crowd.heard, crowd._scale = float(arrays["heard"]), float(arrays["scale"])
        crowd.neighbours = int(arrays["neighbours"])
        crowd.block, crowd._known = _whole("block", arrays), _whole("known", arrays)
        crowd.prior = np.eye(1, crowd.block.shape[1], dtype=np.float32)[0]
        crowd._places = arrays["candidates"]
        crowd._candidates = unit_rows(rows(crowd._places))
        return crowd


def _likes(feedback: CrowdFeedback) -> csr_array:
    """(n, r) likings above 0, of the readers who liked most."""
    liked = feedback.likings > 0
    readers, places, likings = feedback.readers[liked], feedback.indices[liked], feedback.likings[liked]
    shape = (feedback.n_texts, int(readers.max(initial=-1)) + 1)
    likes = csr_array((likings.astype(np.float64), (places, readers)), shape=shape)
    activity = np.asarray(likes.sum(axis=0), dtype=np.float64)
    most = np.argsort(-activity, kind="stable")[: min(READERS, int((activity > 0).sum()))]
    return csr_array(likes[:, np.sort(most)])


def _damped(totals: Vector, damping: float) -> Vector:
    return np.where(totals > 0, totals, 1.0) ** -damping


def _standard(values: Vector) -> Vector:
    """At mean 0 and standard deviation 1; zeros where all are equal."""
    spread = float(values.std()) if len(values) else 0.0
    return (values - values.mean()) / spread if spread > 1e-9 else np.zeros(len(values))


def _with_first(column: Vector, others: csr_array) -> csr_array:
    return csr_array(hstack([csr_array(column[:, None]), others], format="csr"), dtype=np.float32)


def _parts(name: str, block: csr_array) -> dict[str, np.ndarray[Any, Any]]:
    found = {
        "data": block.data,
        "indices": block.indices,
        "indptr": block.indptr,
        "shape": np.array(block.shape),
    }
    return {f"{name}.{part}": array for part, array in found.items()}


def _whole(name: str, arrays: Mapping[str, np.ndarray[Any, Any]]) -> csr_array:
    data, indices, indptr, shape = (
        arrays[f"{name}.{part}"] for part in ("data", "indices", "indptr", "shape")
    )
    return csr_array((data, indices, indptr), shape=tuple(shape.tolist()))
