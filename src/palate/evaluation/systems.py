"""The systems that can be replayed: their protocol, and the table of makers."""

from collections.abc import Callable, Collection, Mapping
from typing import Protocol, runtime_checkable

import numpy as np

from palate.errors import BadValue, MissingExtra, UnknownName
from palate.evaluation.arrays import IntVector, Vector
from palate.evaluation.peer.arxiv_sanity import ArxivSanity
from palate.evaluation.peer.bm25 import Bm25
from palate.evaluation.peer.ease import Ease
from palate.evaluation.peer.elas import elas_u3, elas_u4, tfidf_logistic
from palate.evaluation.peer.fusion import Fusion
from palate.evaluation.peer.ials import Ials
from palate.evaluation.peer.item_knn import ItemKnn
from palate.evaluation.peer.light_fm import LightFm
from palate.evaluation.peer.minilm import MinilmCosine
from palate.evaluation.peer.popularity import Popularity
from palate.evaluation.peer.puresvd import PureSvd
from palate.evaluation.peer.qdrant import QdrantAverage, QdrantBest
from palate.evaluation.peer.random_order import RandomOrder
from palate.evaluation.peer.river import River
from palate.evaluation.peer.setfit import SetFit
from palate.evaluation.peer.zotero import Zotero
from palate.evaluation.replay_corpus import ReplayCorpus as ReplayCorpus
from palate.evaluation.taste_systems import palate, single_taste, with_sentiment, with_topic, without_block
from palate.feedback import CrowdFeedback
from palate.taste.choose import TASTES


class System(Protocol):
    """A system that is replayed: it values all texts of one corpus for one reader. n texts.

    calibrated: scores are probabilities of a like, so that Brier score and calibration error mean something.
    """

    name: str
    calibrated: bool

    def scores(self, rows: IntVector, likings: Vector) -> Vector:
        """Scores (n,) float64 of all texts, higher is better, after the judgements so far.

        rows: which texts were judged, oldest first. likings: 1 for a like, -1 for a dislike; the replays give
        nothing else. Each call repeats the earlier judgements and adds new ones at the end, so a system may
        learn only what is new. Before any judgement it answers with ties, or with its prior."""
        ...


@runtime_checkable
class DescribedSystem(System, Protocol):
    """A system that also goes by what a reader wrote of what they like. Systems without it go by judgements
    alone.
    """

    def describe(self, description: str) -> None:
        """Takes a sentence, before any judgement."""
        ...


Maker = Callable[[ReplayCorpus, np.random.Generator], System]
"""Makes a system from the corpus and its random generator.

It is called for every reader, with the same corpus; keep what depends on the corpus alone (vectors, tf-idf)
in a functools.lru_cache. Other processes find it by its name in SYSTEMS."""

PEERS: dict[str, Maker] = {
    "arxiv-sanity": ArxivSanity,
    "bm25": Bm25,
    "bm25+minilm": Fusion,
    "ease": Ease,
    "elas-u3": elas_u3,
    "elas-u4": elas_u4,
    "ials": Ials,
    "item-knn": ItemKnn,
    "lightfm": LightFm,
    "minilm-cosine": MinilmCosine,
    "popularity": Popularity,
    "puresvd": PureSvd,
    "qdrant-average": QdrantAverage,
    "qdrant-best": QdrantBest,
    "random": RandomOrder,
    "river": River,
    "setfit": SetFit,
    "tfidf-logistic": tfidf_logistic,
    "zotero": Zotero,
}

OWN_SYSTEMS: dict[str, Maker] = {"palate": palate, **{kind: single_taste(kind) for kind in TASTES}}

ABLATED_BLOCKS = ("semantic", "keyword", "crowd")
ABLATION: dict[str, Maker] = {
    "bayes": single_taste("bayes"),
    **{f"bayes-without-{block}": without_block(block) for block in ABLATED_BLOCKS},
    "bayes-with-sentiment": with_sentiment,
    "bayes-with-topic": with_topic,
}
"""What each block of features is worth to one taste."""

SYSTEMS: dict[str, Maker] = {**OWN_SYSTEMS, **PEERS, **ABLATION}

PROBE_CORPUS = ReplayCorpus(
    ("red cats", "blue cats", "dogs"),
    CrowdFeedback(np.zeros(1, np.int64), np.zeros(1, np.int64), np.ones(1), 3),
)

CROWD_SYSTEMS = frozenset(
    {
        "popularity",
        "puresvd",
        "ease",
        "ials",
        "item-knn",
        "lightfm",
        "crowd",
        "content",
        "bayes-without-crowd",
    }
)
MINILM_SYSTEMS = frozenset({"minilm-cosine", "bm25+minilm"})
NAMED_ONLY_SYSTEMS = frozenset({"setfit", "neural"})  # seconds to minutes for each judgement
GROUPS: dict[str, Mapping[str, Maker]] = {"all": PEERS, "tastes": OWN_SYSTEMS, "ablation": ABLATION}


def find_maker(name: str) -> Maker:
    """Returns the maker of a system. Raises UnknownName for a name that is not in SYSTEMS."""
    if name not in SYSTEMS:
        raise UnknownName(
            f"no system called {name!r}; choose one of: {', '.join([*GROUPS, *sorted(SYSTEMS)])}"
        )
    return SYSTEMS[name]


def prepare(corpus: ReplayCorpus, systems: Collection[str]) -> None:
    """Makes what these systems need of the corpus and what takes long, once for all workers."""
    _ = corpus.fitted
    if MINILM_SYSTEMS & set(systems):
        _ = corpus.minilm


def choose_systems(against: str, *, crowd: bool) -> tuple[list[str], list[str]]:
    """Returns the systems of a replay, palate first, and those that a group would hold if their extra were
    installed.

    against: names and groups with commas: all (the peers), tastes (each alone), ablation. A group leaves out
    what cannot run here: without a crowd the systems that use nothing else, without an extra those that need
    it. What takes minutes for each reader must be named. Raises UnknownName for a name that is not there,
    BadValue or MissingExtra for a named system that cannot run here.

    >>> choose_systems("elas-u4,palate,random", crowd=False)
    (['palate', 'elas-u4', 'random'], [])
    """
    chosen, missing = ["palate"], []
    words = (word.strip() for word in against.split(","))
    for word in dict.fromkeys(filter(None, words)):
        for name in GROUPS.get(word, [word]):
            grouped = word in GROUPS
            if grouped and (name in NAMED_ONLY_SYSTEMS or (name in CROWD_SYSTEMS and not crowd)):
                continue
            if name in CROWD_SYSTEMS and not crowd:
                raise BadValue(
                    f"{name} uses the feedback of a crowd; give one with --crowd, or leave {name} out"
                )
            try:
                find_maker(name)(PROBE_CORPUS, np.random.default_rng(0))
            except MissingExtra:
                if not grouped:
                    raise
                missing.append(name)
                continue
            chosen.append(name)
    return list(dict.fromkeys(chosen)), list(dict.fromkeys(missing))
