"""Split: examples for training, for choosing and for the final figures, alike in what they are about."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from palate.errors import BadSource

Places = np.ndarray[tuple[int], np.dtype[np.int64]]


def stratified(strata: Sequence[str | int], shares: Sequence[float], seed: int) -> list[Places]:
    """Places of n examples in as many parts as shares: each stratum is spread over the parts by these shares,
    and is in all.

    strata: (n,) such as labels. shares: each above 0; what they sum to is all. Each part has its places in
    rising order. Raises BadSource where a stratum has fewer examples than there are parts.

    >>> train, held = stratified(["a"] * 8 + ["b"] * 2, [0.5, 0.5], seed=0)
    >>> len(train), [int((part >= 8).sum()) for part in (train, held)]
    (5, [1, 1])
    """
    counts = Counter(strata)
    rare, n = min(counts.items(), key=lambda item: item[1])
    if n < len(shares):
        raise BadSource(
            f"{rare!r} has {n} example{'s' * (n > 1)}, too few to split in {len(shares)} parts; "
            f"give at least {len(shares)} of each, leave it out, or give validation data of its own"
        )
    chance = np.random.default_rng(seed)
    places: dict[str | int, list[int]] = {}
    for place, stratum in enumerate(strata):
        places.setdefault(stratum, []).append(place)
    parts: list[list[int]] = [[] for _ in shares]
    # what rounding has kept from each part so far, so that it does not add up over strata
    owed = [0.0] * len(shares)
    for its in places.values():
        wanted = [owing + len(its) * share / sum(shares) for owing, share in zip(owed, shares, strict=True)]
        sizes = _rounded(wanted, len(its))
        owed = [one - size for one, size in zip(wanted, sizes, strict=True)]
        for part, taken in zip(parts, np.split(chance.permutation(its), np.cumsum(sizes)[:-1]), strict=True):
            part += taken.tolist()
    return [np.array(sorted(part), dtype=np.int64) for part in parts]


def _rounded(wanted: Sequence[float], n: int) -> list[int]:
    """Whole numbers near those wanted that sum to n, none of them below 1.

    >>> _rounded([8.0, 0.6, 0.4], 9)
    [7, 1, 1]
    """
    sizes = [max(1, int(one)) for one in wanted]
    while sum(sizes) != n:
        step = 1 if sum(sizes) < n else -1
        free = [place for place, size in enumerate(sizes) if step > 0 or size > 1]
        sizes[max(free, key=lambda place: step * (wanted[place] - sizes[place]))] += step
    return sizes


def bins(targets: Sequence[float], most: int = 10, least: int = 6) -> list[int]:
    """(n,) strata of numbers: up to `most` bins of about equally many, each of `least` or more.

    >>> bins([0.1, 0.2, 0.3, 9.0], most=2, least=2)
    [0, 0, 1, 1]
    """
    order = np.argsort(np.argsort(targets, kind="stable"), kind="stable")
    n = max(1, min(most, len(targets) // least))
    return [int(place) for place in order * n // max(len(targets), 1)]
