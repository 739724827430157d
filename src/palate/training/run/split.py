"""Stratified splits: examples for training, validation and test, with the same distribution in each part."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from palate.errors import BadSource

Indices = np.ndarray[tuple[int], np.dtype[np.int64]]


def stratified(strata: Sequence[str | int], shares: Sequence[float], seed: int) -> list[Indices]:
    """Returns the indices of n examples in as many parts as there are shares, each part in rising order.

    Every stratum is spread over the parts in proportion to the shares and occurs in all of them.

    strata: (n,) such as labels. shares: each above 0; their sum stands for all examples. Raises BadSource
    where a stratum has fewer examples than there are parts.

    >>> train, held_out = stratified(["a"] * 8 + ["b"] * 2, [0.5, 0.5], seed=0)
    >>> len(train), [int((part >= 8).sum()) for part in (train, held_out)]
    (5, [1, 1])
    """
    counts = Counter(strata)
    rarest, n = min(counts.items(), key=lambda item: item[1])
    if n < len(shares):
        raise BadSource(
            f"{rarest!r} has {n} example{'s' * (n > 1)}, too few to split in {len(shares)} parts; "
            f"give at least {len(shares)} of each, leave it out, or give validation data of its own"
        )
    rng = np.random.default_rng(seed)
    members: dict[str | int, list[int]] = {}
    for index, stratum in enumerate(strata):
        members.setdefault(stratum, []).append(index)
    parts: list[list[int]] = [[] for _ in shares]
    # what rounding has kept from each part so far, so that it does not add up over strata
    remainders = [0.0] * len(shares)
    for indices in members.values():
        ideal_sizes = [
            remainder + len(indices) * share / sum(shares)
            for remainder, share in zip(remainders, shares, strict=True)
        ]
        sizes = _rounded(ideal_sizes, len(indices))
        remainders = [ideal - size for ideal, size in zip(ideal_sizes, sizes, strict=True)]
        pieces = np.split(rng.permutation(indices), np.cumsum(sizes)[:-1])
        for part, piece in zip(parts, pieces, strict=True):
            part += piece.tolist()
    return [np.array(sorted(part), dtype=np.int64) for part in parts]


def _rounded(ideal_sizes: Sequence[float], total: int) -> list[int]:
    """Returns whole numbers near the ideal sizes that sum to the total, none of them below 1.

    >>> _rounded([8.0, 0.6, 0.4], 9)
    [7, 1, 1]
    """
    sizes = [max(1, int(ideal)) for ideal in ideal_sizes]
    while sum(sizes) != total:
        step = 1 if sum(sizes) < total else -1
        adjustable = [index for index, size in enumerate(sizes) if step > 0 or size > 1]
        sizes[max(adjustable, key=lambda index: step * (ideal_sizes[index] - sizes[index]))] += step
    return sizes


def quantile_bins(targets: Sequence[float], max_bins: int = 10, min_size: int = 6) -> list[int]:
    """Returns (n,) strata of numeric targets: bins of about equal size, each of `min_size` targets or more.

    >>> quantile_bins([0.1, 0.2, 0.3, 9.0], max_bins=2, min_size=2)
    [0, 0, 1, 1]
    """
    ranks = np.argsort(np.argsort(targets, kind="stable"), kind="stable")
    n_bins = max(1, min(max_bins, len(targets) // min_size))
    return [int(rank) for rank in ranks * n_bins // max(len(targets), 1)]
