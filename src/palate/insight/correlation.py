"""Correlation: how columns of numbers go together, where cells may be missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from palate.features import Matrix

MAX_COLUMNS = 1000  # that are compared with one another: 8 MB a matrix
MAX_SPEARMAN_COLUMNS = 200  # that are ranked, too
MAX_PRODUCTS = 20_000_000_000  # rows times squared columns, about two seconds; beyond it rows are drawn
MIN_ROWS = 1000  # that are read all the same
STRONG = 0.95  # from which two columns say almost the same


@dataclass(frozen=True, eq=False)
class Correlation:
    """c columns against each other.

    pearson, spearman: (c, c), NaN where two columns share fewer than three rows or one of them is constant
    there; spearman is None beyond MAX_SPEARMAN_COLUMNS. n_rows: that were read. left_out: columns beyond
    MAX_COLUMNS.
    """

    names: tuple[str, ...]
    pearson: Matrix
    spearman: Matrix | None
    n_rows: int
    left_out: int = 0

    def strongest(self, n: int = 10, at_least: float = 0.0) -> list[tuple[str, str, float]]:
        """Returns the pairs of columns with the largest absolute r, at most n of them."""
        first, second = np.triu_indices(len(self.names), 1)
        r = self.pearson[first, second]
        kept = np.flatnonzero(np.nan_to_num(np.abs(r)) >= max(at_least, 1e-12))
        order = kept[np.argsort(-np.abs(r[kept]), kind="stable")[:n]]
        return [(self.names[first[i]], self.names[second[i]], float(r[i])) for i in order]


def correlate(names: Sequence[str], numbers: Matrix, *, seed: int = 0) -> Correlation:
    """Correlates the c columns of (n, c) numbers, NaN where a cell is missing; each pair over the rows that
    have both. Spearman's is Pearson's of the ranks that each column has among its own numbers.

    Costs n c^2 products: past MAX_PRODUCTS so many rows are drawn by the seed.

    >>> x = np.arange(5.0)
    >>> both = correlate(["x", "y"], np.stack([x, np.exp(x)], axis=1))
    >>> both.pearson.round(2).tolist()[0], both.spearman.round(2).tolist()[0]
    ([1.0, 0.89], [1.0, 1.0])
    """
    kept = numbers[:, :MAX_COLUMNS]
    limit = max(MIN_ROWS, MAX_PRODUCTS // max(1, kept.shape[1] ** 2))
    if len(kept) > limit:
        drawn = np.random.default_rng(seed).choice(len(kept), limit, replace=False)
        kept = kept[np.sort(drawn)]
    kept = np.where(np.isfinite(kept), kept, np.nan)
    spearman = pairwise(_ranked(kept)) if kept.shape[1] <= MAX_SPEARMAN_COLUMNS else None
    left_out = numbers.shape[1] - kept.shape[1]
    return Correlation(tuple(names[:MAX_COLUMNS]), pairwise(kept), spearman, len(kept), left_out)


def pairwise(numbers: Matrix) -> Matrix:
    """Returns Pearson's r (c, c) of (n, c) numbers, each pair over the rows where neither is NaN.

    Source: the pairwise-complete estimate, as R's cor(use = "pairwise.complete.obs").
    """
    present = ~np.isnan(numbers)
    filled = _standardised(numbers, present)
    if present.all():
        products = filled.T @ filled / max(1, len(numbers))
        return _clipped(products, np.ones_like(products) * len(numbers), np.diag(products))
    mask = present.astype(np.float64)
    shared = mask.T @ mask
    n = np.maximum(shared, 1)
    sums, squares = filled.T @ mask, (filled**2).T @ mask
    means = sums / n  # of the first column over the rows that the second has too
    covariances = filled.T @ filled / n - means * means.T
    variances = squares / n - means**2
    return _clipped(covariances, shared, variances)


def _standardised(numbers: Matrix, present: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Matrix:
    """Returns each column with mean 0 and sd 1 over its own numbers, 0 where it has none."""
    scale = np.max(np.abs(numbers), axis=0, initial=0, where=present)
    scaled = np.where(present, numbers, 0) / np.where(scale > 0, scale, 1)
    n = np.maximum(present.sum(axis=0), 1)
    away = np.where(present, scaled - scaled.sum(axis=0) / n, 0)
    sd = np.sqrt((away**2).sum(axis=0) / n)
    return np.where(sd > 1e-12, away / np.where(sd > 1e-12, sd, 1), 0)


def _clipped(covariances: Matrix, shared: Matrix, variances: Matrix) -> Matrix:
    """Returns r, NaN where it says nothing. variances: (c, c), or (c,) where all pairs share all rows."""
    both = variances * variances.T if variances.ndim == 2 else np.outer(variances, variances)
    small = (
        np.minimum(variances, variances.T) if variances.ndim == 2 else np.minimum.outer(variances, variances)
    )
    is_clear = (shared >= 3) & (small > 1e-12)
    r = np.clip(covariances / np.sqrt(np.where(is_clear, both, 1)), -1, 1)
    return np.where(is_clear, r, np.nan)


def _ranked(numbers: Matrix) -> Matrix:
    """Returns the rank of each number in its column, the mean of the ranks for equal ones; NaN stays."""
    ranks = np.full(numbers.shape, np.nan)
    for column, out in zip(numbers.T, ranks.T, strict=True):
        present = ~np.isnan(column)
        _, inverse, counts = np.unique(column[present], return_inverse=True, return_counts=True)
        out[present] = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return ranks
