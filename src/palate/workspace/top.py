"""TopK: what a linear taste makes of every text, kept from one change of its weights to the next."""

from collections.abc import Mapping

import numpy as np
from scipy.sparse import csc_array, csr_array

from palate.features import Block, Features
from palate.parts import Rows, Vector
from palate.weights import Sparse, Weights, product

COLUMNS = 4_000  # that are followed one by one, those whose weights changed most
POSTINGS = 0.03  # share of a sparse block's entries that a change may touch before the whole block is cheaper
# texts with the highest bounds that are scored at once: the best of them say which others are still possible
FIRST = 100
UNSURE = 0.05  # share of texts that may be scored one by one before scoring all is cheaper
ROUNDING = 1e-4  # what sums in single precision may be off by, in logits
RENEWED = 50  # changes after which all is summed afresh, so that rounding does not add up


class TopK:
    """The best of n texts under the sum over blocks of row @ weights, without reading all of them each time.

    One judgement changes weights a little. The sums for the weights before, scaled by what both share, are
    brought up to date for the words that changed most, through lists of the texts that have each. What is
    left of the change can move a text by no more than its length times the row's (Cauchy-Schwarz), so only
    texts that could still be among the best are scored; where those are many, all are. The answer is exact
    but for rounding.

    Costs O(d + terms) a text where all are scored, else O(1) a text and what the followed words and possible
    texts cost (`benchmarks/cost.py`). features: of the n texts.
    Source: the threshold algorithm of Fagin, Lotem and Naor (2003) in spirit: stop when no bound beats what
    is known.

    >>> rng = np.random.default_rng(0)
    >>> features = Features({"semantic": rng.normal(size=(1000, 8)).astype(np.float32)})
    >>> scores, weights = TopK(features), rng.normal(size=8)
    >>> best = scores.best({"semantic": weights}, np.zeros(1000), np.arange(1000), 1)
    >>> bool(best[0] == features.blocks["semantic"].dot(weights).argmax())
    True
    """

    def __init__(self, features: Features) -> None:
        self._features = features
        self._lengths = {name: _lengths(block) for name, block in features.blocks.items()}
        self._columns: dict[str, csc_array] = {}
        self._weights: dict[str, Vector] = {}
        self._current: dict[str, Vector] = {}  # the newest weights, from which texts are scored one by one
        # sparse columns that have had a weight
        self._seen: dict[str, np.ndarray[tuple[int], np.dtype[np.bool_]]] = {}
        self._seen_columns: dict[str, Rows] = {}  # the same, as they came
        self._sums: Vector = np.zeros(len(features))  # row @ weights for these weights, summed over blocks
        self._changes = RENEWED

    def best(self, weights: Mapping[str, Weights], added: Vector, places: Rows, n: int) -> Rows:
        """At least n of the places (all, if there are no more): those with the largest scores, in no order.

        added: (n texts,) goes onto the scores. More than n come where rounding leaves open which are the
        best."""
        if len(places) <= n:
            return places
        worn = self._changes >= RENEWED or self._weights.keys() != weights.keys()
        near = None if worn else self._near(weights, added, places, n)
        return self._afresh(weights, added, places, n) if near is None else near

    def all(self, weights: Mapping[str, Weights]) -> Vector:
        """(n,) scores of all texts."""
        total: Vector = np.zeros(len(self._features))
        for name, block in weights.items():
            total += self._features.blocks[name] @ np.asarray(block, dtype=np.float32)
        self._weights = {name: np.array(block, dtype=np.float64) for name, block in weights.items()}
        self._current, self._seen, self._seen_columns = {}, {}, {}
        self._sums, self._changes = total, 0
        return total

    def _afresh(self, weights: Mapping[str, Weights], added: Vector, places: Rows, n: int) -> Rows:
        found = self.all(weights)[places] + added[places]
        return places[found >= _nth_largest(found, n) - ROUNDING]

    def _near(self, weights: Mapping[str, Weights], added: Vector, places: Rows, n: int) -> Rows | None:
        """The best; None where too many texts could be among them."""
        used = {name: self._used(name, block) for name, block in weights.items()}
        now = {name: self._take(name, block, used[name]) for name, block in weights.items()}
        before = {name: self._weights[name][used[name]] for name in weights}
        shared = sum(float(now[name] @ before[name]) for name in weights)
        factor = shared / max(sum(float(block @ block) for block in before.values()), 1e-300)
        self._sums *= factor
        slack: Vector = np.zeros(len(self._features), dtype=np.float32)
        for name in weights:
            change = now[name] - factor * before[name]
            if isinstance(self._features.blocks[name], csr_array):
                change = self._follow(name, self._seen_columns[name], change)
            self._weights[name][used[name]] = now[name] - change
            slack += self._lengths[name] * np.float32(np.linalg.norm(change))
        self._changes += 1
        bounds = self._sums[places] + added[places] + slack[places]
        first = np.argpartition(-bounds, min(max(FIRST, n), len(places) - 1))[: max(FIRST, n)]
        scored = self._exact(added, places[first])
        left = bounds >= _nth_largest(scored, n) - ROUNDING
        left[first] = False
        if np.count_nonzero(left) > UNSURE * len(self._features):
            return None
        possible = np.concatenate([places[first], places[left]])
        exact = np.concatenate([scored, self._exact(added, places[left])])
        return possible[exact >= _nth_largest(exact, n) - ROUNDING]

    def _exact(self, added: Vector, places: Rows) -> Vector:
        """(m,) scores of the texts at m places, from all of their features."""
        found = added[places].astype(np.float64)
        for name, block in self._current.items():
            found += product(self._features.blocks[name][places], block, np.float32)
        return found

    def _take(self, name: str, block: Weights, used: Rows | slice) -> Vector:
        """Make these the newest weights of a block; returns those of the columns that are used, beyond which
        all are 0.
        """
        if name not in self._current:
            self._current[name] = np.zeros(len(block))
        current = self._current[name]
        if isinstance(block, Sparse):
            current[used] = 0.0
            current[block.columns] = block.values
        else:
            current[used] = block[used]
        return current[used]

    def _used(self, name: str, block: Weights) -> Rows | slice:
        """The columns of a block that have had a weight since all were scored: of a sparse one few."""
        if not isinstance(self._features.blocks[name], csr_array):
            return slice(None)
        if name not in self._seen:
            self._seen[name] = self._weights[name] != 0
            self._seen_columns[name] = np.flatnonzero(self._seen[name])
        here = block.columns if isinstance(block, Sparse) else np.flatnonzero(block)
        new = here[~self._seen[name][here]]
        self._seen[name][new] = True
        self._seen_columns[name] = np.concatenate([self._seen_columns[name], new])
        return self._seen_columns[name]

    def _follow(self, name: str, used: Rows, change: Vector) -> Vector:
        """Bring the sums up to date for the columns where that moves most for its cost; returns what is left
        of the change.
        """
        if name not in self._columns:
            self._columns[name] = csc_array(self._features.blocks[name])
        columns = self._columns[name]
        moved = np.flatnonzero(change)
        if len(moved) > COLUMNS:
            moved = moved[np.argpartition(-np.abs(change[moved]), COLUMNS)[:COLUMNS]]
        listed = columns.indptr[used[moved] + 1] - columns.indptr[used[moved]]
        order = np.argsort(-(change[moved] ** 2) / np.maximum(listed, 1))
        moved, touched = moved[order], np.cumsum(listed[order])
        chosen = moved[: int(np.searchsorted(touched, POSTINGS * columns.nnz))]
        if len(chosen):
            self._sums += columns[:, used[chosen]] @ change[chosen].astype(np.float32)
        rest = change.copy()
        rest[chosen] = 0.0
        return rest


def _nth_largest(values: Vector, n: int) -> float:
    return float(np.partition(values, len(values) - n)[len(values) - n])


def _lengths(block: Block) -> Vector:
    """(n,) of the rows."""
    if isinstance(block, csr_array):
        return np.sqrt(np.asarray(block.multiply(block).sum(axis=1), dtype=np.float32))
    squares: Vector = np.einsum("nd,nd->n", block, block)
    return np.sqrt(squares)
