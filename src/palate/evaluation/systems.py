"""What can be replayed: the promise, and the table of makers."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from palate.errors import UnknownName
from palate.evaluation.arrays import IntVector, Vector
from palate.evaluation.peer.arxiv_sanity import ArxivSanity
from palate.evaluation.peer.chance import Chance
from palate.evaluation.peer.elas import elas_u3, elas_u4
from palate.evaluation.served import bayes, palate, profile


class System(Protocol):
    """What is replayed: values all texts of one corpus for one reader. n texts.

    calibrated: scores are probabilities of a like, so that Brier score and calibration error mean something.
    """

    name: str
    calibrated: bool

    def scores(self, rows: IntVector, likings: Vector) -> Vector:
        """Scores (n,) float64 of all texts, higher is better, after the judgements so far.

        rows: which texts were judged, oldest first. likings: 1 for a like, -1 for a dislike; the replays give nothing else.
        Each call repeats the earlier judgements and adds new ones at the end, so a system may learn only what is new.
        With nothing to go by it answers with ties, or with what it believes beforehand.
        """
        ...


Maker = Callable[[Sequence[str], np.random.Generator], System]
"""Builds a system from the contents of all texts and its randomness.

It is called anew for every reader, with the same contents as one tuple; keep what depends on them alone (vectors, tf-idf) in
a functools.lru_cache keyed by that tuple. It is found by name, also from other processes: it must be at the top of a module.
"""

PEERS: dict[str, Maker] = {
    "arxiv-sanity": ArxivSanity,
    "elas-u3": elas_u3,
    "elas-u4": elas_u4,
    "random": Chance,
}

OWN: dict[str, Maker] = {"palate": palate, "bayes": bayes, "profile": profile}

SYSTEMS: dict[str, Maker] = {**OWN, **PEERS}


def find_maker(name: str) -> Maker:
    """Raises UnknownName for a name that is not in SYSTEMS."""
    if name not in SYSTEMS:
        raise UnknownName(f"no system called {name!r}; choose one of: {', '.join(sorted(SYSTEMS))}")
    return SYSTEMS[name]
