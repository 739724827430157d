"""RuleMatcher: which texts of a corpus the rules of a taste block, keep and boost, at the cost of the
matches.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock

import numpy as np

from palate.parts import Rows, Vector
from palate.rule import Rule
from palate.value import Contribution

Flags = np.ndarray[tuple[int], np.dtype[np.bool]]
Matching = Callable[[Rule, int], Sequence[int]]

MAX_CACHE_BYTES = 64 * 1024 * 1024  # of matches: 8 million of them


@dataclass(frozen=True, eq=False)
class Effect:
    """What rules do to the texts of a corpus. Holds only the texts that some rule matches, so it is nearly
    free where there are no rules, whatever the length of the corpus.

    blocked_indices, kept_indices, boosted_indices: positions in the corpus, each ascending and without
    repeats; a text that is kept is not blocked. boosts: logits, one for each of boosted_indices. The methods
    ask for some texts: k indices cost O(k log m), for m matches.

    >>> effect = Effect(np.array([3]), np.array([0, 4]), np.array([1, 4]), np.array([-2.0, 0.5]))
    >>> some = np.array([4, 3, 2])
    >>> effect.blocked(some).tolist(), effect.kept(some).tolist(), effect.added(some).tolist()
    ([False, True, False], [True, False, False], [0.5, 0.0, 0.0])
    """

    blocked_indices: Rows
    kept_indices: Rows
    boosted_indices: Rows
    boosts: Vector

    def blocked(self, indices: Rows) -> Flags:
        """(k,) whether each text is not to be shown."""
        return _positions(self.blocked_indices, indices) >= 0

    def kept(self, indices: Rows) -> Flags:
        """(k,) whether each text is to be shown above all others."""
        return _positions(self.kept_indices, indices) >= 0

    def added(self, indices: Rows) -> Vector:
        """(k,) logits that are added to the log odds of a like of each text."""
        if not len(self.boosts):
            return np.zeros(len(indices))
        positions = _positions(self.boosted_indices, indices)
        return np.where(positions >= 0, self.boosts[positions], 0.0)


class RuleMatcher:
    """The rules of any taste, matched against a corpus that grows and shrinks. Any number of threads may use
    it.

    A rule is matched once against each text: what is found is kept as store rows, and of a corpus with newer
    rows only those after the last one are matched. Removed rows are passed over. An effect costs
    O(m log n) for m matches in n texts. Rows must be given to texts in ascending order and never again, and a
    stored text must not change: otherwise call `forget`.

    matching: the ascending store rows above a given one that a rule matches (`store.rules.matching`).
    max_bytes: of the matches that are kept; those of the least recently used rules go first.

    >>> ads, ada = Rule("block", "word", "ads"), Rule("keep", "author", "Ada")
    >>> found = {ads: [2, 5, 9], ada: [5]}
    >>> matcher = RuleMatcher(lambda rule, after_row: [row for row in found[rule] if row > after_row])
    >>> effect = matcher.effect([ads, ada], rows=np.array([1, 2, 5]))
    >>> effect.blocked_indices.tolist(), effect.kept_indices.tolist()
    ([1], [2])
    """

    def __init__(self, matching: Matching, *, max_bytes: int = MAX_CACHE_BYTES) -> None:
        self._matching, self._max_bytes = matching, max_bytes
        self._matches: OrderedDict[tuple[str, str], _Matches] = OrderedDict()
        self._lock = Lock()

    def effect(self, rules: Sequence[Rule], rows: Rows) -> Effect:
        """What rules do together to the corpus of these rows, (n,) ascending: boosts add up, and keep wins
        over block.
        """
        matched: dict[str, list[Rows]] = {"block": [], "keep": [], "boost": []}
        amounts = [np.zeros(0)]
        for rule in rules:
            indices = self._indices(rule, rows)
            matched[rule.action].append(indices)
            if rule.action == "boost":
                amounts.append(np.full(len(indices), rule.amount))
        kept = _union(matched["keep"])
        blocked = _union(matched["block"])
        blocked = blocked[_positions(kept, blocked) < 0]
        boosted = _union(matched["boost"])
        inverse = _positions(boosted, _joined(matched["boost"]))
        boosts: Vector = np.zeros(len(boosted))
        np.add.at(boosts, inverse, np.concatenate(amounts))
        return Effect(blocked, kept, boosted, boosts)

    def shares(self, rules: Sequence[Rule], row: int) -> list[Contribution]:
        """The rules that match the text of a store row, as shares of its logit: 0 for those that block or
        keep.
        """
        matching = (rule for rule in rules if _positions(self._matched(rule, row), np.array([row]))[0] >= 0)
        return [Contribution("rule", str(rule), rule.amount) for rule in matching]

    def forget(self) -> None:
        """Matches everything anew, as after a change of stored texts."""
        with self._lock:
            self._matches.clear()

    def _indices(self, rule: Rule, rows: Rows) -> Rows:
        """The positions in the corpus that a rule matches, ascending."""
        if not len(rows):
            return np.zeros(0, dtype=np.int64)
        matched = self._matched(rule, int(rows[-1]))
        positions = np.searchsorted(rows, matched)
        there = positions < len(rows)
        positions, matched = positions[there], matched[there]
        found: Rows = positions[rows[positions] == matched]
        return found

    def _matched(self, rule: Rule, last_row: int) -> Rows:
        """The store rows that a rule matches, ascending, at least all of them up to last_row."""
        with self._lock:
            matches = self._matches.setdefault(rule.key, _Matches())
            self._matches.move_to_end(rule.key)
        with matches.lock:  # one thread matches a rule while others wait for it, and only for it
            rows = matches.up_to(last_row, lambda after_row: self._matching(rule, after_row))
        with self._lock:
            n_bytes = sum(kept.rows.nbytes for kept in self._matches.values())
            while n_bytes > self._max_bytes and len(self._matches) > 1:
                n_bytes -= self._matches.popitem(last=False)[1].rows.nbytes
        return rows


@dataclass(eq=False)
class _Matches:
    """The rows that one rule matches among all up to last_row; rows are counted from 1."""

    rows: Rows = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    last_row: int = 0
    lock: Lock = field(default_factory=Lock)

    def up_to(self, last_row: int, matching: Callable[[int], Sequence[int]]) -> Rows:
        if self.last_row < last_row:
            newer = np.asarray(matching(self.last_row), dtype=np.int64)
            # what lies beyond is matched again later: rows between may not be committed yet
            newer = newer[newer <= last_row]
            self.rows = np.concatenate([self.rows, newer]) if len(newer) else self.rows
            self.last_row = last_row
        return self.rows


def shifted(mean: Vector, sd: Vector, added: Vector) -> tuple[Vector, Vector]:
    """Returns means and sds, each (n,), after logits (n,) were added. The sd stays the same share of what a
    mean allows, sqrt(m (1 - m)).

    >>> mean, sd = shifted(np.array([0.5, 0.5]), np.array([0.25, 0.25]), np.array([0.0, 2.0]))
    >>> mean.round(3).tolist(), sd.round(3).tolist()
    ([0.5, 0.881], [0.25, 0.162])
    """
    odds = np.exp(added)
    new_mean = mean * odds / (1 - mean + mean * odds)
    spread = mean * (1 - mean)
    ratio = np.divide(new_mean * (1 - new_mean), spread, out=np.ones_like(new_mean), where=spread > 0)
    return new_mean, sd * np.sqrt(ratio)


def _positions(members: Rows, indices: Rows) -> Rows:
    """Where each of the indices stands among members, ascending and without repeats; -1 where it does not."""
    if not len(members):
        return np.full(len(indices), -1, dtype=np.int64)
    positions = np.minimum(np.searchsorted(members, indices), len(members) - 1)
    return np.where(members[positions] == indices, positions, -1)


def _joined(indices: Sequence[Rows]) -> Rows:
    return np.concatenate([np.zeros(0, dtype=np.int64), *indices])


def _union(indices: Sequence[Rows]) -> Rows:
    if len(indices) == 1:
        return indices[0]
    joined = np.sort(_joined(indices), kind="stable")  # merges runs in order: quicker than np.unique
    union: Rows = joined[np.diff(joined, prepend=-1) > 0]
    return union
