"""Fakes of what a report is made of, in place of modules of palate.report: small, quick, without extras."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any, NamedTuple
from unittest.mock import patch

import numpy as np

from palate.report.pile import Pile


class Topic(NamedTuple):
    id: int
    label: str
    words: tuple[str, ...]
    size: int
    representative: int


@dataclass(frozen=True)
class Topics:
    of_text: np.ndarray[Any, Any]
    topics: tuple[Topic, ...]


@dataclass(frozen=True)
class TextMap:
    positions: np.ndarray[Any, Any]
    shares: np.ndarray[Any, Any]


@dataclass(frozen=True)
class Outlier:
    index: int
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Outliers:
    outliers: tuple[Outlier, ...]


class Warned(NamedTuple):
    message: str
    mend: str


@dataclass(frozen=True)
class Profile:
    warnings: tuple[Warned, ...]


def topics_of(pile: Pile, seed: int = 0, n_topics: int = 12) -> Topics:
    """Groups by the nearest of some drawn texts; ids are 10 apart, as ids need not be indices."""
    k = min(n_topics, len(pile))
    rng = np.random.default_rng(seed)
    middles = pile.vectors[rng.choice(len(pile), k, replace=False)]
    for _ in range(10):
        nearest = (pile.vectors @ middles.T).argmax(axis=1)
        means = [pile.vectors[nearest == group].sum(axis=0) for group in range(k)]
        middles = np.array([mean / max(np.linalg.norm(mean), 1e-9) for mean in means])
    found = []
    for group in range(k):
        members = np.flatnonzero(nearest == group)
        if len(members):
            middle = int(members[(pile.vectors[members] @ middles[group]).argmax()])
            words = tuple(pile.texts[middle].content.lower().split()[:8])
            found.append(Topic(10 * group, " ".join(words[:4]), words, len(members), middle))
    return Topics(10 * nearest, tuple(found))


def map_of(pile: Pile, method: str = "pca", seed: int = 0) -> TextMap:
    centred = pile.vectors - pile.vectors.mean(axis=0)
    left, lengths, _ = np.linalg.svd(centred, full_matrices=False)
    return TextMap((left * lengths)[:, :2], lengths[:2] ** 2 / (lengths**2).sum())


def outliers_of(pile: Pile, limit: int = 20) -> Outliers:
    cosines = pile.vectors @ pile.vectors.mean(axis=0)
    order = np.argsort(cosines)[:limit].tolist()
    return Outliers(tuple(Outlier(index, 1 - float(cosines[index]), ("far from all",)) for index in order))


def profile_of(source: object) -> Profile:
    return Profile((Warned("3 texts are <copies> of others.", "palate remove --duplicates"),))


FAKES = {"topics": topics_of, "map": map_of, "outliers": outliers_of, "profile": profile_of}


@contextmanager
def faked(**others: Any) -> Iterator[None]:
    """Puts the fakes in place. others: by module, another function in place of its fake."""
    modules = {}
    for name, function in {**FAKES, **others}.items():
        module = ModuleType(f"palate.report.{name}")
        setattr(module, f"{name}_of", function)
        modules[module.__name__] = module
    with patch.dict(sys.modules, modules):
        yield
