"""Clusters of a pile: k-means, with a report of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from palate.errors import BadValue
from palate.frames import frame, table_html
from palate.insight.silhouette import SAMPLED_TEXTS, best_k, silhouettes
from palate.insight.spherical import spherical_kmeans
from palate.report.topics import words_of_groups

if TYPE_CHECKING:
    from pandas import DataFrame

    from palate.parts import Rows
    from palate.report.pile import Pile

N_NEAREST = 3  # texts that are shown of a cluster


@dataclass(frozen=True)
class Cluster:
    """silhouette: mean of its texts, -1 to 1. nearest: indices of the texts nearest to its centre."""

    number: int
    size: int
    silhouette: float
    words: tuple[str, ...]
    nearest: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Clusters:
    """Groups of n texts. of_text: (n,) number of each text's. clusters: the largest first. silhouette: mean
    of all texts, or of 2,000 where there are more.
    """

    pile: Pile
    of_text: Rows
    clusters: tuple[Cluster, ...]
    silhouette: float

    def shape(self) -> list[dict[str, Any]]:
        """Returns one object a cluster, for JSON."""
        return [
            {
                "cluster": cluster.number,
                "size": cluster.size,
                "silhouette": cluster.silhouette,
                "words": list(cluster.words),
                "texts": [self.pile.texts[index].id for index in cluster.nearest],
            }
            for cluster in self.clusters
        ]

    def to_frame(self) -> DataFrame:
        """Returns the clusters as a data frame. Raises MissingExtra without [insight]."""
        return frame(self._columns())

    def _repr_html_(self) -> str:
        caption = (
            f"{len(self.clusters)} clusters of {len(self.pile):,} texts, silhouette {self.silhouette:.2f}"
        )
        return table_html(self._columns(), caption)

    def _columns(self) -> dict[str, list[Any]]:
        shapes = self.shape()
        return {
            "cluster": [each["cluster"] for each in shapes],
            "size": [each["size"] for each in shapes],
            "silhouette": [each["silhouette"] for each in shapes],
            "words": [", ".join(each["words"]) for each in shapes],
            "texts": [", ".join(each["texts"]) for each in shapes],
        }


def clusters_of(pile: Pile, *, k: int | None = None, seed: int = 0) -> Clusters:
    """Groups the texts of a pile by their vectors. k: how many; None for the number from 2 to 30 with the
    highest silhouette.

    Use it to cut a pile into parts; for what it is about, and for ids that stay, use topics. Costs 5 s for
    12,000 texts. Raises BadValue where texts are too few or all alike, MissingExtra without [insight].
    """
    if not len(pile):
        raise BadValue(f"{pile.name} has no texts to group; add some with: palate add")
    directions, labels = spherical_kmeans(pile.vectors, k or best_k(pile.vectors, seed=seed), seed=seed)
    sizes = np.bincount(labels, minlength=len(directions.centres))
    order = [int(label) for label in np.argsort(-sizes, kind="stable") if sizes[label]]
    numbers = np.zeros(len(sizes), np.int64)
    numbers[order] = np.arange(len(order))
    of_text = numbers[labels]
    sampled = np.arange(len(pile))
    if len(pile) > SAMPLED_TEXTS:
        sampled = np.sort(np.random.default_rng(seed).choice(len(pile), SAMPLED_TEXTS, replace=False))
    each = silhouettes(pile.vectors[sampled] - directions.mean, of_text[sampled])
    words = words_of_groups(pile, of_text, range(len(order)))
    cosines = directions.cosines(pile.vectors)[:, order]
    clusters = []
    for number in range(len(order)):
        members = np.flatnonzero(of_text == number)
        nearest = members[np.argsort(-cosines[members, number], kind="stable")[:N_NEAREST]]
        own = each[of_text[sampled] == number]
        mean = float(own.mean()) if len(own) else float("nan")
        clusters.append(Cluster(number, len(members), mean, words[number], tuple(nearest.tolist())))
    return Clusters(pile, of_text, tuple(clusters), float(each.mean()))
