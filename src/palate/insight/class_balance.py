"""Class balance: how often each label stands, and how lopsided that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Any

LOPSIDED = 10.0  # times that the commonest class is as frequent as the rarest
MIN_EXAMPLES = 10  # of a class, below which nothing of it is learned or measured


@dataclass(frozen=True)
class ClassBalance:
    """Labels by how often they stand, commonest first.

    evenness: entropy over that of equal classes, 1 for equal ones, 0 for one class. missing: rows without a
    label.
    """

    column: str
    counts: tuple[tuple[str, int], ...]
    missing: int
    evenness: float

    @property
    def ratio(self) -> float:
        """Of the commonest class to the rarest."""
        return self.counts[0][1] / self.counts[-1][1] if self.counts else 1.0

    @property
    def majority(self) -> float:
        """The accuracy of always answering with the commonest class."""
        return self.counts[0][1] / sum(n for _, n in self.counts) if self.counts else 0.0


def class_balance(column: str, labels: Sequence[Any]) -> ClassBalance:
    """Counts labels, None being a missing one.

    >>> balance = class_balance("label", ["a", "a", "a", "b", None])
    >>> balance.counts, balance.ratio, balance.missing, round(balance.evenness, 3)
    ((('a', 3), ('b', 1)), 3.0, 1, 0.811)
    """
    counts = Counter(str(label) for label in labels if label is not None)
    total = counts.total()
    entropy = -sum(n / total * log(n / total) for n in counts.values())
    evenness = entropy / log(len(counts)) if len(counts) > 1 else 0.0
    return ClassBalance(column, tuple(counts.most_common()), len(labels) - total, max(0.0, evenness))
