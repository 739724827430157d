"""What can be replayed: the promise, and the table of makers."""

from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np

from palate.errors import BadValue, MissingExtra, UnknownName
from palate.evaluation.arrays import IntVector, Vector
from palate.evaluation.peer.arxiv_sanity import ArxivSanity
from palate.evaluation.peer.chance import Chance
from palate.evaluation.peer.elas import elas_u3, elas_u4
from palate.evaluation.peer.popularity import Popularity
from palate.evaluation.peer.puresvd import PureSvd
from palate.evaluation.peer.qdrant import QdrantAverage, QdrantBest
from palate.evaluation.peer.river import River
from palate.evaluation.peer.setfit import SetFit
from palate.evaluation.peer.zotero import Zotero
from palate.evaluation.served import palate, single_taste, with_sentiment, with_topic, without
from palate.evaluation.stage import Stage as Stage
from palate.feedback import CrowdFeedback
from palate.taste.choose import TASTES


class System(Protocol):
    """What is replayed: values all texts of one corpus for one reader. n texts.

    calibrated: scores are probabilities of a like, so that Brier score and calibration error mean something.
    """

    name: str
    calibrated: bool

    def scores(self, rows: IntVector, likings: Vector) -> Vector:
        """Scores (n,) float64 of all texts, higher is better, after the judgements so far.

        rows: which texts were judged, oldest first. likings: 1 for a like, -1 for a dislike; the replays give
        nothing else. Each call repeats the earlier judgements and adds new ones at the end, so a system may
        learn only what is new. With nothing to go by it answers with ties, or with what it believes
        beforehand."""
        ...


Maker = Callable[[Stage, np.random.Generator], System]
"""Builds a system from the stage and its randomness.

It is called anew for every reader, with the same stage; keep what depends on that alone (vectors, tf-idf) in
a functools.lru_cache. Other processes find it by its name in SYSTEMS. """

PEERS: dict[str, Maker] = {
    "arxiv-sanity": ArxivSanity,
    "elas-u3": elas_u3,
    "elas-u4": elas_u4,
    "popularity": Popularity,
    "puresvd": PureSvd,
    "qdrant-average": QdrantAverage,
    "qdrant-best": QdrantBest,
    "random": Chance,
    "river": River,
    "setfit": SetFit,
    "zotero": Zotero,
}

OWN: dict[str, Maker] = {"palate": palate, **{kind: single_taste(kind) for kind in TASTES}}

BLOCKS = ("semantic", "keyword", "crowd")
ABLATION: dict[str, Maker] = {
    "bayes": single_taste("bayes"),
    **{f"bayes-without-{block}": without(block) for block in BLOCKS},
    "bayes-with-sentiment": with_sentiment,
    "bayes-with-topic": with_topic,
}
"""What each block of features is worth to one taste."""

SYSTEMS: dict[str, Maker] = {**OWN, **PEERS, **ABLATION}

NOTHING = Stage(
    ("red cats", "blue cats", "dogs"),
    CrowdFeedback(np.zeros(1, np.int64), np.zeros(1, np.int64), np.ones(1), 3),
)

NEED_CROWD = frozenset({"popularity", "puresvd", "crowd", "content", "bayes-without-crowd"})
NAMED_ONLY = frozenset({"setfit", "neural"})  # seconds to minutes for each judgement
GROUPS: dict[str, Mapping[str, Maker]] = {"all": PEERS, "tastes": OWN, "ablation": ABLATION}


def find_maker(name: str) -> Maker:
    """Raises UnknownName for a name that is not in SYSTEMS."""
    if name not in SYSTEMS:
        raise UnknownName(
            f"no system called {name!r}; choose one of: {', '.join([*GROUPS, *sorted(SYSTEMS)])}"
        )
    return SYSTEMS[name]


def choose_systems(against: str, *, crowd: bool) -> tuple[list[str], list[str]]:
    """The systems of a replay, palate first, and those that a group would hold if their extra were installed.

    against: names and groups with commas: all (the peers), tastes (each alone), ablation. A group leaves out
    what cannot run here: without a crowd what goes by nothing else, without an extra what needs it. What
    takes minutes for each reader must be named. Raises UnknownName for a name that is not there, BadValue or
    MissingExtra for a named system that cannot run here.

    >>> choose_systems("elas-u4,palate,random", crowd=False)
    (['palate', 'elas-u4', 'random'], [])
    """
    chosen, missing = ["palate"], []
    for word in dict.fromkeys(word.strip() for word in against.split(",") if word.strip()):
        for name in GROUPS.get(word, [word]):
            grouped = word in GROUPS
            if grouped and (name in NAMED_ONLY or (name in NEED_CROWD and not crowd)):
                continue
            if name in NEED_CROWD and not crowd:
                raise BadValue(
                    f"{name} is there to be compared on a crowd; give one with --crowd, or leave {name} out"
                )
            try:
                find_maker(name)(NOTHING, np.random.default_rng(0))
            except MissingExtra:
                if not grouped:
                    raise
                missing.append(name)
                continue
            chosen.append(name)
    return list(dict.fromkeys(chosen)), list(dict.fromkeys(missing))
