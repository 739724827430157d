"""RuleMatcher: what rules do to the texts of a corpus, quick enough for every text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from palate.parts import Rows, Vector
from palate.rule import Rule
from palate.value import Contribution

Flags = np.ndarray[tuple[int], np.dtype[np.bool]]


@dataclass(frozen=True, eq=False)
class Effect:
    """Of n texts, each (n,). blocked: not to be shown. kept: to be shown above all others. added: to the log
    odds of a like.
    """

    blocked: Flags
    kept: Flags
    added: Vector


class RuleMatcher:
    """The rules of any taste, matched against one corpus. A rule is matched once; after that an effect costs
    O(n) a rule.

    rows: (n,) ascending store rows of the corpus. matching: gives the store rows that a rule speaks of
    (`store.rules.RuleTable.matching`).

    >>> ads, ada = Rule("block", "word", "ads"), Rule("keep", "author", "Ada")
    >>> effect = RuleMatcher(np.array([1, 2, 5]), {ads: [2, 5, 9], ada: [5]}.__getitem__).effect([ads, ada])
    >>> effect.blocked.tolist(), effect.kept.tolist()
    ([False, True, False], [False, False, True])
    """

    def __init__(self, rows: Rows, matching: Callable[[Rule], Sequence[int]]) -> None:
        self._rows, self._matching = rows, matching
        self._places: dict[tuple[str, str], Rows] = {}

    def effect(self, rules: Sequence[Rule]) -> Effect:
        """What rules do together: boosts add up, and keep wins over block."""
        n = len(self._rows)
        flags = {action: np.zeros(n, dtype=np.bool) for action in ("block", "keep")}
        added = np.zeros(n)
        for rule in rules:
            if rule.action == "boost":
                added[self._matched(rule)] += rule.amount
            else:
                flags[rule.action][self._matched(rule)] = True
        return Effect(flags["block"] & ~flags["keep"], flags["keep"], added)

    def shares(self, rules: Sequence[Rule], place: int) -> list[Contribution]:
        """The rules that speak of the text at a place, as shares of its logit; 0 for those that block or
        keep.
        """
        return [
            Contribution("rule", str(rule), rule.amount) for rule in rules if place in self._matched(rule)
        ]

    def _matched(self, rule: Rule) -> Rows:
        """Places in the corpus that a rule speaks of, ascending. A text that came after the corpus was read
        is none.
        """
        if rule.key not in self._places:
            self._places[rule.key] = np.flatnonzero(
                np.isin(self._rows, np.asarray(self._matching(rule), dtype=np.int64))
            )
        return self._places[rule.key]


def shifted(mean: Vector, sd: Vector, added: Vector) -> tuple[Vector, Vector]:
    """Means and sds, each (n,), after logits (n,) were added: the sd stays the same share of what a mean
    allows, sqrt(m (1 - m)).

    >>> mean, sd = shifted(np.array([0.5, 0.5]), np.array([0.25, 0.25]), np.array([0.0, 2.0]))
    >>> mean.round(3).tolist(), sd.round(3).tolist()
    ([0.5, 0.881], [0.25, 0.162])
    """
    odds = np.exp(added)
    new = mean * odds / (1 - mean + mean * odds)
    spread = mean * (1 - mean)
    ratio = np.divide(new * (1 - new), spread, out=np.ones_like(new), where=spread > 0)
    return new, sd * np.sqrt(ratio)
