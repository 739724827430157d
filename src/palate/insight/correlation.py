"""Correlation of columns of numbers, as numbers and as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import numpy as np
from scipy.stats import rankdata

from palate.insight.palette import SIGNED
from palate.parts import Matrix, Vector

MAX_COLUMNS = 40  # that are compared, those that are filled best: a picture of more cannot be read
CELL, LABEL, SLANTED = 28, 130, 70  # pixels


class Correlation(NamedTuple):
    """pearson, spearman: (c, c) of the named columns, NaN where one is constant or fewer than three rows have
    both. n_left_out: columns of numbers that were not compared.
    """

    names: tuple[str, ...]
    pearson: Matrix
    spearman: Matrix
    n_left_out: int


def correlation(columns: Sequence[tuple[str, Vector]]) -> Correlation:
    """Compares columns of numbers, NaN for missing, pair by pair over the rows that have both.

    Costs O(n c^2). Source: Pearson (1895); Spearman (1904), ranks with ties as their mean, ranked once over
    the rows that each column has.

    >>> one = np.array([1.0, 2.0, 3.0, np.nan])
    >>> correlation([("a", one), ("b", -(one**3))]).spearman.round(2).tolist()
    [[1.0, -1.0], [-1.0, 1.0]]
    """
    order = sorted(columns, key=lambda column: -int(np.isfinite(column[1]).sum()))[:MAX_COLUMNS]
    kept = {name for name, _ in order}
    chosen = [column for column in columns if column[0] in kept][:MAX_COLUMNS]
    n = len(chosen[0][1]) if chosen else 0
    values = np.array([column for _, column in chosen], np.float64).reshape(len(chosen), n)
    ranks = np.full_like(values, np.nan)
    for row, column in enumerate(values):
        known = np.isfinite(column)
        ranks[row, known] = rankdata(column[known])
    names = tuple(name for name, _ in chosen)
    return Correlation(names, _pairwise(values), _pairwise(ranks), len(columns) - len(chosen))


def correlation_svg(found: Correlation) -> str:
    """Returns Pearson's coefficients as a picture with the numbers in it."""
    n = len(found.names)
    width = LABEL + CELL * n
    parts = []
    for row, name in enumerate(found.names):
        y = LABEL + CELL * row
        short = escape(name if len(name) <= 18 else name[:17] + "…")
        parts.append(f'<text x="{LABEL - 6}" y="{y + 18}" text-anchor="end">{short}</text>')
        x = LABEL + CELL * row + 18
        parts.append(f'<text transform="translate({x} {LABEL - 6}) rotate(-60)">{short}</text>')
        for column in range(n):
            value = float(found.pearson[row, column])
            box = f'x="{LABEL + CELL * column}" y="{y}" width="{CELL}" height="{CELL}"'
            if np.isnan(value):
                parts.append(f'<rect {box} fill="none" stroke="currentColor" stroke-opacity=".2"/>')
                continue
            shade = SIGNED[0] if value < 0 else SIGNED[-1]
            parts.append(f'<rect {box} fill="{shade}" fill-opacity="{abs(value):.2f}"/>')
            ink = "#fff" if abs(value) > 0.6 else "currentColor"
            number = f"{value:.2f}".replace("0.", ".")
            middle = f'x="{LABEL + CELL * column + CELL // 2}" y="{y + 18}" text-anchor="middle"'
            parts.append(f'<text {middle} fill="{ink}" font-size="10">{number}</text>')
    box = f'viewBox="0 0 {width + SLANTED} {width}" width="{width + SLANTED}"'
    font = 'font-family="system-ui,sans-serif" font-size="11" fill="currentColor"'
    return f'<svg {box} role="img" aria-label="correlation of {n} columns" {font}>{"".join(parts)}</svg>'


def _pairwise(values: Matrix) -> Matrix:
    known = np.isfinite(values)
    filled = np.where(known, values, 0.0)
    middle = filled.sum(axis=1, keepdims=True) / np.maximum(known.sum(axis=1, keepdims=True), 1)
    filled = np.where(known, values - middle, 0.0)  # squares around the mean lose fewer digits
    both = known.astype(np.float64)
    n = both @ both.T
    sums, squares, products = filled @ both.T, (filled**2) @ both.T, filled @ filled.T
    with np.errstate(divide="ignore", invalid="ignore"):
        covariance = products - sums * sums.T / n
        variance = squares - sums**2 / n
        found = covariance / np.sqrt(variance * variance.T)
    constant = (variance <= 1e-12 * np.maximum(squares, 1e-300)) | (n < 3)
    return np.where(constant | constant.T, np.nan, np.clip(found, -1, 1))
