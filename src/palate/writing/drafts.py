"""Drafts: what models wrote for one reader and is kept, how the reader ranked it, and what was learned from
that.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple, overload

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from scipy.special import entr, expit, logit

from palate.errors import BadValue
from palate.given import Several
from palate.parts import Vector
from palate.reader import Reader
from palate.store.drafts import StoredDraft
from palate.store.tables import Tables
from palate.taste.choose import DEFAULT_TASTE
from palate.value import Value
from palate.workspace.workspace import Workspace
from palate.writing.draft_taste import DraftTaste, comparisons_of

WRITING = "writing"  # the taste whose part of the log holds the rankings
QUADRATURE_NODES = 24
MIN_CHANCE = 1e-4  # of a like, so that log odds stay finite


class Pair(NamedTuple):
    """Two drafts of the same prompt. chance: that the first is liked better, None before anything was
    ranked.
    """

    first: StoredDraft
    second: StoredDraft
    chance: float | None


class Drafts:
    """The drafts of one reader. Get it from `Library.drafts`.

    reader: whose taste for texts values drafts. The rankings are in the log as a taste of their own, WRITING,
    which is made when the first draft is kept.

    Any number of processes may use it: what others kept and ranked is seen at the next call.
    """

    def __init__(self, workspace: Workspace, reader: Reader) -> None:
        self._workspace, self.reader = workspace, reader

    def keep(self, drafts: Sequence[tuple[str, str, str]]) -> list[int]:
        """Keeps drafts, each prompt, content and model's name; returns their numbers."""
        with self._workspace.store.writing() as tables:
            if tables.readers.find(self.reader.name, WRITING) is None:
                tables.readers.add(self.reader.name, WRITING, kind=DEFAULT_TASTE, likes="", dislikes="")
            return tables.drafts.add(self._taste_id(tables), drafts)

    def all(self) -> list[StoredDraft]:
        """Returns what is kept, oldest first."""
        with self._workspace.store.reading() as tables:
            return tables.drafts.of(self._taste_id(tables))

    def rank(self, ranking: Sequence[Sequence[int]]) -> int:
        """Records a ranking of drafts of one prompt, by their numbers, the best group first; those of a group
        are equally good. It is on disk when this returns its entry in the log.

        Raises UnknownName for a number that is not kept, BadValue for fewer than two drafts, a repeated one,
        or drafts of several prompts.
        """
        numbers = [number for group in ranking for number in group]
        if len(numbers) < 2 or len(set(numbers)) < len(numbers):
            raise BadValue("a ranking is of two drafts or more, each once; say which is the better")
        with self._workspace.store.writing() as tables:
            prompts = {
                one.prompt for one in tables.drafts.of(self._taste_id(tables)) if one.number in numbers
            }
            if len(prompts) > 1:
                raise BadValue(
                    "a ranking is of drafts of one prompt; those of others say little of each other"
                )
            return tables.drafts.rank(self._taste_id(tables), ranking)

    def undo(self) -> bool:
        """Takes back the newest ranking that stands; returns whether there was one."""
        if not self.rankings():
            return False
        with self._workspace.store.writing() as tables:
            return tables.log.undo(self._taste_id(tables)).undone is not None

    def rankings(self) -> list[list[list[StoredDraft]]]:
        """Returns the rankings that stand, oldest first, each the best group first."""
        with self._workspace.store.reading() as tables:
            by_number = {one.number: one for one in tables.drafts.of(self._taste_id(tables))}
            found = tables.drafts.rankings(self._taste_id(tables))
        return [[[by_number[number] for number in group] for group in groups] for groups in found.values()]

    def taste(self) -> DraftTaste | None:
        """Returns what was learned from the rankings; None where there is none."""
        rankings = self.rankings()
        if not rankings:
            return None
        drafts = list(dict.fromkeys(one for groups in rankings for group in groups for one in group))
        index = {one.number: place for place, one in enumerate(drafts)}
        comparisons = [
            comparison
            for groups in rankings
            for comparison in comparisons_of([[index[one.number] for one in group] for group in groups])
        ]
        contents = [one.content for one in drafts]
        return DraftTaste(contents, self._logits(contents), self._workspace.encode(contents), comparisons)

    @overload
    def value(self, contents: str) -> Value: ...

    @overload
    def value(self, contents: Several[str]) -> list[Value]: ...

    def value(self, contents: str | Several[str]) -> Value | list[Value]:
        """Returns what drafts, or one, are worth to the reader: by the taste for texts and, once drafts were
        ranked, by what that says of style and meaning too.
        """
        return self._values([contents])[0] if isinstance(contents, str) else self._values(list(contents))

    def _values(self, contents: Sequence[str]) -> list[Value]:
        taste = self.taste()
        if taste is None or not contents:
            return self.reader.value(contents)
        texts = self.reader.value(contents)
        utility, variance = taste.value(contents, _log_odds(texts), self._workspace.encode(contents))
        mean = expit(utility / np.sqrt(1 + np.pi / 8 * variance))
        own = np.array([value.sd for value in texts])
        sd = np.hypot(own, np.sqrt(variance) * mean * (1 - mean))
        return [Value(float(m), float(min(s, 0.5))) for m, s in zip(mean, sd, strict=True)]

    def next_pair(self) -> Pair | None:
        """Returns the two drafts of one prompt whose comparison would teach most: those with the highest
        expected information. None where all were compared.

        Source: Houlsby et al., Bayesian active learning for classification and preference learning (2011).
        """
        kept = self.all()
        compared = {
            frozenset((one.number, two.number))
            for groups in self.rankings()
            for one, two in combinations([draft for group in groups for draft in group], 2)
        }
        open_ = [
            (one, two)
            for one, two in combinations(range(len(kept)), 2)
            if kept[one].prompt == kept[two].prompt
            and frozenset((kept[one].number, kept[two].number)) not in compared
        ]
        if not open_:
            return None
        taste = self.taste()
        if taste is None:
            first, second = open_[0]
            return Pair(kept[first], kept[second], None)
        contents = [one.content for one in kept]
        mean, variance = taste.gap(contents, self._logits(contents), self._workspace.encode(contents), open_)
        best = int(np.argmax(information(mean, variance)))
        first, second = open_[best]
        chance = expit(mean[best] / np.sqrt(1 + np.pi / 8 * variance[best]))
        return Pair(kept[first], kept[second], float(chance))

    def _taste_id(self, tables: Tables) -> int:
        """Returns the number of the taste of the rankings; 0, which none has, before a draft was kept."""
        row = tables.readers.find(self.reader.name, WRITING)
        return 0 if row is None else row.taste_id

    def _logits(self, contents: Sequence[str]) -> Vector:
        return _log_odds(self.reader.value(contents))


def information(mean: Vector, variance: Vector) -> Vector:
    """Returns (n,) the expected information of answers, in bits: of a yes with probability expit(f), where f
    is normal with this mean and variance.

    Source: Houlsby et al., Bayesian active learning (2011), eq. 2, by Gauss-Hermite quadrature.

    >>> information(np.array([0.0, 0.0, 4.0]), np.array([0.01, 4.0, 4.0])).round(2).tolist()
    [0.0, 0.33, 0.11]
    """
    nodes, weights = hermegauss(QUADRATURE_NODES)
    chances = expit(np.asarray(mean)[:, None] + np.sqrt(variance)[:, None] * nodes)
    weights = weights / weights.sum()
    return np.asarray(np.maximum(_bits(chances @ weights) - _bits(chances) @ weights, 0.0))


def _bits(chances: Vector) -> Vector:
    """Returns the entropy of a yes with these probabilities."""
    return np.asarray((entr(chances) + entr(1 - chances)) / np.log(2))


def _log_odds(values: Sequence[Value]) -> Vector:
    means = np.array([value.mean for value in values])
    return np.asarray(logit(np.clip(means, MIN_CHANCE, 1 - MIN_CHANCE)))
