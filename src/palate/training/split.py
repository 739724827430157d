"""Split: examples for training, for choosing and for the final figures, alike in what they are about."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from palate.errors import BadSource

Places = np.ndarray[tuple[int], np.dtype[np.int64]]


def stratified(strata: Sequence[str | int], shares: Sequence[float], seed: int) -> list[Places]:
    """Places of n examples in as many parts as shares: each stratum is spread over the parts by these shares.

    strata: (n,) such as labels. shares: each above 0; what they sum to is all. Each part has its places in rising order.
    Raises BadSource where a stratum has fewer examples than there are parts.

    >>> train, held = stratified(["a"] * 8 + ["b"] * 2, [0.5, 0.5], seed=0)
    >>> len(train), [int((part >= 8).sum()) for part in (train, held)]
    (5, [1, 1])
    """
    from sklearn.model_selection import train_test_split

    counts = Counter(strata)
    rare, n = min(counts.items(), key=lambda item: item[1])
    if n < len(shares):
        raise BadSource(
            f"{rare!r} has {n} example{'s' * (n > 1)}, too few to split in {len(shares)} parts; "
            f"give at least {len(shares)} of each, leave it out, or give validation data of its own"
        )
    if len(strata) < len(counts) * len(shares):
        raise BadSource(f"{len(strata)} examples are too few to split in {len(shares)} parts; give more")
    parts, rest, left = [], np.arange(len(strata), dtype=np.int64), float(sum(shares))
    for place, share in enumerate(shares[:-1]):
        later = len(shares) - place - 1
        labels = [strata[row] for row in rest]
        held = max(round(len(rest) * (1 - share / left)), len(counts) * later)
        taken, rest = train_test_split(rest, test_size=held, stratify=labels, random_state=seed)
        parts.append(np.sort(taken))
        left -= share
    return [*parts, np.sort(rest)]


def bins(targets: Sequence[float], most: int = 10, least: int = 6) -> list[int]:
    """(n,) strata of numbers: up to `most` bins of about equally many, each of `least` or more.

    >>> bins([0.1, 0.2, 0.3, 9.0], most=2, least=2)
    [0, 0, 1, 1]
    """
    order = np.argsort(np.argsort(targets, kind="stable"), kind="stable")
    n = max(1, min(most, len(targets) // least))
    return [int(place) for place in order * n // max(len(targets), 1)]
